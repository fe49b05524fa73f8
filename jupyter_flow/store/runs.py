"""The store: what every dispatch was, did and gave.

Many kernels use one store at once. Each writes through one thread of its own and holds a lock
that says it lives; reading needs neither.
"""

import os
import secrets
import socket
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jupyter_flow.model.errors import StoreError, UnknownDispatch
from jupyter_flow.model.events import CANCELLED, RUNNING, Record

from . import cached, tables
from .authentication import Key
from .blobs import Blobs, Durability
from .latch import Latch
from .location import absolute, check_folder, default_root, private_folder
from .pruning import Choice, Pruned, Pruner
from .reader import Reader
from .records import Cached, Made, Run, RunRow, WorkerRow, valid
from .requests import Requests
from .schema import connect, ensure
from .sealing import Sealer, clean
from .sessions import Session, lost
from .writer import Act, Job, OnCommit, Writer

_open: "weakref.WeakSet[Store]" = weakref.WeakSet()
_writing: "set[Store]" = set()  # of those: who began to write lives, and holds its lock, until it is closed


class Store:
    """The records in one folder. `open` makes one; use `close`, though no row told as committed needs it."""

    def __init__(self, root: Path, key: Key, durability: Durability) -> None:
        self.root = root
        self.blobs = Blobs(root, durability)
        self._sealer, self._key = Sealer(key), key
        self._session = Session(root, self._sealer)
        self._full = durability == "full"
        self._reader = Reader(root, connect(root, query_only=True), self._sealer)
        self._writer: Writer | None = None
        self._ids: dict[int, str] = {}  # of the runs begun here that have not ended
        self._starting = threading.Lock()
        self._unusable = ""
        _open.add(self)

    @classmethod
    def open(cls, root: Path | str | None = None, durability: Durability = "process") -> "Store":
        """Open the store in a folder (default: `default_root()`), which is made when it is not there.

        Raises StoreUntrusted where others own or can write it, StoreCorruption where its index is not
        one, StoreError where it cannot be made or written; what is there is left as it is.
        """
        folder = private_folder(default_root() if root is None else absolute(root))
        check_folder(folder)
        ensure(folder)
        return cls(folder, Key.load(), durability)

    def key_for(self, purpose: bytes) -> bytes:
        """32 bytes that only this user's key gives, for something else than the store's own tags."""
        return self._key.mac(b"key for", purpose)

    @property
    def session_id(self) -> str:
        """What the runs begun through this object have as their session."""
        return self._session.id

    def begin(self, run: Run) -> int:
        """Record a dispatch, and return its serial once no process's death can undo it.

        Raises StoreError (the id is taken, the index cannot be written), StoreFull, ValueError.
        """
        if not valid(run.id):
            raise ValueError(f"{run.id!r} cannot be a dispatch's id: letters, digits, - and _ only.")
        serial: list[int] = []
        try:
            self._wait(lambda index: serial.append(tables.begin(index, self._sealer, run, self._session.id)))
        except KeyboardInterrupt:
            self._take_back(run.id)
            raise
        self._ids[serial[-1]] = run.id
        self._session.begun(run.id)
        return serial[-1]

    def add_worker(self, resource: str, kind: str, pid: int, name: str) -> int:
        """Record a worker of this host, and return its number at once; it is written with what comes next."""
        number = secrets.randbits(62) | 1
        row = WorkerRow(number, self._session.id, clean(resource), kind, socket.gethostname(), pid, clean(name))
        self._put(Job(0, "", (), lambda index: tables.add_worker(index, self._sealer, row), None))
        return number

    def record(
        self,
        serial: int,
        rows: Sequence[Sequence[Any]],
        on_commit: OnCommit | None = None,
        made: Sequence[Made] = (),
    ) -> None:
        """Queue attempts, in the order of `Record`, of a run that was begun here; those `made` go into the cache.

        `on_commit` is called on the writer's thread, with None when they are on disk, else with the error.
        """
        id = self._id(serial)
        act: Act | None = None
        if made:

            def act(index: sqlite3.Connection) -> None:
                cached.remember(index, self._sealer, serial, id, made)

        self._put(Job(serial, id, rows, act, on_commit))

    def finish(
        self,
        serial: int,
        rows: Sequence[Sequence[Any]],
        status: int,
        error: str | None,
        started: int,
        ended: int,
        on_commit: OnCommit | None = None,
        nodes: int = 0,
        made: Sequence[Made] = (),
    ) -> None:
        """Queue the last attempts of a run and its end, as one transaction; `on_commit` and `made` as in `record`.

        After an error the run has not ended, and `finish` may be called again. With fewer attempts on
        record than it has `nodes`, some were lost, and it does not end: that is such an error.
        """
        id = self._id(serial)
        changes = {"status": status, "error": error and clean(error), "started": started, "ended": ended}

        def act(index: sqlite3.Connection) -> None:
            cached.remember(index, self._sealer, serial, id, made)
            tables.end(index, self._sealer, serial, nodes, **changes)

        def ended_or_not(problem: BaseException | None) -> None:
            if problem is None:
                self._ids.pop(serial, None)
            if on_commit is not None:
                on_commit(problem)

        self._put(Job(serial, id, rows, act, ended_or_not))

    def mark_interrupted(self, id: str) -> RunRow:
        """Write down that a dispatch is INTERRUPTED, if its owner is dead; the row as it is then."""
        serial = self.run(id).serial

        def act(index: sqlite3.Connection) -> None:
            row = tables.run(index, self._sealer, serial)
            if row.status == RUNNING and not self._reader.owned(row.session):
                row = tables.interrupted(row, lost(self.root, index).get(row.session, 0))
                tables.end(index, self._sealer, serial, status=row.status, error=row.error)

        self._wait(act)
        return self.run(id)

    def run(self, id: str) -> RunRow:
        """A dispatch by its id; INTERRUPTED where it is recorded as running and its owner is dead.

        Raises UnknownDispatch, StoreCorruption for one that the index has lost, StoreUntrusted.
        """
        return self._reading().run(id)

    def runs(self, limit: int | None = None, all: bool = False, beginning: str | None = None) -> list[RunRow]:
        """Dispatches, newest first (`Reader.runs`): of a `beginning` of ids, those that can be trusted."""
        return self._reading().runs(limit, all, beginning)

    def children(self, id: str) -> list[RunRow]:
        """The sublattices that nodes of a dispatch started, oldest first."""
        return self._reading().children(id)

    def rows(self, serial: int) -> list[Record]:
        """Every recorded attempt of a run, by node and attempt. Raises StoreCorruption, StoreUntrusted."""
        return self._reading().rows(serial)

    def counted(self) -> Reader:
        """Who counts rows rather than reading and checking each (`Reader.tally`, `Reader.completed`)."""
        return self._reading()

    def row(self, serial: int, node: int) -> Record | None:
        """The last recorded attempt of a node. Raises StoreUntrusted."""
        return self._reading().row(serial, node)

    def cached(self, keys: Sequence[bytes]) -> dict[bytes, Cached]:
        """The values of the cache under these keys, whoever made them; what cannot be trusted is not there."""
        return self._reading().cached(keys)

    def cached_as(self, name: str, most: int) -> list[Cached]:
        """The newest values of the cache that electrons of a name made, without their records."""
        return self._reading().cached_as(name, most)

    def workers(self, numbers: Iterable[int]) -> dict[int, WorkerRow]:
        """What is known of workers, by number; unknown numbers are left out."""
        return self._reading().workers(numbers)

    def folder(self, id: str) -> Path:
        """A dispatch's own folder, 0700, made when it is not there. Raises UnknownDispatch for what is no id."""
        if not valid(id):
            raise UnknownDispatch(f"{id!r} cannot be a dispatch's id.")
        return private_folder(self.root / "runs" / id)

    def requests(self, session: str | None = None) -> Requests:
        """What a session is asked; None for the one that the runs begun through this object have."""
        return Requests(self.root, session or self._session.id, self._sealer)

    def prune(self, choice: Choice, dry_run: bool = False) -> Pruned:
        """Remove dispatches that have ended, and what only they needed; other kernels may go on meanwhile.

        dry_run: only say what would go. Raises StoreError. How that is safe is written in `pruning`.
        """
        return Pruner(self.blobs, self._sealer, self._reading().owned).prune(choice, dry_run)

    def close(self) -> None:
        """Write what is queued, and close. Runs that have not ended become INTERRUPTED."""
        with self._starting:
            if self._unusable:
                return
            self._unusable = f"The store {self.root} is closed."
            writer, self._writer = self._writer, None
        if writer is not None:
            whole = writer.close()
            self._session.release(remove=whole and not self._ids)
        self._reader.close()
        _open.discard(self)
        _writing.discard(self)

    def _wait(self, act: Act) -> None:
        done = Latch()
        problems: list[BaseException] = []

        def on_commit(problem: BaseException | None) -> None:
            if problem is not None:
                problems.append(problem)
            done.set()

        self._put(Job(0, "", (), act, on_commit))
        done.wait()
        if problems:
            raise problems[0]

    def _take_back(self, id: str) -> None:
        """The caller of `begin` was interrupted and will never know the serial: nothing runs under it."""

        def act(index: sqlite3.Connection) -> None:
            mine = (id, self._session.id)
            for (serial,) in index.execute("SELECT serial FROM run WHERE id = ? AND session = ?", mine).fetchall():
                tables.end(index, self._sealer, serial, status=CANCELLED, error="Interrupted before it started.")

        self._put(Job(0, "", (), act, None))

    def _put(self, job: Job) -> None:
        writer = self._writer
        if writer is None:
            with self._starting:
                self._check_usable()
                if self._writer is None:
                    self._writer = self._start()
                writer = self._writer
        writer.put(job)

    def _start(self) -> Writer:
        try:
            self._session.start()
        except OSError as error:
            raise StoreError(f"Cannot write in the store {self.root}: {error.strerror}.") from error
        self.blobs.sweep()
        _writing.add(self)
        return Writer(connect(self.root, self._full), self._sealer, self._session)

    def _id(self, serial: int) -> str:
        self._check_usable()
        try:
            return self._ids[serial]
        except KeyError:
            raise StoreError(f"No dispatch with serial {serial} was begun here, or it has ended.") from None

    def _reading(self) -> Reader:
        self._check_usable()
        return self._reader

    def _check_usable(self) -> None:
        if self._unusable:
            raise StoreError(self._unusable)

    def _abandon(self) -> None:
        """In a forked child: the parent's death must free the lock, and its connections are not ours to close."""
        self._unusable = f"The store {self.root} belongs to the process that this one was forked from."
        self._starting = threading.Lock()
        _forgotten.append((self._reader, self._writer))
        self._writer = None
        self._session.release()


_forgotten: list[tuple[Reader, Writer | None]] = []  # never closed: SQLite's files are shared with the parent


def _after_fork() -> None:
    for store in list(_open):
        store._abandon()


os.register_at_fork(after_in_child=_after_fork)
