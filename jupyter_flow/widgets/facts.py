"""What is known of a dispatch, in arrays: while it runs here, as the store has it, or before it runs.

Nothing here is done for each event: whoever looks takes a copy of the states and compares.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from ..dispatch.archive import archive_of
from ..dispatch.recovering import settled
from ..dispatch.run import Run
from ..model.errors import FlowError
from ..model.events import COMPLETED, FAILED, INTERRUPTED, RUNNING, STATUS_OF, Record
from ..model.graph import TransportGraph
from ..store.runs import Store
from .pictures import NUMBER_OF

LOG = logging.getLogger("jupyter_flow")
REST = 1.0  # seconds between two looks at the store, at least,
SHARE = 20.0  # and never more than a twentieth of the time


class Facts(Protocol):
    """A dispatch, as it is now. Times are nanoseconds since the epoch, 0 for none."""

    id: str
    graph: TransportGraph

    @property
    def status(self) -> int:
        """The dispatch's own status, as a small integer."""

    @property
    def resumable(self) -> str:
        """By which id the rest of it can be run where it was interrupted; "" where it cannot."""

    @property
    def error(self) -> str | None:
        """Why it failed, if it did."""

    @property
    def started(self) -> int:
        """When it began."""

    @property
    def ended(self) -> int:
        """When it ended."""

    def states(self) -> bytes:
        """The status of every node: 0, or one of RUNNING to INTERRUPTED."""

    def begun(self) -> dict[int, int]:
        """When the nodes that run now were started."""

    def record(self, node: int, /) -> Record | None:
        """The last attempt of a node that has ended."""

    def attempts(self, node: int) -> list[Record]:
        """The attempts of a node that have ended."""

    def retried(self) -> list[Record]:
        """The attempts that another one follows, of all nodes."""

    def stamp(self) -> Any:
        """Equal as long as nothing has changed; cheap."""


class RunFacts:
    """A dispatch of this session."""

    def __init__(self, run: Run) -> None:
        self.id, self.graph, self._run = run.id, run.graph, run
        self.record: Callable[[int], Record | None] = run.records.get  # the last attempt of a node

    @property
    def status(self) -> int:
        """The dispatch's own status."""
        return NUMBER_OF[self._run.status] if self._run.ended.is_set() else RUNNING

    @property
    def resumable(self) -> str:
        """Its own id; that of a cell is run again there."""
        return "" if is_cell(self.graph) else self._run.root

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return self._run.error if self._run.ended.is_set() else None

    @property
    def started(self) -> int:
        """When it began."""
        return self._run.started_at

    @property
    def ended(self) -> int:
        """When it ended."""
        if not self._run.ended.is_set():
            return 0
        return self._run.ended_at or max([r.end for r in list(self._run.records.values())], default=self.started)

    def states(self) -> bytes:
        """What was told of the nodes, and which run."""
        run = self._run
        under_way = INTERRUPTED if run.ended.is_set() else RUNNING
        begun = self.begun()
        states = bytearray(run.published)
        for node in begun:
            if not states[node]:
                states[node] = under_way
        return bytes(states)

    def begun(self) -> dict[int, int]:
        """When the nodes that run now were started; what is to run again does not run."""
        begun, retried = dict(self._run.begun), list(self._run.retried)
        if not retried:
            return begun
        fallen = {(record.node, record.start) for record in retried}
        return {node: start for node, start in begun.items() if (node, start) not in fallen}

    def attempts(self, node: int) -> list[Record]:
        """Its attempts that have ended."""
        last = self._run.records.get(node)
        earlier = [r for r in list(self._run.retried) if r.node == node and (not last or r.attempt < last.attempt)]
        return earlier if last is None else [*earlier, last]

    def retried(self) -> list[Record]:
        """The attempts that another one follows."""
        return list(self._run.retried)

    def stamp(self) -> Any:
        """The states themselves: comparing them takes microseconds."""
        run = self._run
        return run.ended.is_set(), bytes(run.published), dict(run.begun), len(run.retried)


