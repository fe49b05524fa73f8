"""All about one node: how it went, where it ran, what it was given, what it printed and displayed."""

import time
from typing import Any, Literal, NamedTuple

from ..model.events import COMPLETED, RUNNING, Record, Value, counted
from ..model.node import Place
from ..model.printed import Seen
from ..render.lettering import clean, cut
from .arguments import arguments
from .assigned import assignments
from .briefs import brief, size_of
from .facts import lent
from .messages import Attempt, Details, Where
from .pace import Pace
from .pictures import label_of
from .printed import displayed, progress_of, tail
from .source import About, Source
from .states import told
from .trouble import trouble

LONGEST = 500  # characters of a reason
SOURCE = 100_000  # characters of a source
Can = Literal["cancel", "rerun", "debug", "assign", "enter"]


class Moment(NamedTuple):
    """A node as it is now. Times are nanoseconds since the epoch."""

    status: int
    ended: list[Record]  # attempts
    seen: Seen  # where it runs or ran, and what that printed
    begun: int  # the attempt that runs; 0 for none

    @classmethod
    def of(cls, source: Source, node: int) -> "Moment":
        """That of a node of a source."""
        facts = source.facts
        status = told(facts.states()[node : node + 1])[0]
        ended = counted(facts.attempts(node))
        if status == RUNNING:
            return cls(status, ended, source.seen(node), facts.begun().get(node, 0))
        if ended and status >= COMPLETED:
            last = ended[-1]
            return cls(status, ended, Seen(last.worker, last.stdout, last.stderr, last.displays), 0)
        return cls(status, ended, Seen(), 0)

    @property
    def last(self) -> Record | None:
        """The attempt that the node has ended with."""
        return self.ended[-1] if self.ended and self.status >= COMPLETED else None

    @property
    def value(self) -> Value | None:
        """Its output."""
        return self.last.value if self.last is not None and self.status == COMPLETED else None

    @property
    def start(self) -> float | None:
        """When it began, in seconds since the epoch."""
        return (self.begun or (self.last.start if self.last is not None else 0)) / 1e9 or None


class Selected:
    """The node that a view has selected."""

    def __init__(self, view: str, root: Source, shown: Source, node: int) -> None:
        self._view, self._root, self._source, self.node = view, root, shown, node
        self._pace = Pace()
        self._stamp: Any = None
        self._told: Details | None = None

    def changed(self) -> list[Details]:
        """All about it, if anything has changed."""
        if not self._pace.due and not self._root.over:  # there may be no later pulse
            return []
        stamp = self._now()
        if stamp == self._stamp and stamp[0] != RUNNING:
            return []
        return self.look()

    def look(self) -> list[Details]:
        """All about it, unless that was told already."""
        self._stamp = self._now()
        with self._pace:
            details = self._details()
        same = self._told is not None and {**details, "now": 0} == {**self._told, "now": 0}
        self._told = details
        return [] if same else [details]

    def again(self) -> list[Details]:
        """All about it."""
        self._told = None
        return self.look()

    def _now(self) -> Any:
        facts, node = self._source.facts, self.node
        status = told(facts.states()[node : node + 1])[0]
        about = self._source.about(node)
        waits = self._held_up(*self._source.behind(node), status)
        return status, facts.begun().get(node), facts.record(node), self._assigned(), self._root.over, about, waits

    def _assigned(self) -> str:
        return assignments(self._root.id).of(self._source.graph, self.node) if self._root.id else ""

    def _details(self) -> Details:
        about = self._source.about(self.node)
        source, node = self._source.behind(self.node)
        now, graph = Moment.of(source, node), source.graph
        status, last, seen, value = now.status, now.last, now.seen, now.value
        return {
            "kind": "details",
            "view": self._view,
            "node": self.node,
            "name": cut(clean(graph.words_of(node)), LONGEST),
            "node_kind": source.picture.kind(node),
            "call": cut(clean(graph.call_text(node)), 4 * LONGEST),
            "status": status if about is None else about.status,
            "note": about.note if about is not None else self._held_up(source, node, status),
            "cell": about.cell if about is not None else "",
            "dispatch": about.dispatch if about is not None else "",
            "start": now.start,
            "end": last.end / 1e9 if last is not None and last.start else None,
            "now": time.time(),
            "progress": _fraction(source, now),
            "attempts": _attempts(source, now),
            "where": _where(source, node, seen.worker),
            "inputs": arguments(source, node),
            "has_output": value is not None,
            "size": None if value is None else size_of(value),
            "output": "" if value is None else brief(value) or "",
            "cached": _lender(last, source.facts.started) if last is not None else "",
            "trouble": trouble(last.failure) if last is not None else None,
            "stdout": tail(source, seen.stdout),
            "stderr": tail(source, seen.stderr),
            "displays": displayed(source, seen.displays),
            "source": graph.versions[graph.version[node]].source[:SOURCE],
            "assigned": self._assigned(),
            "can": self._can(status) if about is None else self._can_cell(about),
        }

    def _held_up(self, source: Source, node: int, status: int) -> str:
        """What it waits for besides its inputs and its turn."""
        return source.waits(node) if status < RUNNING else ""

    def _can_cell(self, about: About) -> list[Can]:
        can = list[Can]()
        if about.cancellable:
            can.append("cancel")
        if about.dispatch:
            can.append("debug")
        if self._source.inside(self.node) is not None:
            can.append("enter")
        return can

    def _can(self, status: int) -> list[Can]:
        source, can = self._source, list[Can]()
        electron = source.picture.kind(self.node) != "glue"
        if source.id and status < COMPLETED and not self._root.over:
            can.append("cancel")
        if source.id and self._root.over:
            can.append("rerun")
        if source.id and electron:
            can.append("debug")
        if electron and source is self._root:
            can.append("assign")
        if source.inside(self.node) is not None:
            can.append("enter")
        return can


def _fraction(source: Source, now: Moment) -> float | None:
    progress = progress_of(source, now.seen) if now.status == RUNNING else None
    return progress.fraction if progress is not None else None


def _attempts(source: Source, now: Moment) -> list[Attempt]:
    tried: list[Attempt] = [
        {
            "number": record.attempt,
            "status": record.status,
            "start": record.start / 1e9 or None,
            "end": record.end / 1e9 or None,
            "worker": source.place(record.worker).name,
            "why": _why(record),
        }
        for record in now.ended
        if record.attempt  # none: it was skipped, or cancelled before
    ]
    if now.begun:
        worker = source.place(now.seen.worker).name
        number = now.ended[-1].attempt + 1 if now.ended else 1
        tried.append({
            "number": number, "status": RUNNING, "start": now.begun / 1e9, "end": None, "worker": worker, "why": "",
        })  # fmt: skip
    return tried


def _where(source: Source, node: int, worker: int) -> Where:
    executor = source.graph.executor_of(node)
    place = source.place(worker) if worker else Place()
    return {
        "executor": cut(clean(label_of(executor)), LONGEST),
        "settings": cut(clean(str(executor if executor is not None else label_of(None))), LONGEST),
        "resource": place.resource,
        "resource_kind": place.kind,
        "host": place.host,
        "pid": place.pid,
        "worker": place.name,
    }


def _lender(record: Record, since: int) -> str:
    """Where a value was taken from, if its node did not run."""
    if record.origin is not None:
        return f"{record.origin.dispatch}, node {record.origin.node}"
    return "the dispatch before" if lent(record, since) else ""


def _why(record: Record) -> str:
    failure = record.failure
    return "" if failure is None else cut(clean(f"{failure.type}: {failure.message}"), LONGEST)
