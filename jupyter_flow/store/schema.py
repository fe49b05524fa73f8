"""The index: a SQLite database in WAL mode, and how it is told from anything else."""

import os
import secrets
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jupyter_flow.model.errors import StoreCorruption, StoreError, StoreFull

from .files import create, locked, write_whole

APPLICATION_ID = 0x4A464C57  # "JFLW"
VERSION = 2
BUSY = 60.0  # seconds to wait for another process's transaction

TABLES = """
CREATE TABLE session (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, place TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL,
    commits INTEGER NOT NULL, mac BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE worker (
    number INTEGER PRIMARY KEY, session TEXT NOT NULL, resource TEXT NOT NULL, kind TEXT NOT NULL,
    host TEXT NOT NULL, pid INTEGER NOT NULL, name TEXT NOT NULL, mac BLOB NOT NULL
);
CREATE TABLE run (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, root TEXT NOT NULL, parent TEXT,
    parent_node INTEGER, session TEXT NOT NULL, name TEXT NOT NULL, status INTEGER NOT NULL, created INTEGER NOT NULL,
    started INTEGER NOT NULL, ended INTEGER NOT NULL, electrons INTEGER NOT NULL, graph, error TEXT, attempts INTEGER,
    mac BLOB NOT NULL
);
CREATE INDEX run_parent ON run (parent);
CREATE TABLE attempt (
    run INTEGER NOT NULL, node INTEGER NOT NULL, attempt INTEGER NOT NULL, status INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, worker INTEGER NOT NULL, value, mac BLOB NOT NULL,
    stdout, stderr, failure TEXT, displays, origin TEXT, PRIMARY KEY (run, node, attempt)
) WITHOUT ROWID;
"""
CACHED = """
CREATE TABLE cached (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE, run INTEGER NOT NULL, node INTEGER NOT NULL,
    attempt INTEGER NOT NULL, name TEXT NOT NULL, parts TEXT NOT NULL, mac BLOB NOT NULL
);
CREATE INDEX cached_name ON cached (name);
"""
# to version 2, which has displays and a cache
FROM_1 = f"ALTER TABLE attempt ADD COLUMN displays; ALTER TABLE attempt ADD COLUMN origin TEXT; {CACHED}"
ATTEMPT = 'node, attempt, status, start, "end", worker, value, stdout, stderr, failure, displays, origin, mac'
RUN = (
    "serial, id, root, parent, parent_node, session, name, status, created, started, ended, electrons, graph, error, "
    "attempts"
)
WORKER = "number, session, resource, kind, host, pid, name"
SESSION = "id, host, place, pid, started"

FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}


def index_path(root: Path) -> Path:
    """The index of a store."""
    return root / "index.sqlite3"


def ensure(root: Path) -> None:
    """Make the index of a new store; recognise that of an old one, and give it what earlier versions did not have.

    A marker tells a new store from one that has lost its index. Raises StoreCorruption, and
    StoreError for an index that a later version wrote, or that is earlier and cannot be written.
    """
    index, marker = index_path(root), root / "STORE"
    try:
        if not marker.exists():
            with locked(root / ".lock"):
                if not index.exists() or not index.stat().st_size:
                    _make(index)
                _recognise(index)
                write_whole(
                    marker, b"A store of jupyter_flow. Its index is index.sqlite3; this file says there is one.\n"
                )
        if _recognise(index) < VERSION:
            with locked(root / ".lock"):
                _migrate(root)
    except FileNotFoundError:
        raise _corrupt(index, "is missing") from None
    except OSError as error:
        raise StoreError(f"Cannot make or read {index}: {error.strerror}.") from error


def connect(root: Path, full: bool = False, query_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand. Raises StoreCorruption."""
    with translated(root):
        connection = _open(root)
        connection.execute("PRAGMA synchronous = " + ("FULL" if full else "NORMAL"))
        connection.execute("PRAGMA query_only = " + ("ON" if query_only else "OFF"))
        connection.execute("SELECT count(*) FROM session, worker, run, attempt, cached WHERE 0").fetchone()
    return connection


def _open(root: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{index_path(root).as_uri()}?mode=rw",  # never make one: an empty index would hide a lost one
        uri=True,
        timeout=BUSY,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,  # inserts of 1 to 100 rows, of two kinds
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@contextmanager
def translated(root: Path) -> Iterator[None]:
    """SQLite's errors as the store's."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error, root) from error


def told(error: BaseException, root: Path) -> BaseException:
    """The store's error for one of SQLite's; any other stays as it is."""
    if not isinstance(error, sqlite3.Error):
        return error
    code = getattr(error, "sqlite_errorcode", 0)
    if code in FULL:
        return StoreFull(f"No space left for the index of the store {root}. Free some, and run it again.")
    if code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _corrupt(index_path(root), f"is damaged ({error})")
    if code == sqlite3.SQLITE_ERROR and "no such" in str(error):
        return _corrupt(index_path(root), f"lacks what an index has ({error})")
    return StoreError(f"The index of the store {root} cannot be used: {error}.")


def _make(index: Path) -> None:
    """Make it under another name: who finds an index finds a whole one."""
    temporary = index.with_name(f".{index.name}-{secrets.token_hex(8)}")
    os.close(create(temporary))  # SQLite gives its other files this one's mode
    try:
        with translated(index.parent):
            connection = sqlite3.connect(temporary, isolation_level=None)
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; "
                f"BEGIN; {TABLES} {CACHED} COMMIT; PRAGMA journal_mode = WAL;"
            )
            connection.close()
        os.replace(temporary, index)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _migrate(root: Path) -> None:
    """Bring the index to this version, in one transaction; kernels of the earlier version go on as they are."""
    with translated(root), closing(_open(root)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()  # the file may lag behind its WAL
        if version < VERSION:
            for statement in FROM_1.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _recognise(index: Path) -> int:
    """The version of an index. Raises StoreCorruption for what is none, StoreError for a later one's."""
    head = os.pread(_descriptor(index), 100, 0)
    if not head:
        raise _corrupt(index, "is empty")
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise _corrupt(index, "is not a database")
    version, application = struct.unpack_from(">I4xI", head, 60)
    if application != APPLICATION_ID:
        raise _corrupt(index, "is another program's database")
    if version > VERSION:
        raise StoreError(
            f"{index} was written by a later version of jupyter_flow (format {version}); upgrade to read it."
        )
    return int(version)


_descriptors: dict[tuple[int, int], int] = {}  # of indexes that were looked at, by device and inode


def _descriptor(index: Path) -> int:
    """A descriptor to read an index past SQLite, which is never closed.

    To close one takes every lock away that this process has on the file, those of its SQLite connections too;
    another process that closes the index then takes itself for the last one, and removes the WAL in use.
    """
    about = os.lstat(index)
    known = (about.st_dev, about.st_ino)
    if known not in _descriptors:
        _descriptors[known] = os.open(index, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    return _descriptors[known]


def _corrupt(index: Path, what: str) -> StoreCorruption:
    return StoreCorruption(
        f"The index {index} {what}. It has not been touched. Restore it from a backup; or move the whole folder "
        f"{index.parent} aside, and the next dispatch begins a new one; or set JUPYTER_FLOW_STORE to another folder."
    )
