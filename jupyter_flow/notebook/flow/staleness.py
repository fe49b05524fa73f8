"""Which cells are out of date, why, and what has to run to bring the notebook up to date.

The rule is "as if run in order": a cell should have read each name from the last cell before it that makes the name.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ...model.errors import FlowError
from .book import Book, Cell
from .execution import CellRun, Execution, Seen, State
from .sharing import holds_on

FAILED = "it failed"
CANCELLED = "it was cancelled"


class Ambiguous(NamedTuple):
    """A name that a cell read from one cell, and would read from another if all were run in order."""

    name: str
    reader: Cell
    read: Cell
    ordered: Cell

    @property
    def reason(self) -> str:
        """Why its reader is out of date."""
        if self.read is self.reader:
            return f"it read the {self.name!r} that it had made itself"
        return f"it read the {self.name!r} of {self.read.title}, and would read that of {self.ordered.title}"

    def __str__(self) -> str:
        if self.read is self.reader:
            return (
                f"{self.reader.numbered} read the {self.name!r} that it had made itself, since it was run more than "
                f"once; in order it would read that of {self.ordered.numbered}: run both again, in the order you mean"
            )
        return (
            f"{self.name!r} is made by {self.read.numbered} and by {self.ordered.numbered}, which were run out of "
            f"order: {self.reader.numbered} read the former's, and in order it would read the latter's; "
            "run them again, in the order you mean"
        )


class Survey:
    """The state of a notebook's cells at one moment.

    digest: of what a name holds now, data or code; None where nobody can tell. mark: the same, as ordinary cells have
    it of what they read.
    """

    def __init__(
        self, book: Book, digest: Callable[[str], bytes | None], mark: Callable[[str], bytes | None]
    ) -> None:  # fmt: skip
        self._book = book
        self._now: dict[tuple[str, bool], bytes | None] = {}
        self._digests = digest, mark
        self._unsure: dict[str, Cell] = {}  # by name: a stale ordinary cell that may make it when it is run again
        self._asked: dict[Cell, list[Cell]] = {}  # by reader: such cells that it depends on
        self.reasons: dict[Cell, list[str]] = {}
        self.ambiguous: list[Ambiguous] = []
        for cell in book:
            if cell.run is not None:
                self.reasons[cell] = self._reasons(cell, cell.run)
                self._follow(cell, cell.run)

    def _follow(self, cell: Cell, run: CellRun) -> None:
        """What the cells after one are to know of it."""
        for name in run.makes:
            self._unsure.pop(name, None)
        if any(reason != FAILED for reason in self.reasons[cell]):
            self._unsure |= dict.fromkeys(run.perhaps, cell)

    @property
    def stale(self) -> list[Cell]:
        """The cells that are out of date, in order."""
        return [cell for cell, reasons in self.reasons.items() if reasons]

    @property
    def given_up(self) -> list[Cell]:
        """The cells that failed or were cancelled, and whose code and inputs are still those; and who needs them."""
        found: list[Cell] = []
        ends = {FAILED, CANCELLED}
        for cell in self.stale:
            if ends.issuperset(self.reasons[cell]) and cell.execution is not None:
                found.append(cell)
                ends.add(_stale(cell))
        return found

    def plan(self, wanted: Sequence[Cell] = ()) -> list[Cell]:
        """What to run, in order: stale electron cells, and the stale ordinary ones that feed electron cells.

        wanted: only these, and what they need. Raises FlowError where the order is ambiguous.
        """
        asked = list(wanted) or [cell for cell in self.reasons if cell.definition is not None]
        concerned = {*asked, *self._feeding(asked)}
        planned = [cell for cell in self.stale if cell in concerned]
        for ambiguity in self.ambiguous:
            if ambiguity.reader in concerned:
                raise FlowError(str(ambiguity))
        return planned

    def _feeding(self, readers: Sequence[Cell]) -> set[Cell]:
        """The cells that these read from, directly or through others."""
        found: set[Cell] = set()
        ahead = list(readers)
        while ahead:
            cell = ahead.pop()
            names = cell.run.seen if cell.run else ()
            producers = [self._book.producer(name, cell) for name in names]
            for producer in (*producers, *self._asked.get(cell, ())):
                if producer is not None and producer not in found:
                    found.add(producer)
                    ahead.append(producer)
        return found

    def _reasons(self, cell: Cell, run: CellRun) -> list[str]:
        reasons = [FAILED] if run.failed else []
        if isinstance(run, Execution) and run.state in (State.FAILED, State.CANCELLED):
            reasons.append(FAILED if run.state is State.FAILED else CANCELLED)
        if isinstance(run, Execution) and run.state is State.LAZY:
            reasons.append("it has not been run yet")
        for name, seen in run.seen.items():
            reason = self._reason(cell, name, seen)
            if reason and reason not in reasons:
                reasons.append(reason)
        return reasons

    def _reason(self, cell: Cell, name: str, seen: Seen) -> str:
        """Why what a cell saw of a name is out of date; "" if it is not."""
        unsure, producer = self._unsure.get(name), self._book.producer(name, cell)
        if unsure is not None:
            self._asked.setdefault(cell, []).append(unsure)
            return _stale(unsure)
        maker = seen.by.cell if seen.by is not None else None
        if producer is None:
            return self._loose(cell, name, seen) if maker is None else self._orphaned(cell, name, maker)
        ambiguity = None
        if maker is not None and maker is not producer and self._competes(name, cell, maker, producer):
            ambiguity = Ambiguous(name, cell, maker, producer)
            self.ambiguous.append(ambiguity)
        if self.reasons.get(producer):
            return _stale(producer)
        return self._made_since(cell, name, seen, producer, ambiguity)

    def _made_since(self, cell: Cell, name: str, seen: Seen, producer: Cell, ambiguity: Ambiguous | None) -> str:
        """Why what a cell saw is not what its producer, up to date itself, has made of the name; "" if it is."""
        made = producer.run
        if made is seen.by or made is None:
            return self._changed(cell, name, seen) if self._is_current(name, made) else ""
        if not self._equal(cell, name, seen, made):
            if ambiguity is not None:
                return ambiguity.reason
            known = self._is_current(name, made) and seen.digest is not None and not isinstance(made, Execution)
            return f"{name!r} has changed" if known else f"{producer.title} was run again"
        if cell.run is not None:
            cell.run.seen[name] = seen._replace(by=made)  # later it may not be at hand to compare
        return ""

    def _competes(self, name: str, reader: Cell, maker: Cell, producer: Cell) -> bool:
        """Whether a cell read from one of two that make a name, and could have read from the other one."""
        if maker is reader:
            return True
        still = maker in self.reasons and maker.run is not None and name in maker.run.makes
        since = producer.run.first.get(name, 0) if producer.run is not None else 0
        return still and reader.run is not None and since < reader.run.number

    def _equal(self, cell: Cell, name: str, seen: Seen, made: CellRun) -> bool:
        """Whether another run made what a cell has seen, and what the cell made of it holds on to nothing of that."""
        run = cell.run
        if run is not None and not isinstance(run, Execution) and seen.by is not None and holds_on(run, name, seen.by):
            return False
        digest = made.digest_of(name)
        alike = isinstance(made, Execution) == isinstance(seen.by, Execution)
        if seen.by is not None and alike and digest is not None and digest == seen.by.digest_of(name):
            return True
        return self._is_current(name, made) and seen.digest is not None and self._of_now(cell, name) == seen.digest

    def _loose(self, cell: Cell, name: str, seen: Seen) -> str:
        """A name that no cell we know of made."""
        return "" if name in self._book.current else self._changed(cell, name, seen)

    def _orphaned(self, cell: Cell, name: str, maker: Cell) -> str:
        if maker is cell:  # the first to make it, out of an earlier version of its own
            return ""
        return f"no cell before it makes {name!r} any more"

    def _is_current(self, name: str, run: CellRun | None) -> bool:
        return self._book.current.get(name) is run

    def _changed(self, cell: Cell, name: str, seen: Seen) -> str:
        """For a value of the notebook's own: whether it is still what the cell saw."""
        if seen.digest is None or isinstance(seen.by, Execution):
            return ""
        return "" if self._of_now(cell, name) == seen.digest else f"{name!r} has changed"

    def _of_now(self, cell: Cell, name: str) -> bytes | None:
        """A digest of what a name holds, as a cell would have seen it."""
        key = name, isinstance(cell.run, Execution)
        if key not in self._now:
            digest, mark = self._digests
            self._now[key] = (digest if key[1] else mark)(name)
        return self._now[key]


def _stale(producer: Cell) -> str:
    return f"{producer.title} is stale"
