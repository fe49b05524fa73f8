"""What cells show beside their numbers: how far they are, and whether they are out of date."""

from ..widgets.messages import Badge, BadgeState
from .flow.book import Cell
from .flow.execution import Execution, State
from .flow.flow import Flow
from .flow.lines import how_far, skipped
from .flow.staleness import FAILED


def badges(flow: Flow, reasons: dict[int, str]) -> list[Badge]:
    """The badge of each electron cell that the front end has an id for, and of ordinary cells that are stale.

    reasons: why a run of a cell is out of date, by the run's number.
    """
    cells = [cell for cell in flow.book if cell.run is not None]
    if not any(cell.execution for cell in cells):
        return []
    found = []
    for cell in cells:
        reason = reasons.get(cell.run.number, "") if cell.run is not None else ""
        if cell.execution is None and reason not in ("", FAILED):
            found.append(_ordinary(cell, reason))
        elif cell.execution is not None and not cell.guessed:
            found.append(_badge(cell, cell.execution, reason))
    return found


def _ordinary(cell: Cell, reason: str) -> Badge:
    return {
        "cell": cell.key, "name": cell.title, "cell_kind": "cell", "state": "stale", "since": None,
        "words": "", "text": reason, "dispatch": "",
    }  # fmt: skip


def _badge(cell: Cell, execution: Execution, reason: str) -> Badge:
    run = execution.run
    state, text = _said(execution, reason)
    begun = min(list(run.begun.values()), default=0) if run is not None and state == "running" else 0
    return {
        "cell": cell.key,
        "name": execution.name,
        "cell_kind": "electron",
        "state": state,
        "since": begun / 1e9 if begun else None,
        "words": "",
        "text": text,
        "dispatch": run.id if run is not None else "",
    }


def _said(execution: Execution, reason: str) -> tuple[BadgeState, str]:
    """One word, and what there is to say about it."""
    match execution.status:
        case State.LAZY:
            return "waiting", "it is not run until something needs it"
        case State.WAITING:
            return "waiting" if execution.state is State.WAITING else "queued", how_far(execution)
        case State.RUNNING:
            return "running", ""
        case State.FAILED:
            return ("skipped", skipped(execution)) if execution.cause is not None else ("failed", "")
        case State.CANCELLED:
            return "cancelled", ""
    if reason:
        return "stale", reason
    return ("cached", "its values were in the cache") if _cached(execution) else ("done", "")


def _cached(execution: Execution) -> bool:
    run = execution.run
    if run is None:
        return False
    record = run.records.get(run.graph.result[1])
    return record is not None and record.origin is not None
