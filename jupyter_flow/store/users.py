"""Who in this process has the index open: they let go of it together, and take it up together.

SQLite's locks are a process's, and so is what its connections know of the WAL. Where another process has removed that,
a connection opened beside an old one would go on with what the old one knows; only when all are closed is it looked for
anew.
"""

import os
import threading
import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from .anchor import ANCHOR
from .schema import index_path


class User(Protocol):
    """Something with a connection. `using` is held while that is used; of two, the one with the lower `turn` first."""

    root: Path
    turn: int
    using: threading.Lock

    def let_go(self) -> None:
        """(using) Close the connection."""

    def take_up(self) -> None:
        """(using) Open another one. Raises StoreError."""


_users: "weakref.WeakSet[User]" = weakref.WeakSet()
_renewing = threading.Lock()


def known(user: User) -> None:
    """It has a connection."""
    _users.add(user)


def left(user: User) -> None:
    """It has none any more."""
    _users.discard(user)


def renew(root: Path, wait: bool = True) -> None:
    """Have everybody open the index of a store anew. Called by one that does not use it now. Raises StoreError.

    wait: until nobody uses it. Else nothing is done while somebody does, be it further up in this very thread.
    """
    with ExitStack() as held:
        if not _taken(held, _renewing, wait):
            return
        users = sorted((user for user in list(_users) if _same(user.root, root)), key=lambda user: user.turn)
        if not all(_taken(held, user.using, wait) for user in users):
            return
        for user in users:
            user.let_go()
        for user in users:
            user.take_up()
        ANCHOR.renew(index_path(root))


def _taken(held: ExitStack, lock: threading.Lock, wait: bool) -> bool:
    taken = lock.acquire(wait)
    if taken:
        held.callback(lock.release)
    return taken


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or os.path.samefile(one, other)
    except OSError:
        return False


def _after_fork() -> None:
    """What the parent has is not to be closed here."""
    global _users, _renewing
    _users, _renewing = weakref.WeakSet(), threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
