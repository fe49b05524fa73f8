"""One transaction at a time, also where SQLite's own lock for that was lost in the middle of one (see `anchor`)."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

FILE = ".writing"
PATIENCE = 5.0  # seconds; who is stopped for longer in a transaction still has SQLite's lock
PAUSE = 0.0005  # seconds at first


class Gate:
    """A lock on a file of the store, held by one connection in one process; its death frees it."""

    def __init__(self, root: Path) -> None:
        self._path = root / FILE
        self._fd = -1

    def __enter__(self) -> Self:
        """Wait for it, for a while. Where there can be no such lock, SQLite's own is all there is."""
        if self._fd < 0:
            with suppress(OSError):
                self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        deadline, pause = time.monotonic() + PATIENCE, PAUSE
        while self._fd >= 0 and not self._taken() and time.monotonic() < deadline:
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        """Let go of the file."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """What is done meanwhile is done as a whole, or not at all. Raises sqlite3.Error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def writing(root: Path) -> Iterator[None]:
    """Hold it for one transaction."""
    gate = Gate(root)
    try:
        with gate:
            yield
    finally:
        gate.close()
