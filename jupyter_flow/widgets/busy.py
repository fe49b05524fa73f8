"""How busy the resources are: a sample a second, taken while somebody looks on."""

import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import psutil

from ..dispatch.run import Run
from ..model.events import COMPLETED
from ..session import ResourceInfo, Session, opened
from .executors import Line, lines_of, remarks_on, same_as
from .facts import lent
from .messages import Busy, Executors, Use
from .source import Source

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
        self._known: weakref.WeakKeyDictionary[Source, Counter[str]] = weakref.WeakKeyDictionary()

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
        run = source.run if source is not None else None
        if source is not None and run is None:
            done = self._recorded(source)
        else:
            runs = list(here.dispatcher.runs.values()) if here is not None else []
            done = _done([run]) if run is not None else _done(runs) + self._past(here, runs)
        electrons = _electrons(source) if source is not None else {}
        shown = [self._busy(info, lines, done, electrons) for info in live]
        return Resources([*shown, *_not_started(lines, live, electrons)], remarks_on(lines, live))

    def _past(self, here: Session | None, runs: Sequence[Run]) -> "Counter[str]":
        """What this session's dispatches that have ended have run, looked up again when one may have ended."""
        if here is None:
            return Counter()
        now, seen = time.monotonic(), (here.store.session_id, frozenset(run.id for run in runs))
        if self._ran is None or self._ran[0] != seen or now >= self._again:
            self._ran = seen, Counter(here.store.counted().completed(here.store.session_id))
            self._again = time.monotonic() + max(RECOUNT, SHARE * (time.monotonic() - now))
        return self._ran[1]

    def _recorded(self, source: Source) -> "Counter[str]":
        """How many electrons of a dispatch that the store has have run to their end on each resource."""
        found = self._known.get(source)
        if found is None:
            facts, since = source.facts, source.facts.started
            records = [facts.record(node) for node in range(source.graph.electrons)]
            ran = Counter(r.worker for r in records if r is not None and r.status == COMPLETED and not lent(r, since))
            source.know(set(ran))
            found = Counter()
            for worker, count in ran.items():
                found[source.place(worker).resource] += count
            if source.over:
                self._known[source] = found
        return found

    def _busy(
        self, info: ResourceInfo, lines: Sequence[Line], done: "Counter[str]", electrons: "dict[str, Counter[str]]"
    ) -> Busy:
        return {
            "id": info.id,
            "resource_kind": info.kind,
            "workers": info.workers,
            "running": info.running,
            "queued": info.queued,
            "done": done[info.id],
            "memory": self._memory.get(info.id, 0),
            "dashboard": info.dashboard,
            "history": [round(share, 3) for share in self._history.get(info.id, ())],
            "uses": _uses([line for line in lines if line.place == info.id], lines, electrons),
        }


SAMPLER = Sampler()


def _not_started(
    lines: Sequence[Line], live: Sequence[ResourceInfo], electrons: "dict[str, Counter[str]]"
) -> Iterable[Busy]:
    """What named executors stand for that nothing has used yet."""
    alive = {info.id for info in live}
    places = dict.fromkeys(line.place for line in lines if line.place not in alive)
    for place in places:
        mine = [line for line in lines if line.place == place]
        yield {
            "id": mine[0].resource,
            "resource_kind": mine[0].executor.kind,
            "workers": 0,
            "running": 0,
            "queued": 0,
            "done": 0,
            "memory": 0,
            "dashboard": "",
            "history": [],
            "uses": _uses(mine, lines, electrons),
        }


def _uses(mine: Sequence[Line], lines: Sequence[Line], electrons: "dict[str, Counter[str]]") -> list[Use]:
    return [
        {
            "label": line.name,
            "settings": line.settings,
            "electrons": sorted(electrons.get(line.name, {}).items()),
            "same": same_as(line, lines),
        }
        for line in mine
    ]


def _electrons(source: Source) -> "dict[str, Counter[str]]":
    """Which electrons of a dispatch are on which executor, and how many."""
    picture, electrons = source.picture, source.graph.electrons
    pairs = Counter(zip(picture.executors[:electrons], picture.names[:electrons], strict=True))
    found: dict[str, Counter[str]] = {}
    for (label, name), count in pairs.items():
        found.setdefault(label, Counter())[name] = count
    return found


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
