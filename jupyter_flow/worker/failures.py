"""Why an electron failed, told so that it can cross to another process and be read by a person.

The user's own lines come first; frames of this package, which the user did not write, are left out. An
exception travels too where it survives the journey, which is tried here: one that cannot be rebuilt must
not break whoever receives it.
"""

import traceback
from pathlib import Path

from ..model.errors import ResultUnserializable, StoreFull
from ..model.events import Failure
from ..model.pickles import dumps, loads
from ..model.vault import VAULT
from .probing import Unloadable

HERE = str(Path(__file__).parent.parent)
LONGEST_MESSAGE = 16 * 1024  # characters
LONGEST_TRACEBACK = 64 * 1024  # characters
LONGEST_EXCEPTION = 256 * 1024  # bytes


def failure_of(error: BaseException, kind: str = "raised") -> Failure:
    """A failure, from whatever was raised."""
    return Failure(kind, type(error).__name__, message_of(error), traceback_of(error), _pickled(error))


def unserializable(value: object, error: BaseException) -> Failure:
    """The failure of an electron whose output cannot be pickled."""
    kind, what = type(value).__qualname__, "unpickled" if isinstance(error, Unloadable) else "pickled"
    refusal = ResultUnserializable(
        f"its output, a {kind}, cannot be {what} ({message_of(error)}); return something plain"
    )
    return Failure("result_unserializable", "ResultUnserializable", str(refusal), "", _pickled(refusal))


def unstored(error: BaseException) -> Failure:
    """The failure of an electron whose output could not be written."""
    full = isinstance(error, StoreFull)
    return Failure(
        "store", type(error).__name__, message_of(error), "" if full else traceback_of(error), _pickled(error)
    )


def message_of(error: BaseException) -> str:
    """The message of an exception, whose ``__str__`` may itself raise."""
    try:
        text = VAULT.masked(str(error))
        return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + "…"
    except BaseException:
        return "<its message cannot be shown>"


def traceback_of(error: BaseException) -> str:
    """A traceback of the user's frames."""
    try:
        told = traceback.TracebackException.from_exception(error, compact=True)
        _fold(told)
        text = VAULT.masked("".join(told.format()))
    except BaseException:
        return f"{type(error).__name__}: {message_of(error)}\n"
    return text if len(text) <= LONGEST_TRACEBACK else "…" + text[-LONGEST_TRACEBACK:]


def _fold(told: traceback.TracebackException) -> None:
    link: traceback.TracebackException | None = told
    while link is not None:
        own = [frame for frame in link.stack if not frame.filename.startswith(HERE)]
        link.stack = traceback.StackSummary.from_list(own)
        link = link.__cause__ or link.__context__


def _pickled(error: BaseException) -> bytes | None:
    try:
        data = VAULT.masked_bytes(dumps(error), same=True)
        same = type(loads(data)) is type(error) or type(loads(data)).__name__ == type(error).__name__
    except BaseException:
        return None
    return data if same and len(data) <= LONGEST_EXCEPTION else None