class StoreFacts:
    """A dispatch as the store has it; one that another kernel runs is looked up again now and then.

    Raises UnknownDispatch, StoreError.
    """

    def __init__(self, store: Store, id: str) -> None:
        self.id, self._store = id, store
        self._row = settled(store.run(id), store)
        self.graph = archive_of(self._row, store).graph
        self._due = 0.0
        self._read()

    def _read(self) -> None:
        began = time.monotonic()
        attempts: dict[int, list[Record]] = {}
        for record in self._store.rows(self._row.serial):
            attempts.setdefault(record.node, []).append(record)
        states = bytearray(len(self.graph))
        for node, tried in attempts.items():
            states[node] = 0 if self._again(tried) else tried[-1].status
        self._attempts, self._states = attempts, bytes(states)
        self._due = time.monotonic() + max(REST, SHARE * (time.monotonic() - began))

    def _again(self, tried: list[Record]) -> bool:
        """Whether the last of a node's attempts failed and another one follows; their numbers may leave some out."""
        version = self.graph.versions[self.graph.version[tried[-1].node]]
        more = len(tried) <= (version.options.retries or 0) and version.kind == "electron"
        return more and tried[-1].status == FAILED and self._row.status == RUNNING

    def _refresh(self) -> None:
        if self._row.status != RUNNING or time.monotonic() < self._due:
            return
        try:
            self._row = settled(self._store.run(self.id), self._store)  # first: what it says has ended is there whole
            self._read()
        except FlowError:
            LOG.debug("dispatch %s could not be read again", self.id, exc_info=True)
            self._due = time.monotonic() + REST

    @property
    def status(self) -> int:
        """The dispatch's own status; of one whose kernel died INTERRUPTED."""
        return NUMBER_OF[STATUS_OF[self._row.status]]

    @property
    def resumable(self) -> str:
        """Its own id, or that of what it is a part of; that of a cell is run again there."""
        return "" if is_cell(self.graph) else self._row.root

    @property
    def error(self) -> str | None:
        """Why it failed."""
        return self._row.error

    @property
    def started(self) -> int:
        """When it began."""
        return self._row.started or self._row.created

    @property
    def ended(self) -> int:
        """When it ended; of one whose kernel died when its last attempt did."""
        if self._row.ended or self._row.status == RUNNING:
            return self._row.ended
        return max([tried[-1].end for tried in self._attempts.values()], default=self.started)

    def states(self) -> bytes:
        """The nodes' states as they are recorded."""
        self._refresh()
        return self._states

    def begun(self) -> dict[int, int]:
        """Nothing runs here."""
        return {}

    def record(self, node: int) -> Record | None:
        """The last attempt of a node that has ended."""
        tried = self._attempts.get(node)
        return tried[-1] if tried and self._states[node] else None

    def attempts(self, node: int) -> list[Record]:
        """Its attempts."""
        return self._attempts.get(node, [])

    def retried(self) -> list[Record]:
        """The attempts that another one follows."""
        return [r for node, tried in self._attempts.items() for r in (tried[:-1] if self._states[node] else tried)]

    def stamp(self) -> Any:
        """The states, and the dispatch's own."""
        self._refresh()
        return self._row.status, self._states


class GraphFacts:
    """A graph that has not been dispatched."""

    id = ""
    status = 0  # it has not begun
    error = None
    resumable = ""
    started = 0
    ended = 0

    def __init__(self, graph: TransportGraph) -> None:
        self.graph = graph

    def states(self) -> bytes:
        """Nothing has happened."""
        return bytes(len(self.graph))

    def begun(self) -> dict[int, int]:
        """Nothing runs."""
        return {}

    def record(self, node: int) -> Record | None:
        """Nothing has run."""
        return None

    def attempts(self, node: int) -> list[Record]:
        """Nothing has run."""
        return []

    def retried(self) -> list[Record]:
        """Nothing has run."""
        return []

    def stamp(self) -> Any:
        """It does not change."""
        return 0


def is_cell(graph: TransportGraph) -> bool:
    """Whether a dispatch is an electron cell's."""
    return bool(graph.versions) and graph.versions[0].source.lstrip().startswith("%%electron")


def lent(record: Record, since: int) -> bool:
    """Whether a value was there when its dispatch began (``since``): in the cache, or in an earlier dispatch."""
    return record.origin is not None or (record.status == COMPLETED and 0 < record.end <= since)


def seconds_of(record: Record | None, since: int = 0) -> float | None:
    """How long an attempt ran; None for one that did not, or not for the dispatch that began at ``since``."""
    if record is None or lent(record, since) or not record.start or record.status < COMPLETED:
        return None
    return (record.end - record.start) / 1e9 if record.end >= record.start else None


def took(records: Iterable[Record | None], since: int = 0) -> list[float | None]:
    """The same for many. Most ran, for this dispatch, and that is seen at a glance."""
    return [
        (end - record[3]) / 1e9
        if record and since < record[3] <= (end := record[4]) and record[11] is None and record[2] >= COMPLETED
        else seconds_of(record, since)
        for record in records
    ]
