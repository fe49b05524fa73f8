"""The flow to look at: what a dispatch is to views and pictures, for a notebook's own electron cells."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...model.errors import FlowError
from ...model.events import CANCELLED, COMPLETED, FAILED, RUNNING, SKIPPED, Record
from ...model.node import Place
from ...model.printed import Seen
from ...render import Picture
from ...render.groups import said
from ...render.standing import STALE, STANDING_OF
from ...session import opened
from ...widgets.facts import Facts, RunFacts
from ...widgets.messages import State
from ...widgets.pictures import with_states
from ...widgets.source import About, Source, source_of
from ...widgets.states import counts_of
from ...widgets.times import Times
from .execution import Execution
from .execution import State as How
from .lines import how_far, skipped
from .report import is_under_way
from .wiring import Wiring, wiring

if TYPE_CHECKING:
    from .flow import Flow

STATES = {How.DONE: COMPLETED, How.CANCELLED: CANCELLED, How.RUNNING: RUNNING}
GRAVEST = (RUNNING, FAILED, CANCELLED, STALE, COMPLETED)  # the first that a cell is in is how the whole stands


class FlowFacts:
    """The electron cells, as they are now."""

    id = ""
    error = None
    resumable = ""
    ended = 0

    def __init__(self, flow: "Flow", wired: Wiring) -> None:
        self._flow, self._wired, self.graph = flow, wired, wired.graph()

    @property
    def executions(self) -> list[Execution | None]:
        """The latest run of each cell."""
        return [cell.execution for cell in self._wired.cells]

    @property
    def status(self) -> int:
        """How the whole stands."""
        states = self.states()
        return next((status for status in GRAVEST if status in states), 0)

    @property
    def started(self) -> int:
        """When the first of them began."""
        starts = [record.start for record in self._records() if record.start]
        return min([*starts, *self.begun().values()], default=0)

    def states(self) -> bytes:
        """Of each cell; one that has completed may be stale."""
        return bytes(map(self._state, self.executions))

    def _state(self, execution: Execution | None) -> int:
        if execution is None:
            return 0
        if execution.state is How.FAILED:
            return SKIPPED if execution.cause is not None else FAILED
        if execution.state is How.DONE and self.reason(execution):
            return STALE
        return STATES.get(execution.status, 0)

    def reason(self, execution: Execution) -> str:
        """Why a run of a cell is out of date; "" if it is not, as far as anybody has looked."""
        return self._flow.lookout.reasons.get(execution.number, "")

    def begun(self) -> dict[int, int]:
        """When the cells that run now were started."""
        return {
            node: min(begun)
            for node, run in self._runs()
            if self.executions[node] is not None and (begun := list(run.begun().values())) and not run.ended
        }

    def record(self, node: int) -> Record | None:
        """The last attempt of a cell."""
        found = next((run.record(0) for number, run in self._runs() if number == node), None)
        return found._replace(node=node) if found is not None else None

    def attempts(self, node: int) -> list[Record]:
        """Its attempts that have ended."""
        return [
            record._replace(node=node) for number, run in self._runs() if number == node for record in run.attempts(0)
        ]

    def retried(self) -> list[Record]:
        """The attempts that another one follows."""
        return [record._replace(node=node) for node, run in self._runs() for record in run.retried() if not record.node]

    def stamp(self) -> Any:
        """Equal as long as nothing has changed."""
        return self.runs(), self.states(), self._flow.lookout.outdated

    def runs(self) -> tuple[int, ...]:
        """The numbers of the latest runs."""
        return tuple(execution.number if execution is not None else 0 for execution in self.executions)

    def _runs(self) -> "Iterator[tuple[int, RunFacts]]":
        for node, execution in enumerate(self.executions):
            if execution is not None and execution.run is not None:
                yield node, RunFacts(execution.run)

    def _records(self) -> Iterator[Record]:
        for _, run in self._runs():
            record = run.record(0)
            if record is not None:
                yield record


class FlowSource(Source):
    """The flow of a notebook, for views. Its cells and their wiring stay; `renewed` gives those of now."""

    def __init__(self, flow: "Flow", before: Wiring | None = None) -> None:
        self._flow = flow
        self._wired = wiring(flow.book, flow.imported, before)
        self._known = FlowFacts(flow, self._wired)
        self._timed: tuple[int, ...] = ()
        super().__init__("", graph=self._known.graph)
        flow.lookout.notice()

    @property
    def facts(self) -> Facts:
        """What is known now."""
        return self._known

    @property
    def over(self) -> bool:
        """Never: a cell may be run at any time."""
        return False

    @property
    def under_way(self) -> bool:
        """Whether any cell will end by itself."""
        return any(execution is not None and is_under_way(execution) for execution in self._known.executions)

    @property
    def age(self) -> int:
        """Grows where cells get other numbers."""
        return self._wired.age

    def renewed(self) -> "FlowSource":
        """This one, or another where cells have come, gone or read something else."""
        self._flow.lookout.notice()
        if wiring(self._flow.book, self._flow.imported, self._wired) == self._wired:
            return self
        return FlowSource(self._flow, self._wired)

    def stamp(self) -> Any:
        """Equal as long as nothing has changed."""
        return self._known.stamp()

    def look(self) -> tuple[bytes, State]:
        """The states now, and the flow at a glance."""
        runs, states, status = self._known.runs(), self._known.states(), self._known.status
        with self.lock:
            if runs != self._timed:  # a cell was run again: what it took before is forgotten, seen running or not
                self._timed, self.times = runs, Times(len(self.graph))
                self.__dict__.pop("timelines", None)
            self.times.learn(states, self._known.record)
        counts = counts_of(states)
        return states, {
            "status": status, "counts": counts, "started": 0.0, "ended": None, "now": time.time(),
            "rate": None, "left": None, "text": _words(counts, self._flow.lookout.outdated),
        }  # fmt: skip

    def drawn(self) -> Picture:
        """The picture of now."""
        states = self._known.states()
        return with_states(self.picture, states, (), STANDING_OF[self._known.status])

    def seen(self, node: int) -> Seen:
        """What a cell that runs has printed so far."""
        source, number = self.behind(node)
        return source.seen(number) if source is not self else Seen()

    def know(self, workers: set[int]) -> None:
        """Look up many workers at once."""
        self._here = opened()
        super().know(workers)

    def place(self, worker: int) -> Place:
        """What a worker was."""
        self._here = opened()
        return super().place(worker)

    def inside(self, node: int) -> Source | None:
        """The calls of a mapped cell."""
        source, number = self.behind(node) if 0 <= node < len(self.graph) else (self, 0)
        return source.inside(number) if source is not self else None

    def behind(self, node: int) -> tuple[Source, int]:
        """The dispatch of a cell's latest run; this, where it has none."""
        execution = self._known.executions[node] if 0 <= node < len(self.graph) else None
        try:
            return (source_of(execution.run.id), 0) if execution and execution.run else (self, node)
        except FlowError:  # its session was closed, and it was pruned since
            return self, node

    def about(self, node: int) -> About | None:
        """What is to be said of a cell beside what its dispatch tells."""
        execution = self._known.executions[node]
        if execution is None:
            return None
        cell, note = execution.cell, self._known.reason(execution)
        if not execution.state.over:
            note = "it is run when something needs it" if execution.state is How.LAZY else how_far(execution)
        elif execution.cause is not None:
            note = skipped(execution)
        state = self._known.states()[node]
        return About(
            state, "" if cell.guessed else cell.key, execution.run.id if execution.run else "",
            note if state == STALE or state in (0, SKIPPED) else "", not execution.state.over,
        )  # fmt: skip

    def can(self) -> list[Any]:
        """What may be asked for."""
        return ["cancel"]

    def stop(self, node: int | None) -> str | None:
        """Cancel a cell, or all that have not ended; who that were, "" for nobody."""
        chosen = self._known.executions if node is None else self._known.executions[node : node + 1]
        live = [execution for execution in chosen if execution is not None and not execution.state.over]
        for execution in live:
            self._flow.scheduler.cancel(execution)
        return ", ".join(execution.name for execution in live)


def _words(counts: list[int], outdated: int) -> str:
    """``5 cells: 1 running, 3 completed, 1 stale``; and how many ordinary cells are stale."""
    total = sum(counts)
    if not total:
        return "no electron cell has been run yet: %%electron makes one"
    order = (RUNNING, 0, FAILED, SKIPPED, CANCELLED, STALE, COMPLETED)
    parts = [f"{counts[number]} {said(STANDING_OF[number])}" for number in order if counts[number]]
    others = f"; {outdated} ordinary cell{'s' if outdated > 1 else ''} stale" if outdated else ""
    return f"{total} cell{'s' if total > 1 else ''}: {', '.join(parts)}{others}"
