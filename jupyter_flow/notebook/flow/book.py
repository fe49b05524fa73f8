"""The cells of a notebook as they were run, in order, and whose version of each name the notebook has."""

from collections.abc import Iterable, Iterator

from .definition import Definition
from .execution import CellRun, Execution


class Cell:
    """A cell. Running it again replaces what it made before.

    key: the front end's id of it, or what else it is known by. run: its latest run.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.run: CellRun | None = None
        self.definition: Definition | None = None  # of an electron cell
        self.raw = ""  # of an ordinary one

    @property
    def execution(self) -> Execution | None:
        """Its latest run, of an electron cell."""
        return self.run if isinstance(self.run, Execution) else None

    @property
    def title(self) -> str:
        """What people know it by: ``fit [3]``, ``cell [4]``."""
        count = self.run.count if self.run else 0
        return f"{self.definition.name if self.definition else 'cell'} [{count}]"


class Book:
    """The cells, in the order in which they feed each other."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self.current: dict[str, CellRun] = {}  # by name: who made the version that the notebook has

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
        cell.run = run
        for name in makes:
            self.current[name] = run
        read = [seen.by.cell for seen in run.seen.values() if seen.by is not None and seen.by.cell is not cell]
        last = max((self._cells.index(other) for other in read if other in self._cells), default=-1)
        place = self._cells.index(cell)
        if last > place:
            self._cells.insert(last, self._cells.pop(place))

    def forget(self, keys: Iterable[str]) -> list[Cell]:
        """Cells were deleted. What they made stays in the notebook."""
        gone = [cell for cell in self._cells if cell.key in set(keys)]
        self._cells = [cell for cell in self._cells if cell not in gone]
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
