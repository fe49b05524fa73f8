"""Ordinary cells run again in the place that is theirs, and the notebook as it is at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .book import Cell
from .execution import CellRun, Execution
from .moments import enter

if TYPE_CHECKING:
    from .flow import Flow

Later = dict[str, tuple[CellRun, Any]]  # by name: the version that stays, and its value
Aside = dict[str, tuple[Execution, CellRun, Any]]  # by name: the version in place, the later one, what that one holds


def again_here(flow: "Flow", cell: Cell) -> None:
    """Run an ordinary cell again. Raises what it raises."""
    aside = _set_aside(flow, cell)
    enter(flow.moments.before(cell))
    flow.replaying = cell
    try:
        done = flow.shell.run_cell(cell.raw, store_history=False)
    finally:
        flow.replaying = None
        enter(flow.moments.before(None))
        _put_back(flow, aside)
    done.raise_error()


def later_ones(flow: "Flow", cell: Cell, plan: Sequence[Cell]) -> Later:
    """What later ordinary cells made of the names that a cell makes, where they are not run again."""
    found: Later = {}
    for name in cell.run.makes if cell.run else ():
        last = flow.book.last_maker(name)
        if last is None or last is cell or last in plan or last.run is None or last.execution is not None:
            continue
        if flow.book.current.get(name) is last.run and name in flow.space:
            found[name] = last.run, flow.space[name]
    return found


def restore(flow: "Flow", later: Later) -> None:
    """Let every name be the version of the last cell that makes it."""
    for name, (run, value) in later.items():
        flow.book.current[name], flow.space[name] = run, value
        flow.bound[name] = id(value)
    for name, run in list(flow.book.current.items()):
        last = flow.book.last_maker(name)
        execution = last.execution if last is not None else None
        if execution is not None and execution is not run:
            flow.book.current[name], execution.bound = execution, False
            flow.space.pop(name, None)


def _set_aside(flow: "Flow", cell: Cell) -> Aside:
    """Let a cell find what it reads as it was before later cells made it."""
    aside: Aside = {}
    flow.bind()
    for name in cell.run.seen if cell.run else ():
        producer, later = flow.book.producer(name, cell), flow.book.current.get(name)
        made = producer.execution if producer is not None else None
        if made is None or later is None or later is made:
            continue
        if name in flow.space:
            aside[name] = made, later, flow.space.pop(name)
        flow.book.current[name], made.bound = made, False
    return aside


def _put_back(flow: "Flow", aside: Aside) -> None:
    """Unless the cell has made the name itself."""
    for name, (made, later, value) in aside.items():
        if flow.book.current.get(name) is made:
            flow.book.current[name], flow.space[name] = later, value
            flow.bound[name] = id(value)
