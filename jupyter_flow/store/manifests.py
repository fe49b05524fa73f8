"""A copy of every dispatch's rows, in its own folder: what a lost or damaged index is made from again (`recovery`).

A manifest is a small database with the rows of a dispatch, its sublattices, and their workers and sessions, as
they are in the index, tags included. One thread writes them, after the end of a dispatch and now and then while it
runs, and SQLite does the copying, so that nobody waits for it and the interpreter is not held. A manifest that is
not there yet costs nothing but what would be lost with the index: it is never read while the index is well.

`prune` removes a manifest before the rows, under the lock that manifests are put in place under (`Blobs.placing`):
one without rows is always a dispatch that the index has lost.
"""

import json
import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ..model.errors import StoreError
from .blobs import Blobs
from .files import create, sync
from .location import private_folder
from .records import valid
from .references import OF_A_RUN
from .schema import APPLICATION_ID, VERSION, connect

NAME = "manifest.sqlite3"
AFTER = 0.5  # seconds from the end of a dispatch to its manifest, and between two looks
FIRST = 2.0  # seconds after which one that still runs has its first
AGAIN = 10.0  # seconds between two manifests of one dispatch that runs, at least, and
SHARE = 20  # times what writing it took
TRIES = 3  # on a full disk, say; the next session tries again
NICE = 10

OF_A_TREE = {
    **{table: f"{key} IN (SELECT value FROM json_each(?))" for table, key in OF_A_RUN.items()},
    "worker": "number IN (SELECT worker FROM attempt WHERE run IN (SELECT value FROM json_each(?)))",
    "session": "id IN (SELECT session FROM run WHERE serial IN (SELECT value FROM json_each(?)))",
}

LOG = logging.getLogger("jupyter_flow")


def manifest_path(root: Path, dispatch: str) -> Path:
    """The manifest of a dispatch that someone started, there or not."""
    return root / "runs" / dispatch / NAME


def manifests(root: Path) -> Iterator[str]:
    """The dispatches that have one."""
    try:
        folders = list(os.scandir(root / "runs"))
    except (FileNotFoundError, NotADirectoryError):
        return
    for folder in folders:
        if valid(folder.name) and manifest_path(root, folder.name).is_file():
            yield folder.name


def write_manifest(index: sqlite3.Connection, blobs: Blobs, dispatch: str, serials: list[int]) -> None:
    """Write that of a dispatch with these runs, unless it is pruned. Raises StoreError, sqlite3.Error, OSError."""
    temporary = private_folder(blobs.root / "tmp") / f"manifest-{os.urandom(12).hex()}"
    try:
        os.close(create(temporary))
        _copy(index, temporary, json.dumps(serials))
        if blobs.full:
            sync(temporary)
        manifest = manifest_path(blobs.root, dispatch)
        with blobs.placing():
            if index.execute("SELECT 1 FROM run WHERE id = ?", (dispatch,)).fetchone():
                private_folder(manifest.parent)
                os.replace(temporary, manifest)
    finally:
        temporary.unlink(missing_ok=True)


def _copy(index: sqlite3.Connection, path: Path, serials: str) -> None:
    index.execute("ATTACH ? AS manifest", (str(path),))
    try:
        for setting in ("page_size = 1024", "journal_mode = OFF", "synchronous = OFF"):
            index.execute(f"PRAGMA manifest.{setting}")
        index.execute("BEGIN")
        for table, where in OF_A_TREE.items():
            index.execute(f"CREATE TABLE manifest.{table} AS SELECT * FROM main.{table} WHERE {where}", (serials,))
        index.execute(f"PRAGMA manifest.application_id = {APPLICATION_ID}")
        index.execute(f"PRAGMA manifest.user_version = {VERSION}")
        index.execute("COMMIT")
    finally:
        if index.in_transaction:
            index.execute("ROLLBACK")
        index.execute("DETACH manifest")


