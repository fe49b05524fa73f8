"""The stores that are open in this process. In one that is forked from it they are of no use."""

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """What can be let go of in a child."""

    def _abandon(self) -> None:
        """In a forked child: be of no use any more, without touching what the parent has."""


_open: "weakref.WeakSet[Forkable]" = weakref.WeakSet()
_writing: set[Forkable] = set()  # of those: who began to write lives, and holds its lock, until it is closed
_forgotten: list[object] = []  # never closed: SQLite's files are shared with the parent


def known(store: Forkable) -> None:
    """A store was opened here."""
    _open.add(store)


def writes(store: Forkable) -> None:
    """It began to write, and is kept until it is closed."""
    _writing.add(store)


def closed(store: Forkable) -> None:
    """It was closed: a child has nothing to let go of."""
    _writing.discard(store)
    _open.discard(store)


def keep(*things: object) -> None:
    """In a forked child: what must be neither used nor closed, nor collected."""
    _forgotten.extend(things)


def _after_fork() -> None:
    for store in list(_open):
        store._abandon()


os.register_at_fork(after_in_child=_after_fork)
