"""Dispatches whose kernel died: what their workers' journals know, and the store does not, is written down.

Between an electron's end and the store lies the kernel. Where that was killed there, or while electrons ran,
only the journals know. The first kernel that looks at such a dispatch records what they say: values that are
whole make their nodes COMPLETED, what had begun and not ended is INTERRUPTED (in doubt), the rest was never begun.
"""

import logging
from contextlib import suppress
from functools import partial
from pathlib import Path

from ..model.errors import StoreError
from ..model.events import COMPLETED, INTERRUPTED, BlobRef, Failure, Record
from ..store.files import remove_tree
from ..store.records import Made, RunRow
from ..store.runs import Store
from .archive import archive_of
from .caching import Caching
from .keys import Contents
from .launcher import aside

LOG = logging.getLogger("jupyter_flow")


def settled(row: RunRow, store: Store) -> RunRow:
    """A dispatch as it is; first, if its kernel died, what is known of it is recorded, once. Raises StoreError.

    Its sublattices come before it: whoever finds it settled finds them so.
    """
    if row.status != INTERRUPTED or row.attempts is not None:  # it runs, or how it ended is recorded
        return row
    folder = store.root / "journals" / row.session
    try:
        for inner in store.children(row.id):
            settled(inner, store)
        found = _unrecorded(row, store, folder)
        aside(partial(store.mark_interrupted, row.id, found, _made(row, store, found)))
        row = store.run(row.id)
        if not store.unsettled(row.session):
            remove_tree(folder)
    except StoreError as error:  # a store that can only be read, say: it shows what is recorded
        LOG.debug("what the kernel of dispatch %s left could not be recorded: %s", row.id, error)
    return row


def settle(store: Store) -> None:
    """Record what is known of every dispatch whose kernel died; its journals can go then."""
    for row in store.runs(strange=[]):  # what another key has signed is nothing to us
        settled(row, store)


def _unrecorded(row: RunRow, store: Store, folder: Path) -> list[Record]:
    if not folder.is_dir():
        return []
    from ..worker.begun import in_doubt  # for the few that died
    from ..worker.recovery import recovered

    told = recovered(folder, lambda name: store.journal_key(name, row.session), row.serial)
    told += in_doubt(folder, row.serial)
    known = {record[:2] for record in store.rows(row.serial)}
    first = {record[:2]: record for record in reversed(told)}  # a journal knows more than that it was handed out
    return [_whole(record, store) for attempt, record in first.items() if attempt not in known]


def _made(row: RunRow, store: Store, found: list[Record]) -> list[Made]:
    """Of what was found, the values that the cache is to have, as it would if the kernel had lived."""
    completed = [record for record in found if record.status == COMPLETED]
    try:
        graph = archive_of(row, store).graph if completed else None
        caching = Caching.of(graph) if graph is not None else None
        if caching is None:
            return []
        known = {record.node: record.value for record in store.rows(row.serial) if record.status == COMPLETED}
        values = {node: value for node, value in known.items() if value is not None}
        values |= {record.node: record.value for record in completed if record.value is not None}
        contents = Contents(lambda ref: store.blobs.read(ref)[0], past=True)
        for node in caching.new(record.node for record in completed):
            with suppress(LookupError):  # made of something that may have been edited since
                caching.keys([node], values, contents)
        return caching.made(completed)
    except Exception as error:  # the values are there; only nobody will find them again
        LOG.warning("what dispatch %s made is not kept for the cache: %s", row.id, error)
        return []


def _whole(record: Record, store: Store) -> Record:
    """The record, if the file of its value is what it was; else it is in doubt."""
    try:
        for value in (record.value, record.stdout, record.stderr, record.displays):
            if isinstance(value, BlobRef):
                store.blobs.read(value)
    except StoreError as error:
        if record.status != COMPLETED:
            return record._replace(value=None, stdout=None, stderr=None, displays=None)
        failure = Failure("interrupted", "Interrupted", f"it had ended when the kernel did, but: {error}", "")
        return record._replace(status=INTERRUPTED, value=None, stdout=None, stderr=None, displays=None, failure=failure)
    return record
