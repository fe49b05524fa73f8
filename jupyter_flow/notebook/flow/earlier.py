"""Versions of names that the notebook does not have any more, for cells that run again in the place that is theirs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...model.errors import FlowError
from .book import Book, Cell
from .execution import Execution

Imported = Callable[[str], bool]  # whether a name holds something imported, which is the same whoever imported it


def earlier_inputs(book: Book, cell: Cell, before: Execution, imported: Imported) -> dict[str, Any]:
    """Inputs that a cell had from the notebook, where the notebook has another version by now. Raises FlowError."""
    values = {}
    for name, seen in before.seen.items():
        producer = book.producer(name, cell)
        made = producer.run if producer is not None else None
        if isinstance(made, Execution) or book.current.get(name) is made or imported(name):
            continue
        if made is not seen.by:
            now = book.current.get(name)
            raise FlowError(_superseded(name, cell, producer, now.cell if now is not None else None))
        values[name] = before.input(name)
    return values


def check(book: Book, plan: Sequence[Cell], imported: Imported) -> None:
    """See that cells which are to run, in this order, will find what they read. Raises FlowError; nothing has run then.

    What an electron cell made is in the store, what it was given is kept with it; an ordinary cell's is there only as
    long as the notebook has it.
    """
    there = {name: run.cell for name, run in book.current.items()}
    for number, cell in enumerate(plan):
        _check(book, cell, there, plan[:number], imported)
        if cell.run is not None:
            makes = cell.run.makes
            there |= {n: cell for n in makes if cell.definition is None or book.last_maker(n) is cell}


def _check(book: Book, cell: Cell, there: Mapping[str, Cell], ahead: Sequence[Cell], imported: Imported) -> None:
    for name, seen in cell.run.seen.items() if cell.run else ():
        producer = book.producer(name, cell)
        made = producer.run if producer is not None else None
        kept = isinstance(made, Execution) or (cell.execution is not None and producer not in ahead and made is seen.by)
        if kept or there.get(name) is producer or imported(name):
            continue
        raise FlowError(_superseded(name, cell, producer, there.get(name)))


def _superseded(name: str, cell: Cell, producer: Cell | None, now: Cell | None) -> str:
    there = f"that of {now.numbered}" if now is not None else "another one"
    if producer is None:
        return f"no cell before {cell.numbered} makes the {name!r} that it reads any more, and the notebook has {there}"
    there = "its own" if now is cell else there
    return (
        f"{cell.numbered} reads the {name!r} of {producer.numbered}, and the notebook has {there} by now: "
        f"run {producer.numbered} again"
    )
