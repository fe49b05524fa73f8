"""Which dispatch is meant by an id that may be cut short."""

from collections.abc import Sequence

from ..model.errors import UnknownDispatch
from ..store.records import RunRow
from ..store.runs import Store

MOST = 5  # ids that are listed
WHOLE = 36  # characters of an id that is not cut short


def meant(store: Store, text: str, strange: list[str] | None = None) -> RunRow:
    """The dispatch whose id is this, or begins so. Raises UnknownDispatch, which lists those that do, StoreUntrusted.

    strange: gets the ids of those that this user's key has not signed.
    """
    fits = store.runs(beginning=text, strange=[] if strange is None else strange) if 0 < len(text) < WHOLE else []
    if len(fits) == 1:
        return fits[0]
    if len(fits) > 1:
        raise ambiguous(text, [row.id for row in fits])
    return store.run(text)  # a sublattice has an id too; else it says what there is


def ambiguous(text: str, ids: Sequence[str]) -> UnknownDispatch:
    """What is said where several ids begin so."""
    shown = ", ".join(ids[:MOST]) + (", …" if len(ids) > MOST else "")
    return UnknownDispatch(f"{len(ids)} dispatches have ids that begin with {text!r}: {shown}")
