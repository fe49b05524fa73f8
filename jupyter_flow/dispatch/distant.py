"""Cancelling a dispatch that runs in another kernel: ask its session, and wait until it has been done."""

import time
from collections.abc import Sequence

from ..model.errors import DispatchError
from ..model.status import Status
from ..store.records import RunRow
from ..store.requests import Request
from ..store.runs import Store
from .archive import archive_of

POLL = 0.05  # seconds between two looks
PATIENCE = 15.0  # seconds: a kernel answers within one, unless it is stopped or its code holds the interpreter


def cancel_elsewhere(store: Store, row: RunRow, nodes: Sequence[int] | None) -> None:
    """Have the kernel that runs a dispatch cancel it, or nodes of it; returns when it has.

    The work then ends within seconds. What has ended meanwhile stays as it is. Raises DispatchError where
    there is no such node, or the kernel does not answer.
    """
    check_nodes(row.id, nodes, len(archive_of(row, store).graph) if nodes is not None else 0)
    asked = store.requests(row.session).ask(Request(row.id, None if nodes is None else tuple(nodes)))
    patience = time.monotonic() + PATIENCE
    while asked.exists():
        if store.run(row.id).state is not Status.RUNNING:  # it has ended by itself, or with its kernel
            asked.unlink(missing_ok=True)
            return
        if time.monotonic() > patience:
            raise DispatchError(
                f"the kernel that runs dispatch {row.id} was asked to cancel it, and has not answered for "
                f"{PATIENCE:g} s; it will when it gets to it"
            )
        time.sleep(POLL)


def check_nodes(id: str, nodes: Sequence[int] | None, count: int) -> None:
    """Raise DispatchError for a node that a dispatch does not have."""
    for node in nodes or ():
        if not 0 <= node < count:
            raise DispatchError(f"dispatch {id} has no node {node}; it has {count}, from 0")
