"""``%dispatch --resume ID``: what is left of a dispatch that did not end well."""

from argparse import Namespace
from functools import partial
from getpass import getpass
from typing import Any

from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.getipython import get_ipython

from ..dispatch.resuming import check_resumable, told_taken
from ..model.errors import SecretNeeded
from ..model.result import Result
from ..model.status import Status
from ..session import session
from ..verbs import DispatchId
from .shell import executor_variable, say
from .targets import id_of

RECENT = 50  # dispatches that are looked at for those that can be resumed


def resumed(given: Namespace, call: str, space: dict[str, Any]) -> DispatchId:
    """The dispatch that continues another one. Raises UsageError, DispatchError, BuildError."""
    if call:
        raise UsageError(f"dispatch: --resume ID runs what it was dispatched with, so {call!r} is one too many")
    found = space.get(given.resume)
    id = found.dispatch_id if isinstance(found, Result) else found if isinstance(found, DispatchId) else None
    here = session()
    row = here.store.run(id or id_of(given.resume, space))
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
    ended = (Status.INTERRUPTED, Status.FAILED, Status.CANCELLED)
    return [row.id for row in session().store.runs(RECENT) if row.state in ended]
