"""Who did what when: a lane for each worker, bars for what it ran, and what that waited for."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..model.events import COMPLETED, RUNNING, Record
from ..model.node import Place
from ..render.breath import paced
from ..render.lettering import clean, cut
from .critical import Paths
from .facts import lent
from .merging import Stretch, Work, merged, rows_of
from .messages import Bar, Range, Timeline
from .states import differences

if TYPE_CHECKING:
    from .source import Source

LONGEST = 120  # characters of a name
SUBLATTICES = -1  # a lane for what runs on no worker of its own
FRESH = 0.4  # seconds for which a look at a dispatch that runs will do


@dataclass(frozen=True)
class Chart:
    """A dispatch at one moment."""

    lanes: list[str]
    rows: list[list[list[Work]]]  # of each lane
    span: float
    working: float
    waiting: float
    critical: float


class Timelines:
    """The timeline of one dispatch. What does not change is kept from look to look."""

    def __init__(self, source: "Source") -> None:
        self._source = source
        self._lock = threading.Lock()
        self._paths: Paths | None = None
        self._where: dict[tuple[int, int], int] = {}  # running attempts, by node and start
        self._chart: Chart | None = None
        self._final, self._due = False, 0.0
        self._began = 0
        self._forget()

    def _forget(self) -> None:
        self._states = bytes(len(self._source.graph))
        self._ended: dict[int, Record] = {}  # last attempts that have ended
        self._ends: list[float | None] = [None] * len(self._states)
        self._seconds = [0.0] * len(self._states)

    def timeline(self, view: str, part: Range | None = None) -> Timeline:
        """As it is now, or a moment ago: a part of it, or the whole."""
        with self._lock:
            chart = self._look()
        start, end = _clamped(part, chart.span)
        width = part["width"] if part is not None else 0
        return {
            "kind": "timeline",
            "view": view,
            "lanes": chart.lanes,
            "rows": [len(inner) for inner in chart.rows],
            "bars": self._bars(chart, start, end, width),
            "start": start,
            "end": end,
            "width": width,
            "span": chart.span,
            "working": chart.working,
            "waiting": chart.waiting,
            "critical": chart.critical,
        }

    def _bars(self, chart: Chart, start: float, end: float, width: int) -> list[Bar]:
        """Those on the longest path come last."""
        rows = [(lane, number) for lane, inner in enumerate(chart.rows) for number in range(len(inner))]
        found = merged([chart.rows[lane][number] for lane, number in rows], start, end, width)
        bars = [self._bar(*place, stretch) for place, row in zip(rows, found, strict=True) for stretch in row]
        return sorted(bars, key=lambda bar: bar["critical"])

    def _bar(self, lane: int, row: int, stretch: Stretch) -> Bar:
        names = self._source.picture.names
        name = cut(clean(names[stretch.node]), LONGEST)
        several = any(names[node] != names[stretch.node] for node in stretch.nodes)
        return {
            "lane": lane,
            "row": row,
            "node": stretch.node,
            "count": stretch.count,
            "name": f"{name} …" if several else name,
            "status": stretch.status,
            "start": round(stretch.start, 6),
            "end": round(stretch.end, 6),
            "ready": round(stretch.ready, 6),
            "critical": stretch.critical,
        }

    # looking ----------------------------------------------------------------------------------

    def _look(self) -> Chart:
        final = self._source.over  # first: what has ended is there whole
        if self._chart is None or self._final != final or not (final or time.monotonic() < self._due):
            self._chart = self._charted()
            self._final, self._due = final, time.monotonic() + FRESH
        return self._chart

    def _charted(self) -> Chart:
        source = self._source
        facts = source.facts
        now = facts.ended or time.time_ns()
        began = facts.started or now
        self._learn(began)
        running = self._running(now)
        path, critical, ready = self._ways(running, began, now)
        works = self._works([*facts.retried(), *self._ended.values(), *running], ready, path, began)
        workers = self._ordered(works)
        return Chart(
            [self._lane_name(worker) for worker in workers],
            [rows_of(works[worker]) for worker in workers],
            max([(now - began) / 1e9, *[work.end for worker in workers for work in works[worker]]]),
            sum([w.end - w.start for worker in workers if worker != SUBLATTICES for w in works[worker]]),
            sum([max(0.0, w.start - w.ready) for worker in workers for w in works[worker]]),
            critical,
        )

    def _learn(self, began: int) -> None:
        """Take in what has ended since the last look."""
        facts = self._source.facts
        states = facts.states()
        again = any(self._states[node] >= COMPLETED > states[node] for node in differences(self._states, states))
        if again or began != self._began:  # by another kernel; when that began is known when it has ended
            self._began = began
            self._forget()
        electrons = self._source.graph.electrons
        for node in paced(differences(self._states, states)):
            record = facts.record(node) if states[node] >= COMPLETED else None
            if record is not None and record.start and not lent(record, facts.started):
                self._ends[node] = (record.end - began) / 1e9
                self._seconds[node] = (record.end - record.start) / 1e9
                if node < electrons:
                    self._ended[node] = record
        self._states = states

    def _running(self, now: int) -> list[Record]:
        """The attempts of electrons and sublattices that run now."""
        begun = self._source.facts.begun().items()
        electrons = self._source.graph.electrons
        here = [(n, start) for n, start in begun if n < electrons and n not in self._ended]
        return [Record(n, 0, RUNNING, start, now, self._worker(n, start)) for n, start in here]

    def _ways(self, running: Iterable[Record], began: int, now: int) -> tuple[set[int], float, list[float]]:
        """The longest path, how long it is, and since when each node could have run."""
        if self._paths is None:
            self._paths = Paths(len(self._source.graph), self._source.picture.edges)
        ends, seconds = self._ends.copy(), self._seconds.copy()
        for record in running:
            ends[record.node], seconds[record.node] = (now - began) / 1e9, (now - record.start) / 1e9
        return *self._paths.longest(seconds), self._paths.ready(ends)

    def _works(
        self, attempts: Iterable[Record], ready: Sequence[float], path: set[int], began: int
    ) -> dict[int, list[Work]]:
        """What was done, by worker. A node that is tried again waits since its last attempt and not since the first."""
        free: dict[int, float] = {}
        tried = {record.node for record in self._source.facts.retried()}
        works: dict[int, list[Work]] = defaultdict(list)
        for record in paced(sorted(attempts, key=lambda record: record.start)):
            node = record.node
            if not record.start or node >= self._source.graph.electrons:
                continue
            start = max(0.0, (record.start - began) / 1e9)
            end = max(start, (record.end - began) / 1e9)
            since = min(start, max(0.0, ready[node], free.get(node, 0.0)))
            works[self._lane_of(record)].append(Work(start, end, since, node, record.status, node in path))
            if node in tried:
                free[node] = end
        return works

    def _worker(self, node: int, start: int) -> int:
        """Where a node runs; asked once."""
        if (node, start) not in self._where:
            worker = self._source.seen(node).worker
            if not worker:
                return 0
            self._where[node, start] = worker
        return self._where[node, start]

    def _lane_of(self, record: Record) -> int:
        return SUBLATTICES if self._source.picture.kind(record.node) == "sublattice" else record.worker

    def _ordered(self, workers: Iterable[int]) -> list[int]:
        """The lanes: resource by resource, sublattices last."""
        known = list(workers)
        self._source.know(set(known) - {SUBLATTICES})
        return sorted(known, key=lambda worker: (worker == SUBLATTICES, _natural(self._source.place(worker)), worker))

    def _lane_name(self, worker: int) -> str:
        if worker == SUBLATTICES:
            return "sublattices"
        place = self._source.place(worker)
        if not place.name:
            return "somewhere"
        return place.name if place.name.startswith(place.resource) else f"{place.resource} · {place.name}"


def _clamped(part: Range | None, span: float) -> tuple[float, float]:
    """A range as it can be told."""
    if part is None:
        return 0.0, span
    start, end = part["start"] or 0.0, span if part["end"] is None else part["end"]
    start, end = sorted((min(max(0.0, start), span), min(max(0.0, end), span)))
    return start, end


def _natural(place: Place) -> tuple[str, str, int]:
    head, _, number = place.name.rpartition("-")
    return (place.resource, head, int(number)) if number.isdecimal() else (place.resource, place.name, 0)
