"""The nodes as a table: sorted and filtered here, a page of it told."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from ..model.events import FAILED, INTERRUPTED, Record
from ..render.breath import paced
from ..render.groups import said
from ..render.lettering import clean, cut
from ..render.standing import STANDING_OF
from .facts import seconds_of
from .messages import Row, Rows, Table
from .source import Source
from .states import BY_SEVERITY, told

MOST = 500  # rows at once
LONGEST = 300  # characters of a name
SEARCHED = 20_000  # electrons, up to which rows are found by their arguments too: a fifth of a second
WORDS = {interrupted: [said(status, interrupted) for status in STANDING_OF] for interrupted in (False, True)}


def first_page(view: str) -> Table:
    """What is looked at before anything was asked."""
    return {
        "kind": "table", "view": view, "sort": "node", "descending": False, "filter": "", "offset": 0, "limit": 100,
    }  # fmt: skip


class Columns:
    """The facts of all nodes at one moment, in columns."""

    def __init__(self, source: Source) -> None:
        self.source, self.facts = source, source.facts
        self.graph, self.picture = source.graph, source.picture
        self.states = told(self.facts.states())
        self.begun = self.facts.begun()
        self.words = WORDS[self.facts.status == INTERRUPTED]
        electrons = self.graph.electrons
        self.earlier = Counter(record.node for record in self.facts.retried())
        self.nodes = [*range(electrons), *[i for i in range(electrons, len(self.graph)) if self.states[i] == FAILED]]
        self.records: dict[int, Record] = {
            node: record for node in paced(self.nodes) if (record := self.facts.record(node)) is not None
        }
        source.know({record.worker for record in self.records.values()})

    def name(self, node: int) -> str:
        """The electron's name."""
        return self.picture.names[node]

    def worker(self, node: int) -> str:
        """The worker it ran on."""
        record = self.records.get(node)
        return self.source.place(record.worker).name if record is not None else ""

    def resource(self, node: int) -> str:
        """The resource it ran on."""
        record = self.records.get(node)
        return self.source.place(record.worker).resource if record is not None else ""

    def start(self, node: int) -> float | None:
        """When its last attempt began."""
        record = self.records.get(node)
        return (self.begun.get(node) or (record.start if record is not None else 0)) / 1e9 or None

    def seconds(self, node: int) -> float | None:
        """How long it ran."""
        return seconds_of(self.records.get(node), self.facts.started)

    def row(self, node: int) -> Row:
        """A row for the page."""
        record = self.records.get(node)
        ended = self.earlier[node] + (record is not None and record.attempt > 0)  # numbers may be left out
        return {
            "node": node,
            "name": cut(clean(self.name(node)), LONGEST),
            "argument": self.source.calls.of(node),
            "status": self.states[node],
            "executor": self.picture.executor(node),
            "resource": self.resource(node),
            "worker": self.worker(node),
            "start": self.start(node),
            "seconds": self.seconds(node),
            "attempts": ended + (node in self.begun),
        }

    def key(self, sort: str) -> Callable[[int], Any]:
        """What rows are sorted by; None where there is nothing, which comes last."""
        severity = {number: place for place, number in enumerate(BY_SEVERITY)}
        keys: dict[str, Callable[[int], Any]] = {
            "node": lambda node: node,
            "name": lambda node: self.name(node).casefold(),
            "status": lambda node: severity[self.states[node]],
            "executor": lambda node: self.picture.executor(node).casefold() or None,
            "worker": lambda node: _natural(self.worker(node)),
            "start": self.start,
            "seconds": self.seconds,
        }
        return keys[sort]

    def matching(self, words: str) -> list[int]:
        """The nodes that have all of these words somewhere."""
        wanted = words.casefold().split()
        if not wanted:
            return self.nodes
        return [node for node in paced(self.nodes) if all(word in self._text(node) for word in wanted)]

    def _text(self, node: int) -> str:
        said = self.source.calls.of(node) if self.graph.electrons <= SEARCHED else ""
        where = self.picture.executor(node), self.worker(node)
        parts = self.name(node), said, self.words[self.states[node]], *where, f"#{node} "
        return " ".join(parts).casefold()


def _natural(name: str) -> Any:
    """``local-10`` comes after ``local-9``."""
    head, _, number = name.rpartition("-")
    return None if not name else (head, int(number), name) if number.isdecimal() else (name, 0, name)


def rows(source: Source, asked: Table) -> Rows:
    """The part of the table that is asked for."""
    columns = Columns(source)
    nodes = columns.matching(asked["filter"])
    key = columns.key(asked["sort"])
    keyed = [(key(node), node) for node in paced(nodes)]
    known = sorted(
        [pair for pair in keyed if pair[0] is not None], key=lambda pair: pair[0], reverse=asked["descending"]
    )
    order = [node for _, node in known] + [node for value, node in keyed if value is None]
    first = max(0, min(asked["offset"], len(order)))
    page = order[first : first + max(0, min(asked["limit"], MOST))]
    shown = [columns.row(node) for node in page]
    return {"kind": "rows", "view": asked["view"], "total": len(order), "offset": first, "rows": shown}
