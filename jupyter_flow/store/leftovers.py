"""Files of a store that no row needs any more. `pruning` says why removing them is safe."""

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..model.events import INTERRUPTED, RUNNING
from .blobs import LOCK, Blobs
from .files import locked, remove_tree
from .location import private_folder
from .manifests import manifest_path
from .records import valid
from .references import LENGTH
from .sessions import ID, remove

GRACE = 3600.0  # seconds that a file without a row is left alone
MOVED = "pruned-"
BATCH = 64  # files moved while writers wait


# dispatches of which it is not yet recorded what their journals know
UNSETTLED = f"(status = {RUNNING} OR status = {INTERRUPTED} AND attempts IS NULL)"


class Leftovers:
    """What lies in the folders, told once.

    before: nanoseconds since the epoch; files of that time and later may be wanted by a dispatch that runs.
    """

    def __init__(self, blobs: Blobs, before: int) -> None:
        self._root, self._blobs = blobs.root, blobs
        self._before = min(before, _now(blobs.root) - int(GRACE * 1e9))
        self._ages: dict[bytes, int] = {}
        self.sizes: dict[bytes, int] = {}  # of the blobs, by digest
        for digest, found in _blobs(blobs.root / "blobs"):
            self.sizes[digest], self._ages[digest] = found.st_size, found.st_mtime_ns

    def unreferenced(self, kept: Collection[bytes]) -> dict[bytes, int]:
        """The sizes of the blobs that may go."""
        return {d: size for d, size in self.sizes.items() if d not in kept and self._ages[d] < self._before}

    def remove_blobs(self, kept: Collection[bytes]) -> tuple[int, int]:
        """Remove the blobs that are not kept; how many, and their bytes."""
        going = list(self.unreferenced(kept))
        private_folder(self._root / "tmp")
        moved: list[tuple[Path, int]] = []
        for at in range(0, len(going), BATCH):
            with _undisturbed(), locked(self._root / LOCK):
                batch = [self._move(digest) for digest in going[at : at + BATCH]]
            found = [one for one in batch if one is not None]
            for path, _ in found:
                path.unlink(missing_ok=True)
            moved += found
        self._blobs.sweep()
        return len(moved), sum(size for _, size in moved)

    def _move(self, digest: bytes) -> tuple[Path, int] | None:
        """(lock) Take a blob out of its place, unless it has become new; removing gigabytes would take too long."""
        name = digest.hex()
        path = self._root / "blobs" / name[:2] / name
        try:
            found = path.stat()
            if found.st_mtime_ns >= self._before:
                return None
            aside = self._root / "tmp" / f"{MOVED}{os.urandom(12).hex()}"
            os.replace(path, aside)
        except OSError:  # gone, or not ours to remove
            return None
        return aside, found.st_size

    def remove_folders(self, known: Collection[str]) -> None:
        """Remove the folders of dispatches that the index does not know: a prune that was killed left them.

        One that has a manifest was not pruned, but lost.
        """
        for folder in _entries(self._root / "runs"):
            if not valid(folder.name) or folder.name in known or manifest_path(self._root, folder.name).exists():
                continue
            if self._old(folder):
                remove_tree(folder)

    def remove_sessions(self, index: sqlite3.Connection, owned: Callable[[str], bool]) -> None:
        """Remove what processes that have died left behind, and no dispatch needs.

        Only sessions that the index knows: one that it does not know may be about to start.
        """
        dead = [id for (id,) in index.execute("SELECT id FROM session").fetchall() if not owned(id)]
        index.execute(
            "DELETE FROM worker WHERE session IN (SELECT value FROM json_each(?)) "
            "AND session NOT IN (SELECT session FROM run) AND number NOT IN (SELECT worker FROM attempt)",
            (json.dumps(dead),),
        )
        sql = "SELECT session FROM run UNION SELECT session FROM worker"
        needed = {id for (id,) in index.execute(sql).fetchall()}
        cut_short = f"SELECT session FROM run WHERE {UNSETTLED}"
        orphans = {id for (id,) in index.execute(cut_short).fetchall()}
        for id in dead:
            if id not in orphans:  # the journals of those say what was running when their kernel died
                self._remove_files(id)
            if id not in needed:
                remove(self._root, id)
                index.execute("DELETE FROM session WHERE id = ?", (id,))

    def _remove_files(self, session: str) -> None:
        journals, requests = self._root / "journals" / session, self._root / "requests" / session
        for folder in (journals, requests) if ID.fullmatch(session) else ():
            if folder == journals or self._old(folder):  # who reads journals does so before all is settled
                remove_tree(folder)

    def _old(self, path: Path) -> bool:
        try:
            return path.lstat().st_mtime_ns < self._before
        except OSError:
            return False


def remove_journals(root: Path, over: Callable[[str], bool]) -> None:
    """Remove the journals of sessions that are over: all that these know is recorded."""
    for folder in _entries(root / "journals"):
        if ID.fullmatch(folder.name) and over(folder.name):
            remove_tree(folder)


def remove_moved(root: Path) -> None:
    """(the one who prunes) Remove what an earlier prune had taken out of its place when it was killed."""
    for path in _entries(root / "tmp"):
        if path.name.startswith(MOVED):
            path.unlink(missing_ok=True)


def folder_size(folder: Path) -> int:
    """The bytes of the files in a folder, which need not be there."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


def _blobs(folder: Path) -> Iterator[tuple[bytes, os.stat_result]]:
    for part in _entries(folder):
        for path in _entries(part):
            with suppress(OSError, ValueError):  # gone meanwhile; no blob of ours
                if len(digest := bytes.fromhex(path.name)) == LENGTH:
                    yield digest, path.lstat()


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _now(root: Path) -> int:
    """The time as the file system has it, in ns: its files are compared with that."""
    with locked(root / LOCK, shared=True):
        os.utime(root / LOCK)
    return (root / LOCK).stat().st_mtime_ns


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Not stopped by Ctrl-Z while writers wait for us."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
