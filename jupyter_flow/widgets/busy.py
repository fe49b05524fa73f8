"""How busy the resources are: a sample a second, taken while somebody looks on."""

import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import psutil

from ..dispatch.run import Run
from ..model.events import COMPLETED
from ..session import ResourceInfo, Session, opened
from .executors import Line, line_of, lines_of, place_of, remarks_on, same_as
from .facts import lent
from .messages import Busy, Executors, Use
from .source import Source
from .usage import Used, completed, used_by

SECOND = 1.0
KEPT = 120  # samples
RECOUNT = 2.0  # between two counts of what has ended, at least,
SHARE = 20.0  # and never more than a twentieth of the time
MEMORY = 2.0  # seconds between two looks at the memory of processes


class Resources(NamedTuple):
    """All resources, and what is said about redundant executors."""

    resources: list[Busy]
    remarks: list[str]


class Sampler:
    """What the resources of this kernel's session have been doing lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._due = self._memory_due = 0.0
        self._session = ""
        self._history: dict[str, deque[float]] = {}
        self._memory: dict[str, int] = {}
        self._ran: tuple[tuple[str, frozenset[str]], Counter[str]] | None = None
        self._again = 0.0
        self._known: weakref.WeakKeyDictionary[Source, Counter[Any]] = weakref.WeakKeyDictionary()
        self._numbers: dict[Any, int] = {}

    def tick(self) -> None:
        """Take a sample, if it is time. Called by whoever pulses, at any rate; opens no session."""
        now = time.monotonic()
        if now < self._due:
            return
        here = opened()
        with self._lock:
            if now < self._due or here is None:
                return
            behind = int((now - self._due) / SECOND) if self._due else 0
            self._due = now + SECOND
            self._sample(here, behind)

    def _sample(self, here: Session, missed: int) -> None:
        if self._session != here.store.session_id or missed >= KEPT:
            self._session, self._history, self._memory = here.store.session_id, {}, {}
        live = here.resources
        for info in live:
            history = self._history.setdefault(info.id, deque(maxlen=KEPT))
            if missed and history:
                history.extend([history[-1]] * missed)  # nobody looked: as far as is known it went on so
            history.append(min(1.0, info.running / info.workers) if info.workers else 0.0)
        if time.monotonic() >= self._memory_due or any(info.pids and not self._memory.get(info.id) for info in live):
            self._memory = {info.id: _memory_of(info.pids) for info in live}
            self._memory_due = time.monotonic() + MEMORY

    def executors(self, source: Source, view: str) -> Executors:
        """The executors by resource, for a view of a dispatch."""
        found = self.resources(source)
        return {"kind": "executors", "view": view, "resources": found.resources, "remarks": found.remarks}

    def resources(self, source: Source | None = None) -> Resources:
        """The resources now; which electrons are on them, and how many are done, is told of one dispatch or of all."""
        self.tick()
        here = opened()
        live = here.resources if here is not None else []
        lines = lines_of(live)
        remarks = remarks_on(lines, live)
        used = used_by(source) if source is not None else {}
        known = {line.executor.key() for line in lines}
        lines += [line_of(one.executor, live) for key, one in used.items() if key not in known]
        done = self._done(here, source, live)
        alive = {info.id: info for info in live}
        places = dict.fromkeys([*alive, *[line.place for line in lines]])
        with self._lock:
            return Resources([self._busy(p, alive.get(p), lines, done, used) for p in places], remarks)

    def _done(self, here: Session | None, source: Source | None, live: Sequence[ResourceInfo]) -> "Counter[Any]":
        """How many electrons have run to their end at each place: of one dispatch, or of all of this session."""
        run = source.run if source is not None else None
        if run is not None:
            return _done([run])
        if source is not None:
            return self._recorded(source, live)
        runs = list(here.dispatcher.runs.values()) if here is not None else []
        return _done(runs) + self._past(here, runs)

    def _past(self, here: Session | None, runs: Sequence[Run]) -> "Counter[str]":
        """What this session's dispatches that have ended have run, looked up again when one may have ended."""
        if here is None:
            return Counter()
        now, seen = time.monotonic(), (here.store.session_id, frozenset(run.id for run in runs))
        if self._ran is None or self._ran[0] != seen or now >= self._again:
            self._ran = seen, Counter(here.store.counted().completed(here.store.session_id))
            self._again = time.monotonic() + max(RECOUNT, SHARE * (time.monotonic() - now))
        return self._ran[1]

    def _recorded(self, source: Source, live: Sequence[ResourceInfo]) -> "Counter[Any]":
        """The same of a dispatch that the store has, perhaps of another session with other resources."""
        found = self._known.get(source)
        if found is None:
            found = completed(source)
            if source.over:
                self._known[source] = found
        done: Counter[Any] = Counter()
        for resource, count in found.items():
            done[place_of(resource, live)] += count
        return done

    def _busy(
        self, place: Any, info: ResourceInfo | None, lines: Sequence[Line], done: "Counter[Any]", used: dict[Any, Used]
    ) -> Busy:
        """A resource that is alive; or what executors stand for that nothing has used yet."""
        mine = [line for line in lines if line.place == place]
        return {
            "key": self._number(place),
            "id": info.id if info else mine[0].resource,
            "resource_kind": info.kind if info else mine[0].executor.kind,
            "workers": info.workers if info else 0,
            "running": info.running if info else 0,
            "queued": info.queued if info else 0,
            "done": done[place],
            "memory": self._memory.get(place, 0),
            "dashboard": info.dashboard if info else "",
            "history": [round(share, 3) for share in self._history.get(place, ())],
            "uses": [self._use(line, lines, used) for line in mine],
        }

    def _use(self, line: Line, lines: Sequence[Line], used: dict[Any, Used]) -> Use:
        """An executor; what is on it stands under the first of its names."""
        key = line.executor.key()
        first = next(other for other in lines if other.executor.key() == key)
        one = used.get(key) if first is line else None
        return {
            "key": self._number(key),
            "label": line.name,
            "settings": line.settings,
            "electrons": sorted(one.electrons.items()) if one else [],
            "called": one.called if one and one.called != line.name else "",
            "same": same_as(line, lines),
        }

    def _number(self, key: Any) -> int:
        """Stands for what is unique, which may hold things that no page is to see."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)


SAMPLER = Sampler()


def _done(runs: Iterable[Run]) -> "Counter[str]":
    """How many electrons of these have run to their end on each resource."""
    done: Counter[str] = Counter()
    for run in runs:
        lanes, graph, since = run.plan.lane_of, run.graph, run.started_at
        records = [(node, run.records.get(node)) for node in range(graph.electrons) if run.published[node] == COMPLETED]
        completed = Counter(graph.version[node] for node, r in records if r is not None and not lent(r, since))
        for version, count in completed.items():
            done[lanes[version].resource.id] += count
    return done


def _memory_of(pids: Iterable[int]) -> int:
    """What these processes hold in memory."""
    held = 0
    for pid in pids:
        try:
            held += psutil.Process(pid).memory_info().rss
        except psutil.Error:
            continue
    return held
