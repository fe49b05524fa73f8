"""The index: a SQLite database in WAL mode, and how it is told from anything else."""

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..model.errors import StoreCorruption, StoreError, StoreFull
from .anchor import ANCHOR
from .files import create, locked, opened, write_whole

APPLICATION_ID = 0x4A464C57  # "JFLW"
VERSION = 2
MARKER = "STORE"
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
# by the version they lead on from: 2 has displays and a cache
STEPS = {1: f"ALTER TABLE attempt ADD COLUMN displays; ALTER TABLE attempt ADD COLUMN origin TEXT; {CACHED}"}
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


def wal_path(index: Path) -> Path:
    """Where SQLite keeps what it has not yet put into a database."""
    return index.with_name(f"{index.name}-wal")


def ensure(root: Path) -> None:
    """Make the index of a new store; recognise that of an old one, and give it what earlier versions did not have.

    A marker tells a new store from one that has lost its index. Raises StoreCorruption, and
    StoreError for an index that a later version wrote, or that is earlier and cannot be written.
    """
    index = index_path(root)
    try:
        if not (root / MARKER).exists():
            with locked(root / ".lock"):
                if not index.exists() or not index.stat().st_size:
                    make(index)
                check(index)
                mark(root)
        if check(index) < VERSION:
            with locked(root / ".lock"):
                migrate(index)
    except FileNotFoundError:
        raise _corrupt(index, "is missing") from None
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"Cannot make or read {index}: {error.strerror}.") from error


def mark(root: Path) -> None:
    """Say that there is an index."""
    write_whole(root / MARKER, b"A store of jupyter_flow. Its index is index.sqlite3; this file says there is one.\n")


def connect(root: Path, full: bool = False, query_only: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand. Raises StoreCorruption."""
    with translated(root):
        connection = connected(index_path(root))
        connection.execute("PRAGMA synchronous = " + ("FULL" if full else "NORMAL"))
        connection.execute("PRAGMA query_only = " + ("ON" if query_only else "OFF"))
        connection.execute("SELECT count(*) FROM session, worker, run, attempt, cached WHERE 0").fetchone()
    return connection


def sound(root: Path) -> None:
    """Look at every page of the index. Raises StoreCorruption."""
    with translated(root), closing(connected(index_path(root))) as connection:
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if told != "ok":
        raise _corrupt(index_path(root), f"is damaged ({told})")


def connected(index: Path, mode: str = "mode=rw") -> sqlite3.Connection:
    """A connection to the database in a file, as that is set by itself."""
    connection = sqlite3.connect(
        f"{index.as_uri()}?{mode}",  # never make one: an empty index would hide a lost one
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
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        return StoreError(
            f"The index {index_path(root)} cannot be written ({error}). Make it, and its folder, yours to write (chmod "
            "u+w), and restart the kernel; or set JUPYTER_FLOW_STORE to another folder."
        )
    return StoreError(f"The index of the store {root} cannot be used: {error}.")


def make(index: Path) -> None:
    """Make an empty one under another name: who finds an index finds a whole one."""
    temporary = index.with_name(f".{index.name}-{os.urandom(8).hex()}")
    os.close(create(temporary))  # SQLite gives its other files this one's mode
    try:
        with translated(index.parent), closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
            connection.executescript(
                f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; "
                f"BEGIN; {TABLES} {CACHED} COMMIT; PRAGMA journal_mode = WAL;"
            )
        os.replace(temporary, index)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def migrate(index: Path) -> None:
    """Bring an index to this version, in one transaction, after a copy of it was made beside it.

    Kernels of the earlier version go on as they are. Raises StoreError for a version that is too old.
    """
    with translated(index.parent), closing(connected(index)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()  # the file may lag behind its WAL
        if version >= VERSION:
            return
        if version not in STEPS:
            raise StoreError(
                f"{index} has format {version}, which this version of jupyter_flow cannot read (it reads "
                f"{min(STEPS)} to {VERSION}). It has not been touched. Read it with the version that wrote it, or set "
                "JUPYTER_FLOW_STORE to another folder."
            )
        _back_up(connection, index.with_name(f"{index.stem}-format{version}.sqlite3"))
        connection.execute("BEGIN IMMEDIATE")
        for step in range(version, VERSION):
            for statement in STEPS[step].split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    temporary = copy.with_name(f".{copy.name}-{os.urandom(8).hex()}")
    os.close(create(temporary))
    try:
        with closing(sqlite3.connect(temporary)) as target:
            connection.backup(target)
        os.replace(temporary, copy)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check(index: Path) -> int:
    """The version of an index. Raises StoreCorruption for what is none, StoreError for a later one's."""
    head = os.pread(ANCHOR.descriptor(index), 100, 0)
    if not head:
        raise _corrupt(index, "is empty")
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0"):
        raise _corrupt(index, "is not a database")
    version, application = struct.unpack_from(">I4xI", head, 60)
    if application != APPLICATION_ID:
        raise _corrupt(index, "is another program's database")
    if version > VERSION:
        raise StoreError(
            f"{index} was written by a later version of jupyter_flow (format {version}, this one reads {VERSION}). It "
            "has not been touched. Upgrade to read it, or set JUPYTER_FLOW_STORE to another folder."
        )
    return int(version)


def copy_index(index: Path, folder: Path) -> Path:
    """Copy an index with its WAL into a folder, to be read there. Raises OSError."""
    copy = folder / index.name
    _copy(ANCHOR.descriptor(index), copy)
    with suppress(FileNotFoundError):
        wal = opened(wal_path(index))
        try:
            _copy(wal, wal_path(copy))
        finally:
            os.close(wal)
    return copy


def _copy(descriptor: int, to: Path) -> None:
    with open(to, "wb") as copy:
        while block := os.pread(descriptor, 1 << 20, copy.tell()):
            copy.write(block)


class InPlace:
    """Whether the index and its WAL are the files that they were: SQLite goes on with ones that were removed."""

    def __init__(self, root: Path) -> None:
        self._index = index_path(root)
        self._wal = wal_path(self._index)
        self._inodes = (_inode(self._index), 0)  # a WAL comes with the first transaction

    def __call__(self) -> bool:
        """Whether the WAL is the one it was. Raises StoreCorruption where the index is another."""
        index, wal = self._inodes
        now = (_inode(self._index), _inode(self._wal))
        if now[0] != index:
            raise self.corrupt(self._index)
        if not wal:
            self._inodes = now
        return not wal or now[1] == wal

    def corrupt(self, path: Path | None = None) -> StoreCorruption:
        """What to raise where one of the two, or the WAL, is gone with what it had."""
        root = self._index.parent
        if not (root / MARKER).exists():
            return StoreCorruption(
                f"The store {root} was removed or moved away while this kernel worked with it. Restart the kernel: it "
                "begins a new one there. What is elsewhere can be put back before that, or read by jf.open_store."
            )
        return _corrupt(path or self._wal, "was removed or replaced while this kernel worked with it")


def _inode(path: Path) -> int:
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def _corrupt(index: Path, what: str) -> StoreCorruption:
    return StoreCorruption(
        f"The index {index} {what}. It has not been touched. `jupyter-flow recover` puts it aside and makes a new one "
        "from what every dispatch has in its own folder. Or restore it from a backup, or set JUPYTER_FLOW_STORE to "
        "another folder."
    )
