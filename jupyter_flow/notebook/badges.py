"""What electron cells show beside their numbers: how far they are, and whether they are out of date."""

import logging
import threading
import time

from ..model.errors import FlowError
from ..widgets.messages import Badge, BadgeState
from .flow.book import Cell
from .flow.execution import Execution, State
from .flow.flow import Flow
from .flow.lines import how_far

LOG = logging.getLogger("jupyter_flow")
SHARE = 10.0  # looking for what is stale takes no more than a tenth of the time


def badges(flow: Flow, reasons: dict[int, str]) -> list[Badge]:
    """The badge of each electron cell that the front end has an id for.

    reasons: why a run of a cell is out of date, by the run's number.
    """
    return [
        _badge(cell, execution, reasons.get(execution.number, ""))
        for cell in flow.book
        if not cell.guessed and (execution := cell.execution) is not None
    ]


def _badge(cell: Cell, execution: Execution, reason: str) -> Badge:
    run = execution.run
    state, text = _said(execution, reason)
    begun = min(list(run.begun.values()), default=0) if run is not None and state == "running" else 0
    return {
        "cell": cell.key,
        "name": execution.name,
        "state": state,
        "since": begun / 1e9 if begun else None,
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
            cause = execution.cause
            return "failed", f"not run: {cause.name} did not make it" if cause is not None else ""
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


class Staleness:
    """Which runs of cells are out of date, looked for on a thread of its own when something has changed.

    Never while a cell runs, which may be about to change what is compared.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._wanted = False
        self._thread: threading.Thread | None = None
        self.reasons: dict[int, str] = {}  # by the run's number
        self.cells = 0  # that would be run to bring the notebook up to date

    def cell_begins(self) -> None:
        """Wait with looking."""
        self._idle.clear()

    def cell_ended(self) -> None:
        """Go on."""
        self._idle.set()

    def look(self) -> None:
        """Something has changed: look again, soon."""
        with self._lock:
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="jupyter_flow staleness", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            self._idle.wait()
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                self._wanted = False
            began = time.monotonic()
            try:
                self._look()
            except Exception:  # a cell may change what is looked at: it is looked at again when that has ended
                LOG.debug("what is stale could not be told", exc_info=True)
            time.sleep(SHARE * (time.monotonic() - began))

    def _look(self) -> None:
        survey = self._flow.survey()
        found = {cell.run.number: "; ".join(why) for cell, why in survey.reasons.items() if why and cell.run}
        try:
            plan = survey.plan()
        except FlowError:  # the order is ambiguous, which running it will say
            plan = [cell for cell in survey.stale if cell.definition is not None]
        self.reasons, self.cells = found, len(plan)
