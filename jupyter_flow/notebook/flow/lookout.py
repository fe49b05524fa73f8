"""Which runs of cells are out of date, for whoever looks on."""

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from ...model.errors import FlowError
from ...store.latch import Latch
from ...widgets.threads import OnDemandThread
from .steps import due, outdated

if TYPE_CHECKING:
    from .flow import Flow

LOG = logging.getLogger("jupyter_flow")
TICK = 1.0  # seconds between two looks at whether a cell still runs: its end may be cut short by an interrupt
SHARE = 10.0  # looking for what is stale takes no more than a tenth of the time


class Lookout:
    """Which runs of cells are out of date, looked for on a thread of its own when something has changed.

    Never while a cell runs, which may be about to change what is compared.
    """

    def __init__(self, flow: "Flow") -> None:
        self._flow = flow
        self._lock = threading.Lock()
        self._idle = Latch()
        self._idle.set()
        self._wanted = False
        self._thread = OnDemandThread("jupyter_flow staleness", self._work, self._lock)
        self.reasons: dict[int, str] = {}  # by the run's number
        self.cells = 0  # that would be run to bring the notebook up to date
        self.outdated = 0  # ordinary ones that show what was
        self._runs: tuple[Any, ...] = ()

    def notice(self) -> None:
        """Look again, soon, if any cell has got further; for who is going to tell of it, now and then."""
        runs = tuple(
            (run.number, execution.state if (execution := cell.execution) else run.failed)
            for cell in self._flow.book
            if (run := cell.run) is not None
        )
        if runs != self._runs:
            self._runs = runs
            self.look()

    def cell_begins(self) -> None:
        """Wait with looking."""
        if self._idle.is_set():
            self._idle = Latch()

    def cell_ended(self) -> None:
        """Go on. A cell may have made others stale."""
        self._idle.set()
        if self._runs:
            self.look()

    def look(self) -> None:
        """Something has changed: look again, soon."""
        with self._lock:
            self._wanted = True
            self._thread.start()

    def _work(self) -> None:
        while True:
            self.quiet()
            with self._lock:
                if not self._wanted:
                    return self._thread.end()
                self._wanted = False
            began = time.monotonic()
            try:
                self._look()
            except Exception:  # a cell may change what is looked at: it is looked at again when that has ended
                LOG.debug("what is stale could not be told", exc_info=True)
            time.sleep(SHARE * (time.monotonic() - began))

    def at_once(self) -> None:
        """Look now: from a cell, which compares nothing while it changes something."""
        self._look()

    def quiet(self) -> None:
        """Wait until no cell runs."""
        while not self._idle.wait(TICK):
            pass

    def _look(self) -> None:
        survey = self._flow.survey()
        found = {cell.run.number: "; ".join(why) for cell, why in survey.reasons.items() if why and cell.run}
        try:
            plan = due(survey)
        except FlowError:  # the order is ambiguous, which running it will say
            plan = [cell for cell in survey.stale if cell.definition is not None]
        any_electron = any(cell.definition is not None for cell in survey.reasons)
        self.reasons, self.cells = found, len(plan) if any_electron else 0
        self.outdated = len(outdated(survey)) if any_electron else 0
        self._flow.live.stir()
