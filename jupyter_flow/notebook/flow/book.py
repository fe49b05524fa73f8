"""The cells of a notebook as they were run, in order, and whose version of each name the notebook has."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .definition import Definition
from .execution import CellRun, Execution

if TYPE_CHECKING:
    from .lines import CellLine

LONGEST = 40  # characters of a cell's first line
GUESS = "electron makes "  # how the key of an electron cell begins that has neither an id nor a NAME
SOURCE = "source "  # and that of an ordinary one without an id that makes nothing: a line that was typed somewhere


class Function(NamedTuple):
    """What a cell that is one def made: an electron for lattices to call. Known by the file it was compiled as."""

    name: str
    file: str


class Cell:
    """A cell. Running it again replaces what it made before.

    key: the front end's id of it, or what else it is known by. run: its latest run.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.run: CellRun | None = None
        self.definition: Definition | None = None  # of an electron cell
        self.raw = ""  # of an ordinary one
        self.line: CellLine | None = None  # that an electron cell has answered with

    @property
    def execution(self) -> Execution | None:
        """Its latest run, of an electron cell."""
        return self.run if isinstance(self.run, Execution) else None

    @property
    def guessed(self) -> bool:
        """Whether it may be another cell than the one that was run before: only what it makes is the same."""
        return self.key.startswith(GUESS)

    @property
    def placed(self) -> bool:
        """Whether it may stand somewhere and be run again, rather than have been typed once."""
        return not self.key.startswith(SOURCE)

    @property
    def title(self) -> str:
        """What people know it by, the same in every run: the name of its electron, or its first line."""
        if self.definition is not None:
            return self.definition.name
        first = next((line.strip() for line in self.raw.splitlines() if line.strip()), "")
        return f"`{first if len(first) <= LONGEST else first[:LONGEST] + '…'}`"

    @property
    def numbered(self) -> str:
        """The same with the number of its latest run: ``fit [3]``."""
        return f"{self.title} [{self.run.count if self.run else 0}]"


class Book:
    """The cells, in the order in which they feed each other."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self.current: dict[str, CellRun] = {}  # by name: who made the version that the notebook has
        self.functions: dict[str, Function] = {}  # by the front end's id of a cell

    def __iter__(self) -> Iterator[Cell]:
        return iter(list(self._cells))

    def cell(self, key: str) -> Cell:
        """The cell of that key; a new one comes last."""
        found = next((cell for cell in self._cells if cell.key == key), None)
        if found is None:
            found = Cell(key)
            self._cells.append(found)
        return found

    def named(self, name: str) -> Cell | None:
        """The electron cell of that name, the latest if there are several."""
        fits = [cell for cell in self._cells if cell.definition and cell.definition.name == name and cell.run]
        return max(fits, key=_number, default=None)

    def numbered(self, count: int) -> Cell | None:
        """The cell whose latest run was In [count]."""
        return next((cell for cell in self._cells if cell.run and cell.run.count == count), None)

    def ran(self, cell: Cell, run: CellRun, makes: Iterable[str]) -> None:
        """A cell was run: what it made is the current version. It comes after the cells it read from."""
        before, cell.run = cell.run, run
        run.first = {name: before.first.get(name, run.number) if before else run.number for name in run.makes}
        for name in makes:
            self.current[name] = run
        read = [seen.by.cell for seen in run.seen.values() if seen.by is not None and seen.by.cell is not cell]
        last = max((self._cells.index(other) for other in read if other in self._cells), default=-1)
        place = self._cells.index(cell)
        if last > place:
            self._cells.insert(last, self._cells.pop(place))

    def forget(self, keys: Iterable[str]) -> list[Cell]:
        """Cells were deleted. What they made stays in the notebook."""
        deleted = set(keys)
        gone = [cell for cell in self._cells if cell.key in deleted]
        self._cells = [cell for cell in self._cells if cell not in gone]
        self.functions = {key: function for key, function in self.functions.items() if key not in deleted}
        return gone

    def producer(self, name: str, reader: Cell) -> Cell | None:
        """The cell that makes a name for another one, if all were run in order: the last one before it."""
        if reader not in self._cells:
            return None
        before = self._cells[: self._cells.index(reader)]
        return next((cell for cell in reversed(before) if cell.run and name in cell.run.makes), None)

    def last_maker(self, name: str) -> Cell | None:
        """The last cell that makes a name."""
        return next((cell for cell in reversed(self._cells) if cell.run and name in cell.run.makes), None)


def _number(cell: Cell) -> int:
    return cell.run.number if cell.run else 0
