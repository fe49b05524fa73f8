"""Reading a store that cannot be written (another user's mount, a snapshot, a full quota) without writing a byte."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ..model.errors import StoreError
from .location import WAY_OUT
from .schema import VERSION, check, connected, copy_index, index_path, translated, wal_path

PROBE = "SELECT count(*) FROM session, worker, run, attempt, cached WHERE 0"


def writable(root: Path) -> bool:
    """Whether this process may write in a store."""
    return os.access(root, os.W_OK | os.X_OK)


def check_read_only(root: Path) -> None:
    """Raise StoreError unless there is an index that can be read as it is."""
    index = index_path(root)
    if not index.exists():
        raise StoreError(f"{root} cannot be written, and there is no store in it. {WAY_OUT}")
    if check(index) < VERSION:
        raise StoreError(
            f"{index} was written by an earlier version of jupyter_flow, and cannot be brought up to date, since "
            f"{root} cannot be written. Copy the folder to a place of your own, and name that in JUPYTER_FLOW_STORE."
        )


class Unchanged:
    """Whether the index and its WAL are as they were: what SQLite takes for immutable it does not read again."""

    def __init__(self, root: Path) -> None:
        self._paths = index_path(root), wal_path(index_path(root))
        self._seen = self._look()

    def __call__(self) -> bool:
        """Whether they are."""
        return self._look() == self._seen

    def _look(self) -> list[tuple[int, int, int]]:
        return [_about(path) for path in self._paths]


def _about(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_size, found.st_mtime_ns


def connect_read_only(root: Path) -> sqlite3.Connection:
    """A connection that leaves the folder as it is. Raises StoreCorruption, StoreError."""
    index, wal = index_path(root), wal_path(index_path(root))
    with translated(root):
        if not wal.exists() or not wal.stat().st_size:
            return _probed(connected(index, "mode=ro&immutable=1"))  # else SQLite wants to make the WAL's index
        try:
            return _probed(connected(index, "mode=ro"))  # a kernel elsewhere has made it
        except sqlite3.OperationalError:
            return _of_copy(index)


def _of_copy(index: Path) -> sqlite3.Connection:
    """What a kernel that died has left in the WAL can only be read in a copy, which is unlinked while it is read."""
    import tempfile  # by few, and never at once

    with tempfile.TemporaryDirectory(prefix="jupyter-flow-") as folder:
        copy = copy_index(index, Path(folder))
        with closing(connected(copy)) as whole:
            whole.execute("PRAGMA journal_mode = DELETE")
        return _probed(connected(copy, "mode=ro&immutable=1"))


def _probed(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute(PROBE).fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
