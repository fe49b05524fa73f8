"""Dispatches on the command line: by id, or how that begins, completed from the store."""

import click
from click.shell_completion import CompletionItem

from ..dispatch.meant import ambiguous
from ..model.errors import FlowError, StoreUntrusted, UnknownDispatch
from ..store.location import default_root
from ..store.records import RunRow
from ..store.runs import Store
from ..store.schema import index_path
from .printing import one_line

OFFERED = 50  # ids that are offered, newest first


def offered(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The newest dispatches whose ids begin so; none where there is no store, for completing makes nothing."""
    if not index_path(default_root()).exists():
        return []
    try:
        fit = Store.open().runs(OFFERED, beginning=incomplete)
    except (FlowError, OSError):
        return []
    return [CompletionItem(row.id, help=f"{one_line(row.name)} {row.state}") for row in fit]


def find(store: Store, text: str) -> RunRow:
    """The dispatch whose id is this, or begins so; "" is the last one. Raises UnknownDispatch, StoreUntrusted."""
    from ..dispatch.strangers import left_out, none_yet

    strange: list[str] = []
    fits = store.runs(None if text else 1, beginning=text, strange=strange)
    if len(fits) == 1:
        return fits[0]
    if not text:
        raise UnknownDispatch(none_yet(strange))
    if strange and not fits:
        raise StoreUntrusted(left_out(strange))
    if len(fits) > 1:
        raise ambiguous(text, [row.id for row in fits])
    return store.run(text)  # a sublattice has an id too; else it says what there is
