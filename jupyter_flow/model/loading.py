"""The objects of a dispatch's inputs and outputs, loaded when somebody asks for them.

Where one is damaged, the error says whose it is, and the way out.
"""

from typing import TYPE_CHECKING, Any

from .errors import StoreCorruption, StoreError
from .events import Value
from .graph import ATOM, OUTPUT
from .status import Status

if TYPE_CHECKING:
    from .node import View


def argument(view: "View", tag: int, item: Any) -> Any:
    """The object of a call's argument or of what a lattice returned; outputs that are missing are None."""
    if tag == ATOM:
        return item
    if tag == OUTPUT:
        return _output(view, item)
    return view.fill(item, [_output(view, node) for node in item.refs])


def _output(view: "View", node: int) -> Any:
    attempts = view.attempts(node)
    if not attempts or attempts[-1].value is None or view.state_of(node) is not Status.COMPLETED:
        return None
    return loaded(view, node, attempts[-1].value)


def loaded(view: "View", node: int, value: Value) -> Any:
    """The object of a node's output. Raises StoreCorruption, StoreUntrusted, which name the node."""
    try:
        return view.load(value)
    except StoreError as error:
        whose = f"the output of node {node} ({view.graph.name_of(node)}) of dispatch {view.id}"
        raise type(error)(f"{error} It is {whose}. Other nodes are not affected.{_way_out(view, error)}") from error


def _way_out(view: "View", error: StoreError) -> str:
    if not isinstance(error, StoreCorruption):
        return ""
    again = f"jupyter_flow.redispatch({view.id!r}, reuse_previous_results=True)()"
    return f" To compute what is lost, and nothing else: {again}"
