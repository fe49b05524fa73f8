"""A node's value, loaded; where it is damaged, the error says whose it is, and the way out."""

from typing import TYPE_CHECKING, Any

from .errors import StoreCorruption
from .events import Value

if TYPE_CHECKING:
    from .node import View


def loaded(view: "View", node: int, value: Value) -> Any:
    """The object of a node's value. Raises StoreCorruption, StoreUntrusted."""
    try:
        return view.load(value)
    except StoreCorruption as error:
        raise StoreCorruption(
            f"The output of node {node} ({view.graph.name_of(node)}) of dispatch {view.id} cannot be read. {error} "
            "Other nodes are not affected. To compute what is lost, and nothing else: "
            f"jupyter_flow.redispatch({view.id!r}, reuse_previous_results=True)()"
        ) from error
