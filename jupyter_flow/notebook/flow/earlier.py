"""Versions of names that the notebook does not have any more, for cells that run again in the place that is theirs.

What an electron cell made is in the store, what it was given is kept with it; of what an ordinary cell made, small
values are kept, as long as nobody has changed them.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...executor.names import executors
from ...model.errors import FlowError
from .book import Cell
from .definition import Definition
from .execution import CellRun, Execution, Seen, State
from .marks import mark_of
from .reach import CODE, NOWHERE
from .watching import exact

if TYPE_CHECKING:
    from .flow import Flow


def recalled(name: str, made: CellRun | None) -> Any:
    """The value that an ordinary cell made of a name, if it is still at hand and as it was; else `NOWHERE`."""
    value = made.kept.get(name, NOWHERE) if made is not None else NOWHERE
    if made is None or value is NOWHERE or isinstance(value, CODE):
        return value
    return value if exact(mark_of(value)) == made.digests.get(name) else NOWHERE


def is_of(flow: "Flow", name: str, seen: Seen, made: CellRun | None) -> bool:
    """Whether what a name holds is equal to what an ordinary cell made; None: to what a cell has seen of it."""
    digest = made.digest_of(name) if made is not None else seen.digest
    return digest is not None and flow.marks.digest(name) == digest


def earlier_inputs(flow: "Flow", cell: Cell, before: Execution) -> dict[str, Any]:
    """Inputs that an electron cell has from ordinary ones, where the notebook has another version by now.

    Raises FlowError where one is gone.
    """
    values = {}
    for name, seen in before.seen.items():
        producer, now = flow.book.producer(name, cell), flow.book.current.get(name)
        made = producer.run if producer is not None else None
        if isinstance(made, Execution) or now is made:
            continue
        value = before.input(name) if made is seen.by else recalled(name, made)
        if value is not NOWHERE:
            values[name] = value
        elif not flow.imported(name):  # the same, whoever imported it
            raise FlowError(superseded(name, cell, producer, now.cell if now is not None else None))
    return values


def newly_reached(flow: "Flow", cell: Cell, reached: Iterable[str], known: Collection[str]) -> dict[str, Any]:
    """The same of names that it has not seen before: it gets at them through a function that is another by now.

    Raises FlowError where one is gone.
    """
    values = {}
    for name in reached:
        producer, now = flow.book.producer(name, cell), flow.book.current.get(name)
        made = producer.run if producer is not None else None
        if name in known or isinstance(made, Execution) or now is made or flow.imported(name):
            continue
        values[name] = recalled(name, made)
        if values[name] is NOWHERE:
            raise FlowError(superseded(name, cell, producer, now.cell if now is not None else None))
    return values


def check(flow: "Flow", plan: Sequence[Cell]) -> None:
    """See that cells which are to run, in this order, can run, and will find what they read.

    Raises FlowError, and what an unknown executor raises; nothing has run then.
    """
    for cell in plan:
        if cell.definition is None and _awaits(flow, cell):
            raise FlowError(f"{cell.numbered} awaits, which only a cell that you run can do: run it, then this again")
    there = {name: run.cell for name, run in flow.book.current.items()}
    for number, cell in enumerate(plan):
        _check_inputs(flow, cell, there, plan[:number])
        if cell.run is not None:
            electron = cell.definition is not None
            there |= {n: cell for n in cell.run.makes if not electron or flow.book.last_maker(n) is cell}
    for definition in [cell.definition for cell in plan if cell.definition is not None]:
        executors.get_executor(definition.options.executor)
        for name in definition.after:
            flow.execution_named(name)


def _awaits(flow: "Flow", cell: Cell) -> bool:
    """Whether an ordinary cell awaits outside of functions, and the loop it needs is the one that runs us."""
    try:
        asyncio.get_running_loop()
        return bool(flow.shell.should_run_async(cell.raw, transformed_cell=flow.shell.transform_cell(cell.raw)))
    except Exception:  # no loop, or no Python: as it is said when it is run
        return False


def _check_inputs(flow: "Flow", cell: Cell, there: Mapping[str, Cell], ahead: Sequence[Cell]) -> None:
    for name, seen in cell.run.seen.items() if cell.run else ():
        producer, now = flow.book.producer(name, cell), there.get(name)
        made = producer.run if producer is not None else None
        if now is producer or isinstance(made, Execution) or recalled(name, made) is not NOWHERE:
            continue
        if cell.execution is not None:
            found = made is seen.by or flow.imported(name)
        else:
            untouched = not any(other.run and name in other.run.makes for other in ahead)
            found = now is None or (untouched and is_of(flow, name, seen, made))
        if not found:
            raise FlowError(superseded(name, cell, producer, now))


def superseded(name: str, cell: Cell, producer: Cell | None, now: Cell | None) -> str:
    """What to do where a cell cannot be run again, since what it reads has been made anew."""
    there = f"that of {now.numbered}" if now is not None else "another one"
    if now is cell:
        there = "what it made of it"
    if producer is None:
        why = f"no cell before {cell.numbered} makes the {name!r} that it reads any more, and the notebook has {there}"
        return f"{why}: run them again, in the order you mean"
    return (
        f"{cell.numbered} reads the {name!r} of {producer.numbered}, and the notebook has {there} by now: "
        f"run {producer.numbered} again"
    )


def own_failure(flow: "Flow", cell: Cell, definition: Definition) -> "dict[str, tuple[Execution | None, Any]]":
    """Names whose version is a failed run of this very cell, and what stands for it when the cell is run again.

    That is what the failed run was given: another cell's output, or a value; nothing where it had none. A name
    that a cell may or may not assign is no input where whoever was to make it has failed.
    """
    found: dict[str, tuple[Execution | None, Any]] = {}
    for name in definition.reads():
        run = flow.absent(name)
        if run is None or run.state not in (State.FAILED, State.CANCELLED):
            continue
        if run.cell is cell:
            found[name] = run.given(name)
        elif name in definition.names.carries and name not in definition.names.reads:
            found[name] = None, NOWHERE
    return found
