"""``%dispatch --resume ID``: what is left of a dispatch that did not end well."""

from argparse import Namespace
from functools import partial
from getpass import getpass
from itertools import filterfalse, islice
from typing import Any

from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.getipython import get_ipython

from ..dispatch.resuming import check_resumable, told_taken
from ..model.errors import FlowError, SecretNeeded
from ..model.result import Result
from ..model.status import Status
from ..model.visible import one_line
from ..session import session
from ..store.records import RunRow
from ..verbs import DispatchId
from ..widgets.facts import is_cell
from .shell import executor_variable, say
from .targets import id_of, named

RECENT = 50  # dispatches that are looked at for those that can be resumed
OFFERED = 5  # that are named


def resumed(given: Namespace, call: str, space: dict[str, Any]) -> DispatchId:
    """The dispatch that continues another one. Raises UsageError, DispatchError, BuildError."""
    if call:
        raise UsageError(f"dispatch: --resume ID runs what it was dispatched with, so {call!r} is one too many")
    if not given.resume:
        raise UsageError(f"dispatch: {_offered()}")
    wanted = named(given.resume)
    found = space.get(wanted)
    id = found.dispatch_id if isinstance(found, Result) else found if isinstance(found, DispatchId) else None
    here = session()
    row = here.store.run(id or id_of(wanted, space))
    check_resumable(row)
    executor = given.executor and (executor_variable(space, given.executor) or given.executor)
    again = partial(here.resubmit, row.id, (), {}, None, True, executor=executor)
    try:
        new = again()
    except SecretNeeded as error:
        new = again(secrets=_asked(error))
    say(told_taken(here.run(new)))
    return DispatchId(new)


def _asked(needed: SecretNeeded) -> dict[str, str]:
    """The secrets, typed by whoever sits at the notebook. Raises SecretNeeded where nobody can be asked."""
    if not hasattr(get_ipython(), "kernel"):
        raise needed
    try:
        return {name: getpass(f"{name}: ") for name in needed.names}
    except StdinNotImplementedError:
        raise needed from None


def resumable() -> list[str]:
    """The ids of dispatches that can be resumed, newest first."""
    return [row.id for row in _rows()]


def way_on(result: Result) -> str:
    """How to go on with a dispatch that was interrupted; empty for any other."""
    if result.status is not Status.INTERRUPTED or is_cell(result.lattice.transport_graph):
        return ""
    return f"%dispatch --resume {result.root_dispatch_id.partition('-')[0]} runs the rest"


def _rows() -> list[RunRow]:
    ended = (Status.INTERRUPTED, Status.FAILED, Status.CANCELLED)
    return [row for row in session().store.runs(RECENT) if row.state in ended]


def _is_cell(row: RunRow) -> bool:
    """Whether it is an electron cell's, which is run again in its cell; what cannot be read is none."""
    try:
        return is_cell(session().result(row.id).lattice.transport_graph)
    except FlowError:
        return False


def _offered() -> str:
    """What is said where no dispatch is named to be resumed."""
    rows = islice(filterfalse(_is_cell, _rows()), OFFERED)
    told = [f"{row.id.partition('-')[0]} ({one_line(row.name)}, {row.state})" for row in rows]
    if not told:
        return "--resume takes the ID of a dispatch, and none is there that could be resumed"
    return f"--resume takes the ID of a dispatch; the last that did not complete: {', '.join(told)}"
