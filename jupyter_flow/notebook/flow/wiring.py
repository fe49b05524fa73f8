"""The flow as a graph: a node for each electron cell, an edge for each name that one reads from another."""

from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ...executor.names import executors as names
from ...model.graph import MIXED, OUTPUT, TransportGraph, Version
from ...model.options import Options
from .book import Book, Cell

TITLE = "flow"


class Wiring(NamedTuple):
    """Who reads what from whom. Equal as long as a picture of it has the same nodes and edges.

    cells: by node. A cell keeps its number until one before it is deleted, which a new ``age`` tells.
    """

    cells: tuple[Cell, ...]
    labels: tuple[tuple[str, bool, str], ...]  # name, whether it is mapped, the whole cell
    executors: tuple[object, ...]
    edges: tuple[tuple[int, int, str], ...]  # producer, consumer, name
    waits: tuple[tuple[int, int], ...]  # --after
    age: int

    def graph(self) -> TransportGraph:
        """The same as a transport graph, which cannot run: nothing of it is pickled."""
        graph = TransportGraph(TITLE, electrons=len(self.cells), waits=list(self.waits))
        graph.executors = list(self.executors)
        for node, (name, mapped, source) in enumerate(self.labels):
            kind = "sublattice" if mapped else "electron"
            graph.versions.append(Version(name, kind, b"", (), "", Options(), node, source))
            read = [(producer, label) for producer, consumer, label in self.edges if consumer == node]
            graph.calls.append((bytes([OUTPUT] * len(read)), tuple(p for p, _ in read), tuple(n for _, n in read)))
        graph.version = array("I", range(len(self.cells)))
        graph.kinds = bytearray([MIXED] * len(self.cells))
        return graph


def wiring(book: Book, aside: Callable[[str], bool], before: Wiring | None = None) -> Wiring:
    """How the electron cells of a notebook are wired now.

    aside: tells names that nobody wants to see, like those of imported modules. before: whose numbers are kept.
    """
    there = [cell for cell in book if cell.execution is not None]
    known = before.cells if before is not None else ()
    kept = [cell for cell in known if cell in there]
    cells = (*kept, *(cell for cell in there if cell not in kept))
    age = (before.age + (len(kept) < len(known))) if before is not None else 1
    number = {cell: node for node, cell in enumerate(cells)}
    edges = dict.fromkeys(
        (number[maker], number[reader], name) for reader in there for maker, name in _read(book, reader, aside)
    )
    return Wiring(
        cells,
        tuple((cell.title, _mapped(cell), cell.raw) for cell in cells),
        tuple(names.get_executor(cell.definition.options.executor) if cell.definition else None for cell in cells),
        tuple(edges),
        tuple(dict.fromkeys(_waits(number, there))),
        age,
    )


def _mapped(cell: Cell) -> bool:
    return cell.definition is not None and cell.definition.mapped is not None


def _waits(number: dict[Cell, int], cells: list[Cell]) -> Iterator[tuple[int, int]]:
    for cell in cells:
        for other in cell.execution.after if cell.execution is not None else ():
            if other.cell in number and other.cell is not cell:
                yield number[other.cell], number[cell]


def _read(book: Book, reader: Cell, aside: Callable[[str], bool]) -> Iterator[tuple[Cell, str]]:
    """From which electron cells a cell reads, and what; through ordinary cells between them as well."""
    for name in reader.run.seen if reader.run is not None else ():
        maker = book.producer(name, reader)
        if maker is None or maker is reader or aside(name):
            continue
        for cell in [maker] if maker.execution is not None else _behind(book, maker, aside):
            yield cell, name


def _behind(book: Book, cell: Cell, aside: Callable[[str], bool]) -> list[Cell]:
    """The electron cells that an ordinary cell has its inputs from, directly or through other ordinary cells."""
    found: dict[Cell, None] = {}
    met, ahead = {cell}, [cell]
    while ahead:
        reader = ahead.pop()
        for name in reader.run.seen if reader.run is not None else ():
            maker = book.producer(name, reader)
            if maker is None or maker in met or aside(name):
                continue
            met.add(maker)
            if maker.execution is not None:
                found[maker] = None
            else:
                ahead.append(maker)
    return list(found)
