"""Bringing a notebook up to date: cells run again in the place that is theirs, and the notebook as it is at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...model.errors import FlowError
from .book import Cell
from .earlier import check, is_of, recalled, superseded
from .execution import CellRun, Execution, Seen
from .moments import enter
from .reach import NOWHERE
from .staleness import Survey

if TYPE_CHECKING:
    from .flow import Flow

Later = dict[str, tuple[CellRun, Any]]  # by name: the version that stays, and its value
Aside = dict[str, tuple[CellRun | None, CellRun, Any]]  # by name: the version in place, the later one, its value


def bring_up_to_date(flow: "Flow", wanted: Sequence[Cell], failed: bool = True) -> list[Cell]:
    """Run what is stale: electron cells in the background, ordinary ones between them here.

    What an ordinary cell made may be what it was, or something that nobody expected: so all is looked at anew after
    each. No cell runs twice. failed: those too that failed on what they would have again.
    """
    ran: list[Cell] = []
    started: list[Execution] = []
    later: Later = {}
    _check_order(flow, flow.survey().plan(wanted))
    try:
        while plan := _plan(flow, wanted, failed, ran):
            check(flow, plan)
            for cell in plan:
                later = {**later_ones(flow, cell, plan), **later}
                later = {name: (run, value) for name, (run, value) in later.items() if run.cell is not cell}
                ran.append(cell)
                if cell.definition is None:
                    again_here(flow, cell)
                    break
                started.append(flow.again(cell))
    finally:
        flow.show(*started, again=True)
        restore(flow, later, ran)
    return ran


def refusal(flow: "Flow", survey: Survey) -> str:
    """Why the notebook cannot be brought up to date; "" where it can."""
    try:
        plan = survey.plan()
        _check_order(flow, plan)
        check(flow, plan)
    except FlowError as error:
        return str(error)
    return ""


def _plan(flow: "Flow", wanted: Sequence[Cell], failed: bool, ran: Sequence[Cell]) -> list[Cell]:
    survey = flow.survey()
    aside = [*ran, *([] if failed else survey.given_up)]
    return [cell for cell in survey.plan(wanted) if cell not in aside]


def _check_order(flow: "Flow", plan: Sequence[Cell]) -> None:
    """See that no name holds what an earlier cell made after the cell whose version it is in order.

    To give it the version in order would take away what somebody has just computed. Raises FlowError.
    """
    for name, run in flow.book.current.items():
        last = flow.book.last_maker(name)
        made = last.execution if last is not None else None
        if last is None or made is None or made is run or last in plan or run.number < made.number:
            continue
        if run.cell is not last and not flow.imported(name) and name not in made.definition.names.imports:
            raise FlowError(
                f"{run.cell.numbered} made {name!r} after {last.numbered} had, which comes later in order: "
                f"run {last.numbered} again if its {name!r} is meant, else delete it"
            )


def again_here(flow: "Flow", cell: Cell) -> None:
    """Run an ordinary cell again. Raises what it raises."""
    aside = _set_aside(flow, cell)
    flow.replaying = cell
    try:
        enter(flow.moments.before(cell))
        done = flow.shell.run_cell(cell.raw, store_history=False)
    finally:
        flow.replaying = None
        _put_back(flow, aside)
        enter(flow.moments.before(None))
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


def restore(flow: "Flow", later: Later, ran: Sequence[Cell]) -> None:
    """Let every name be the version of the last cell that makes it; those that cells make no more are gone."""
    for name, (run, value) in later.items():
        flow.book.current[name], flow.space[name] = run, value
        flow.bound[name] = id(value)
    for name, run in list(flow.book.current.items()):
        last = flow.book.last_maker(name)
        execution = last.execution if last is not None else None
        if execution is not None and execution is not run:
            flow.book.current[name], execution.bound = execution, False
            flow.space.pop(name, None)
        elif run.cell in ran and name not in (run.cell.run or run).makes:
            _let_go(flow, name, last.run if last is not None else None)


def _let_go(flow: "Flow", name: str, made: CellRun | None) -> None:
    """A name that a cell made, and makes no more, is the version of another one, if that is at hand, or gone."""
    value = recalled(name, made)
    if made is None:
        flow.space.pop(name, None)
        del flow.book.current[name]
    elif value is not NOWHERE:
        flow.book.current[name], flow.space[name] = made, value
        flow.bound[name] = id(value)


def _set_aside(flow: "Flow", cell: Cell) -> Aside:
    """Let a cell find what it reads as it was before later cells made it. Raises FlowError where that is gone."""
    aside: Aside = {}
    flow.bind()
    for name, seen in cell.run.seen.items() if cell.run else ():
        producer, later = flow.book.producer(name, cell), flow.book.current.get(name)
        made = producer.run if producer is not None else None
        if later is None or later is made:
            continue
        aside[name] = made, later, flow.space.get(name, NOWHERE)
        if not _put(flow, name, seen, made):
            _put_back(flow, aside)
            raise FlowError(superseded(name, cell, producer, later.cell))
    return aside


def _put(flow: "Flow", name: str, seen: Seen, made: CellRun | None) -> bool:
    """Let a name be an earlier version; whether that is at hand."""
    if isinstance(made, Execution):
        if name not in made.early:  # imports, that nobody waits for
            flow.space.pop(name, None)
            made.bound = False
    elif not is_of(flow, name, seen, made):
        value = recalled(name, made)
        if value is NOWHERE:
            return False
        flow.space[name] = value
    flow.book.current.pop(name)
    if made is not None:
        flow.book.current[name] = made
    return True


def _put_back(flow: "Flow", aside: Aside) -> None:
    """Unless the cell has made the name itself."""
    for name, (made, later, value) in aside.items():
        if flow.book.current.get(name) is not made:
            continue
        flow.book.current[name] = later
        flow.space.pop(name, None)
        if value is not NOWHERE:
            flow.space[name] = value
            flow.bound[name] = id(value)
