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


CURRENT: ContextVar[Context | None] = ContextVar("jupyter_flow_context", default=None)


def get_context() -> Context:
    """The dispatch, node, attempt and executor of the electron that asks. Raises FlowError anywhere else."""
    context = CURRENT.get()
    if context is None:
        raise FlowError("get_context() is for electrons while they run; nothing is running here")
    return context


def metadata(context: Context, folder: str) -> dict[str, Any]:
    """The same for an executor of the user's own, in Covalent's words."""
    return {"dispatch_id": context.dispatch_id, "node_id": context.node_id, "results_dir": folder}