class Keeper:
    """The thread that writes manifests."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._runs: dict[str, list[int]] = {}  # serials, the dispatch's own first
        self._due: dict[str, float] = {}
        self._ended: dict[str, int] = {}  # how often it was tried since
        self._waiting = threading.Condition(threading.Lock())
        self._idle = self._closed = False
        self.connected = threading.Lock()  # while it has a connection, which is not for long
        self._thread: threading.Thread | None = None

    def begun(self, dispatch: str, serial: int) -> None:
        """A dispatch has begun, or a sublattice of it."""
        with self._waiting:
            known = self._runs.setdefault(dispatch, [])
            known.append(serial)
            self._due.setdefault(dispatch, time.monotonic() + FIRST)
            self._wake()

    def settled(self, dispatch: str, serials: list[int]) -> None:
        """One of a dead session, with these runs, is written down to the end."""
        with self._waiting:
            self._runs[dispatch], self._ended[dispatch] = serials, 0
            self._due[dispatch] = time.monotonic() + AFTER
            self._wake()

    def _wake(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="jupyter_flow manifests", daemon=True)
            self._thread.start()
        elif self._idle:
            self._waiting.notify()

    def ended(self, dispatch: str) -> None:
        """It has ended, with all its sublattices."""
        with self._waiting:
            if dispatch in self._runs:
                self._ended[dispatch] = 0
                self._due[dispatch] = time.monotonic() + AFTER

    def close(self) -> None:
        """Write what is missing, and end."""
        with self._waiting:
            self._closed = True
            self._waiting.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        if sys.platform == "linux":  # there a thread has a priority of its own
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        try:
            self._catch_up()
            while self._wait():
                self._write_due()
            self._write_due(all=True)
        except Exception:  # the index has all of it, and goes on without
            LOG.warning("no manifests are written any more in %s", self._blobs.root, exc_info=True)

    @contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        with self.connected, closing(connect(self._blobs.root)) as index:
            yield index

    def _wait(self) -> bool:
        """Wait a little, or until something begins; whether to go on."""
        with self._waiting:
            if not self._closed:
                self._idle = not self._due
                self._waiting.wait(None if self._idle else AFTER)
                self._idle = False
            return not self._closed

    def _catch_up(self) -> None:
        """Those of dispatches whose sessions had no time for it, or knew no manifests."""
        there = set(manifests(self._blobs.root))
        found: dict[str, list[int]] = {}
        with self._index() as index:
            runs = index.execute("SELECT root, serial FROM run ORDER BY serial").fetchall()
        for root, serial in runs:
            if root not in there and valid(root):
                found.setdefault(root, []).append(serial)
        for root, serials in found.items():
            if self._closed:
                return
            if root not in self._runs:
                self._write(root, serials)

    def _write_due(self, all: bool = False) -> None:
        now = time.monotonic()
        with self._waiting:
            due = [dispatch for dispatch, when in self._due.items() if all or when <= now]
        for dispatch in due:
            with self._waiting:
                serials, ended = list(self._runs[dispatch]), dispatch in self._ended
            began = time.monotonic()
            well = self._write(dispatch, serials)
            took = time.monotonic() - began
            with self._waiting:
                self._next(dispatch, well, ended, max(AGAIN, SHARE * took))

    def _next(self, dispatch: str, well: bool, ended: bool, pause: float) -> None:
        if dispatch in self._ended and not ended:
            return  # it has ended meanwhile, and is due soon
        if ended:
            self._ended[dispatch] += 1
            if well or self._ended[dispatch] >= TRIES:
                del self._runs[dispatch], self._due[dispatch], self._ended[dispatch]
                return
        self._due[dispatch] = time.monotonic() + pause

    def _write(self, dispatch: str, serials: list[int]) -> bool:
        try:
            with self._index() as index:
                write_manifest(index, self._blobs, dispatch, serials)
        except (StoreError, sqlite3.Error, OSError) as error:  # a full disk: the index has it all the same
            LOG.warning("the manifest of dispatch %s could not be written: %s", dispatch, error)
            return False
        return True
