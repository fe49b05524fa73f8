"""Who writes in a store, and whether they still live.

A session holds a lock on a file of its own from its first write until its process dies; the
kernel frees it then, however it dies. The file also counts the groups of rows committed, and
lists the dispatches begun. Where the index has fewer, it has lost some (a deleted or cut-off
WAL, or a power failure), which SQLite itself does not notice.
"""

import fcntl
import os
import re
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .files import NEW, contents, create, opened
from .location import private_folder
from .records import SessionRow, valid
from .schema import SESSION
from .sealing import Column, Sealer

ID = re.compile(r"[0-9a-f]{16}")
COUNT = 8  # bytes


class Session:
    """This process's session in one store."""

    def __init__(self, root: Path, sealer: Sealer) -> None:
        self.root = root
        self.id = os.urandom(8).hex()
        self._sealer = sealer
        self._row: tuple[Column, ...] = ()
        self._fd = -1
        self._commits = 0
        self._end = COUNT
        self._appending = threading.Lock()

    def start(self) -> None:
        """Take the lock."""
        folder = private_folder(self.root / "sessions")
        self._fd = create(_file(folder, self.id), NEW & ~os.O_WRONLY | os.O_RDWR)
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        pid = os.getpid()
        row = (self.id, socket.gethostname(), place(), pid, _process_start(pid))
        self._row = (*row, self._sealer.tag("session", row))

    def count(self, connection: sqlite3.Connection) -> None:
        """Count a group in the index, as part of it; the first one records the session."""
        connection.execute(
            f"INSERT INTO session ({SESSION}, mac, commits) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET commits = excluded.commits",
            (*self._row, self._commits + 1),
        )

    def counted(self) -> None:
        """Count a group in the file, after it was committed."""
        self._commits += 1
        with suppress(OSError):  # a full disk: the file then says less than the index, which is no loss
            os.pwrite(self._fd, self._commits.to_bytes(COUNT, "little"), 0)

    def complete(self, connection: sqlite3.Connection) -> bool:
        """Whether the index has all the groups that were committed in it."""
        found = connection.execute("SELECT commits FROM session WHERE id = ?", (self.id,)).fetchone()
        return (found[0] if found else 0) == self._commits

    def begun(self, run: str) -> None:
        """List a dispatch in the file, after it was committed."""
        line = f"\n{run}\n".encode()
        with self._appending, suppress(OSError):
            self._end += os.pwrite(self._fd, line, self._end)

    def release(self, remove: bool = False) -> None:
        """Give the lock back; in a forked child, only the child's hold on it."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            if remove:
                with suppress(OSError):  # nobody holds it any more, which is all that counts
                    _file(self.root / "sessions", self.id).unlink(missing_ok=True)
            os.close(fd)


def alive(root: Path, row: SessionRow) -> bool:
    """Whether the session's process still runs: it holds the lock, and is not known to be gone.

    The second, because a child that C code forked holds a dead kernel's lock.
    """
    return ID.fullmatch(row.id) is not None and _held(_file(root / "sessions", row.id)) and not _gone(row)


def lost(root: Path, connection: sqlite3.Connection) -> dict[str, int]:
    """How many committed groups the index has lost, by session."""
    counts = {id: int.from_bytes(data[:COUNT], "little") for id, data in _files(root)}
    known = dict(connection.execute("SELECT id, commits FROM session"))
    return {id: count - known.get(id, 0) for id, count in counts.items() if count > known.get(id, 0)}


def began(root: Path, run: str) -> bool:
    """Whether a session says that it began a dispatch."""
    line = f"\n{run}\n".encode()
    return any(line in data[COUNT:] for _, data in _files(root))


def begun(root: Path) -> dict[str, tuple[int, list[str]]]:
    """By session: how many groups it says that it committed, and which dispatches it says that it began."""
    return {id: (int.from_bytes(data[:COUNT], "little"), _names(data[COUNT:])) for id, data in _files(root)}


def everyone(root: Path) -> Iterator[tuple[str, bool]]:
    """The sessions that have a file, and whether somebody holds its lock."""
    for path in (root / "sessions").glob("*.lock"):
        yield path.stem, _held(path)


def forget(root: Path, run: str) -> None:
    """Strike a dispatch from the lists of what was begun: it is about to be removed, not lost."""
    line = f"\n{run}\n".encode()
    for id, data in _files(root):
        if (at := data.find(line, COUNT)) >= 0:
            with suppress(OSError), open(_file(root / "sessions", id), "r+b", buffering=0) as file:
                os.pwrite(file.fileno(), b"-" * len(run), at + 1)


def settle(root: Path, id: str) -> None:
    """What a dead session had committed is lost, and was told: only which dispatches it began stays known."""
    with suppress(OSError), open(_file(root / "sessions", id), "r+b", buffering=0) as file:
        os.pwrite(file.fileno(), bytes(COUNT), 0)


def remove(root: Path, id: str) -> None:
    """Remove the file of a session whose process is dead."""
    if ID.fullmatch(id):
        _file(root / "sessions", id).unlink(missing_ok=True)


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in (root / "sessions").glob("*.lock"):
        if ID.fullmatch(path.stem):
            with suppress(FileNotFoundError):  # it has just ended well
                yield path.stem, contents(path)


def _names(data: bytes) -> list[str]:
    return [line for line in data.decode("ascii", "replace").split("\n") if valid(line)]


def _file(folder: Path, id: str) -> Path:
    return folder / f"{id}.lock"


def _held(path: Path) -> bool:
    try:
        fd = opened(path)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who ask do not take each other for the owner
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks: the process must tell
        return True
    finally:
        os.close(fd)
    return False


def _gone(row: SessionRow) -> bool:
    if row.host != socket.gethostname() or row.place != place():
        return False
    try:
        os.kill(row.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return row.started != _process_start(row.pid)


def place() -> str:
    """Which boot, and which process namespace: pids mean something there. Empty where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _process_start(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[19])
