"""Who did what when: a lane for each worker, bars for what it ran, and what that waited for."""

import time
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..model.events import RUNNING, Record
from ..model.node import Place
from ..render.lettering import clean, cut
from .critical import Paths
from .facts import lent
from .messages import Bar, Timeline
from .states import BY_SEVERITY

if TYPE_CHECKING:
    from .source import Source

MOST = 2000  # bars
LONGEST = 120  # characters of a name
SUBLATTICES = -1  # a lane for what runs on no worker of its own
SEVERITY = {number: place for place, number in enumerate(BY_SEVERITY)}


class Timelines:
    """The timeline of one dispatch. What does not change is kept from look to look."""

    def __init__(self, source: "Source") -> None:
        self._source = source
        self._paths = Paths(source.graph, source.picture.edges)
        self._where: dict[tuple[int, int], int] = {}  # running attempts, by node and start

    def timeline(self, view: str) -> Timeline:
        """As it is now."""
        source = self._source
        facts = source.facts
        now = facts.ended or time.time_ns()
        began = facts.started or now
        attempts = self._attempts(now)
        source.know({record.worker for record in attempts})
        lanes = self._lanes(attempts)
        ends, seconds = self._times(began, now)
        path, critical = self._paths.longest(seconds)
        ready = self._paths.ready(ends)
        bars = waits([self._bar(record, lanes, ready, path, began) for record in attempts])
        span = max(0.0, (now - began) / 1e9)
        return {
            "kind": "timeline",
            "view": view,
            "lanes": [self._lane_name(worker) for worker in lanes],
            "rows": [1] * len(lanes),
            "bars": merged(bars, span),
            "start": 0.0,
            "end": span,
            "width": 0,
            "span": span,
            "working": sum([bar["end"] - bar["start"] for bar in bars if bar["lane"] != lanes.get(SUBLATTICES)]),
            "waiting": sum([max(0.0, bar["start"] - bar["ready"]) for bar in bars]),
            "critical": critical,
        }

    def _attempts(self, now: int) -> list[Record]:
        """What has run and what runs, electrons and sublattices."""
        facts, electrons = self._source.facts, self._source.graph.electrons
        since = facts.started
        ended = [r for node in range(electrons) if (r := facts.record(node)) and r.start and not lent(r, since)]
        retried = [r for r in facts.retried() if r.start and r.node < electrons]
        begun = {node: start for node, start in facts.begun().items() if node < electrons}
        running = [Record(n, 0, RUNNING, start, now, self._worker(n, start)) for n, start in begun.items()]
        return [*retried, *ended, *running]

    def _worker(self, node: int, start: int) -> int:
        """Where a node runs; asked once."""
        if (node, start) not in self._where:
            worker = self._source.seen(node).worker
            if not worker:
                return 0
            self._where[node, start] = worker
        return self._where[node, start]

    def _lanes(self, attempts: Sequence[Record]) -> dict[int, int]:
        """The number of each worker's lane: resource by resource, sublattices last."""
        workers = {self._lane_of(record) for record in attempts}
        ordered = sorted(workers, key=lambda worker: (worker == SUBLATTICES, _natural(self._source.place(worker))))
        return {worker: lane for lane, worker in enumerate(ordered)}

    def _lane_of(self, record: Record) -> int:
        return SUBLATTICES if self._source.picture.kind(record.node) == "sublattice" else record.worker

    def _lane_name(self, worker: int) -> str:
        if worker == SUBLATTICES:
            return "sublattices"
        place = self._source.place(worker)
        if not place.name:
            return "somewhere"
        return place.name if place.name.startswith(place.resource) else f"{place.resource} · {place.name}"

    def _times(self, began: int, now: int) -> tuple[list[float | None], list[float]]:
        """When each node ended, in seconds from the beginning, and how long it took."""
        facts = self._source.facts
        nodes = len(self._source.graph)
        ends: list[float | None] = [None] * nodes
        seconds = [0.0] * nodes
        for node in range(nodes):
            record = facts.record(node)
            if record is not None and record[3] and not lent(record, facts.started):
                ends[node] = (record[4] - began) / 1e9
                seconds[node] = (record[4] - record[3]) / 1e9
        for node, start in facts.begun().items():
            ends[node], seconds[node] = (now - began) / 1e9, (now - start) / 1e9
        return ends, seconds

    def _bar(self, record: Record, lanes: dict[int, int], ready: Sequence[float], path: set[int], began: int) -> Bar:
        node = record.node
        start = max(0.0, (record.start - began) / 1e9)
        return {
            "lane": lanes[self._lane_of(record)],
            "row": 0,
            "node": node,
            "count": 1,
            "name": cut(clean(self._source.picture.names[node]), LONGEST),
            "status": record.status,
            "start": round(start, 6),
            "end": round(max(start, (record.end - began) / 1e9), 6),
            "ready": round(min(start, max(0.0, ready[node])), 6),
            "critical": node in path,
        }


def waits(bars: list[Bar]) -> list[Bar]:
    """The same, where a node that is tried again waits since its last attempt and not since the first."""
    free: dict[int, float] = {}
    for bar in sorted(bars, key=lambda bar: bar["start"]):
        bar["ready"] = min(bar["start"], max(bar["ready"], free.get(bar["node"], 0.0)))
        free[bar["node"]] = bar["end"]
    return bars


def merged(bars: Sequence[Bar], span: float, most: int = MOST) -> list[Bar]:
    """At most so many bars: neighbours too short to be seen one by one become one."""
    ordered = sorted(bars, key=lambda bar: (bar["lane"], bar["start"], bar["end"]))
    if len(ordered) <= most:
        return ordered
    lanes = len({bar["lane"] for bar in ordered})
    least = max(span, 1e-6) * lanes / most
    while True:
        found = [one for _, lane in groupby(ordered, key=lambda bar: bar["lane"]) for one in _merged(lane, least)]
        if len(found) <= most or least > 4 * max(span, ordered[-1]["end"]):
            return found
        least *= 2


def _merged(lane: Any, least: float) -> list[Bar]:
    out: list[Bar] = []
    for bar in lane:
        last = out[-1] if out else None
        if last is not None and bar["end"] - last["start"] <= least:
            last["count"] += 1
            last["end"] = max(last["end"], bar["end"])
            last["ready"] = min(last["ready"], bar["ready"])
            last["status"] = min(last["status"], bar["status"], key=SEVERITY.__getitem__)
            last["critical"] = last["critical"] or bar["critical"]
            if bar["name"] != last["name"] and not last["name"].endswith(" …"):
                last["name"] += " …"
        else:
            out.append(bar.copy())
    return out


def _natural(place: Place) -> tuple[str, str, int]:
    head, _, number = place.name.rpartition("-")
    return (place.resource, head, int(number)) if number.isdecimal() else (place.resource, place.name, 0)
