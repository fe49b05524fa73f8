"""Locks on an index that this process cannot lose.

SQLite's locks are a process's: to close any descriptor of one of its files takes them all away, and a copy of the
folder, made by whoever, closes one of each. Another kernel then takes itself for the only one that has the index open:
it empties the WAL-index, which ends this process, or removes the WAL. The locks of an open file description are lost
with that alone. They are laid over the bytes by which SQLite finds out whether anybody else is there (its file format's
SHARED bytes of the database, and the byte of the WAL-index that it calls the dead man's switch), and shared, as its own
are.

The descriptors are never closed while the files are there, since that would take SQLite's own locks away.
"""

import fcntl
import os
import struct
import threading
from pathlib import Path

from .files import opened

SHARED = 0x40000002, 510  # of the database: first byte, bytes
SWITCH = 128, 1  # of the WAL-index
SET = getattr(fcntl, "F_OFD_SETLK", None)  # Linux has them


class Anchor:
    """The locks of one process on one index, held while anybody here has it open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._descriptors: dict[tuple[int, int], int] = {}  # by device and inode
        self._users: dict[Path, int] = {}
        self._held: dict[Path, list[tuple[int, tuple[int, int]]]] = {}

    def hold(self, index: Path) -> None:
        """Called with a connection that has read: the WAL-index is there."""
        with self._lock:
            self._users[index] = self._users.get(index, 0) + 1
            self._lay(index)

    def renew(self, index: Path) -> None:
        """The same for files that are new."""
        with self._lock:
            if index in self._users:
                self._lay(index)

    def let_go(self, index: Path) -> None:
        """Called before the connection is closed: the last one that has it open may put the WAL away."""
        with self._lock:
            self._users[index] -= 1
            if not self._users[index]:
                del self._users[index]
                for descriptor, place in self._held.pop(index, []):
                    _set(descriptor, fcntl.F_UNLCK, place)

    def descriptor(self, path: Path) -> int:
        """One to read a file past SQLite, which is never closed while the file is there. Raises OSError."""
        with self._lock:
            return self._descriptor(path)

    def forked(self) -> None:
        """In a forked child: what was laid is the parent's."""
        self._lock, self._descriptors, self._users, self._held = threading.Lock(), {}, {}, {}

    def _lay(self, index: Path) -> None:
        places = (index, SHARED), (index.with_name(f"{index.name}-shm"), SWITCH)
        try:
            laid = [(self._descriptor(path), place) for path, place in places]
        except OSError:  # a folder that can only be read has no WAL-index
            return
        for descriptor, place in laid:
            _set(descriptor, fcntl.F_RDLCK, place)
        self._held[index] = laid

    def _descriptor(self, path: Path) -> int:
        about = os.lstat(path)
        known = about.st_dev, about.st_ino
        if known not in self._descriptors:
            self._forget_removed()
            self._descriptors[known] = opened(path)
        return self._descriptors[known]

    def _forget_removed(self) -> None:
        for known, descriptor in list(self._descriptors.items()):
            if not os.fstat(descriptor).st_nlink:
                os.close(self._descriptors.pop(known))


def _set(descriptor: int, kind: int, place: tuple[int, int]) -> None:
    if SET is None:
        return
    try:
        fcntl.fcntl(descriptor, SET, struct.pack("hhqqi4x", kind, os.SEEK_SET, *place, 0))
    except OSError:  # somebody closes the index at this moment, or the file system has no such locks
        pass


ANCHOR = Anchor()
os.register_at_fork(after_in_child=ANCHOR.forked)
