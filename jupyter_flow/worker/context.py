"""Who an electron is, for the electron itself."""

from contextvars import ContextVar
from typing import Any, NamedTuple

from ..model.errors import FlowError


class Context(NamedTuple):
    """What a running electron can ask about itself."""

    dispatch_id: str
    node_id: int
    attempt: int
    executor: str

    @property
    def task_id(self) -> int:
        """Covalent's name for the node."""
        return self.node_id


# A plain tuple in the order of `Context`: it is set for every electron, and asked for by few.
CURRENT: ContextVar[tuple[str, int, int, str] | None] = ContextVar("jupyter_flow_context", default=None)


def get_context() -> Context:
    """The dispatch, node, attempt and executor of the electron that asks. Raises FlowError anywhere else.

    Attempts have rising numbers, 1 first. One is left out where the electron was handed out behind another one
    that then failed, and so was not begun.
    """
    context = CURRENT.get()
    if context is None:
        raise FlowError("get_context() is for electrons while they run; nothing is running here")
    return Context(*context)


def metadata(context: tuple[str, int, int, str], folder: str) -> dict[str, Any]:
    """The same for an executor of the user's own, in Covalent's words."""
    return {"dispatch_id": context[0], "node_id": context[1], "attempt": context[2], "results_dir": folder}
