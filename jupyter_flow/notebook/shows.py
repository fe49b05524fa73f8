"""What electrons displayed, once more in a cell: ``%result .NODE --show``."""

from collections.abc import Sequence

from IPython.display import publish_display_data

from ..model.result import NodeResult
from . import reports
from .shell import say


def show(nodes: Sequence[NodeResult]) -> None:
    """What each printed, then what it displayed. Their HTML is the user's own, and published as it is."""
    told = list(reports.within(nodes))
    found = [node for head, node in told if _show(node, head if len(told) > 1 else "")]
    if not found:
        say(reports.silence(nodes).replace("printed", "printed or displayed"))


def _show(node: NodeResult, head: str) -> bool:
    displays, printed = node.displays, node.stdout
    if not (displays or printed):
        return False
    if head:
        say(f"── {head}")
    if printed:
        say(printed.rstrip("\n"))
    for display in displays:
        publish_display_data(display.data, display.metadata)  # type: ignore[no-untyped-call]
    return True
