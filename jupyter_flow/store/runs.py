"""The store: what every dispatch was, did and gave.

Many kernels use one store at once. Each writes through one thread of its own and holds a lock
that says it lives; reading needs neither.
"""

import socket
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ..model.errors import StoreError, UnknownDispatch
from ..model.events import RUNNING, Record
from . import cached, forking, pins, settings, tables
from .anchor import ANCHOR
from .answers import Answers
from .authentication import Key
from .blobs import Blobs, Durability
from .leftovers import remove_journals
from .location import WAY_OUT, absolute, check_folder, default_root, private_folder
from .manifests import Keeper
from .pruning import Choice, Pruned, Pruner
from .reader import Reader
from .readonly import Unchanged, check_read_only, connect_read_only, writable
from .records import Made, Run, RunRow, WorkerRow, new_worker, valid
from .requests import Requests
from .schema import InPlace, connect, ensure, index_path
from .sealing import FAR, Sealer, clean, far_key
from .sessions import Session, lost
from .writer import Act, Job, OnCommit, Writer, insert, wait_for

MET = 1000  # workers that are remembered


class Store(Answers):
    """The records in one folder. `open` makes one; use `close`, though no row told as committed needs it."""

    def __init__(self, root: Path, key: Key, durability: Durability, read_only: bool = False) -> None:
        self.root, self.durability = root, durability
        self.blobs = Blobs(root, durability)
        self._sealer, self._key = Sealer(key), key
        self._session = Session(root, self._sealer)
        self._read_only = read_only
        opens = partial(connect_read_only, root) if read_only else partial(connect, root, query_only=True)
        self._reader = Reader(root, opens, self._sealer, Unchanged if read_only else InPlace)
        if not read_only:
            ANCHOR.hold(index_path(root))
        self._writer: Writer | None = None
        self._keeper = Keeper(self.blobs)
        self._ids: dict[int, str] = {}  # of the runs begun here that have not ended
        self.met: dict[int, WorkerRow] = {}  # workers of late: they may not be on disk yet
        self._starting = threading.Lock()
        self._unusable = ""
        forking.known(self)

    @classmethod
    def open(cls, root: Path | str | None = None, durability: Durability | None = None) -> "Store":
        """Open the store in a folder (default: `default_root()`), which is made when it is not there.

        One that cannot be written is opened to be read. durability: None for what JUPYTER_FLOW_DURABILITY says.
        Raises StoreUntrusted where others own or can write it, StoreCorruption where its index is not
        one, StoreError where it cannot be made or read; what is there is left as it is.
        """
        durable = durability or settings.durability()
        folder = private_folder(default_root() if root is None else absolute(root))
        check_folder(folder)
        read_only = not writable(folder)
        if read_only:
            check_read_only(folder)
        else:
            ensure(folder)
        return cls(folder, Key.load(), durable, read_only)

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
            wait_for(self._put, lambda index: serial.append(tables.begin(index, self._sealer, run, self.session_id)))
        except KeyboardInterrupt:
            mine = (run.id, self.session_id)  # the caller will never know the serial: nothing runs under it
            self._put(Job(0, "", (), lambda index: tables.take_back(index, self._sealer, *mine), None))
            raise
        self._ids[serial[-1]] = run.id
        self._session.begun(run.id)
        self._keeper.begun(run.root, serial[-1])
        return serial[-1]

    def journal_key(self, name: str, session: str | None = None) -> bytes:
        """What the worker of this name seals its journal with; None for the session of this object."""
        base = self._sealer.derived("journal", session or self._session.id, FAR if name.startswith(FAR) else name)
        return far_key(base, name) if name.startswith(FAR) and name != FAR else base

    def then(self, call: Callable[[], object]) -> None:
        """Call it, on the writer's thread, once all that was queued before is on disk; never, where it cannot be."""
        self._put(Job(0, "", (), None, lambda problem: call() if problem is None else None))

    def add_worker(self, resource: str, kind: str, pid: int, name: str, number: int = 0, host: str = "") -> int:
        """Record a worker (host: unset for this one); its number at once, while it is written with what comes next."""
        number, host = number or new_worker(), clean(host) or socket.gethostname()
        if len(self.met) >= MET:
            self.met.clear()
        row = self.met[number] = WorkerRow(number, self._session.id, clean(resource), kind, host, pid, clean(name))
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
                self._keeper.ended(id)
            if on_commit is not None:
                on_commit(problem)

        self._put(Job(serial, id, rows, act, ended_or_not))

    def mark_interrupted(self, id: str, rows: Sequence[Record] = (), made: Sequence[Made] = ()) -> RunRow:
        """Write down that a dispatch is INTERRUPTED, if its owner is dead; the row as it is then.

        rows: attempts that the owner had not recorded any more; those `made` go into the cache.
        """
        serial = self.run(id).serial

        def act(index: sqlite3.Connection) -> None:
            row = tables.run(index, self._sealer, serial)
            if row.status == RUNNING and not self._reader.owned(row.session):
                row = tables.interrupted(row, lost(self.root, index).get(row.session, 0))
                insert(index, *self._sealer.attempts(serial, id, rows))
                cached.remember(index, self._sealer, serial, id, made)
                tables.end(index, self._sealer, serial, status=row.status, error=row.error)

        wait_for(self._put, act)
        row = self.run(id)
        if row.id == row.root:  # its sublattices came first
            self._keeper.settled(row.id, self._reading().serials(row.id))
        return row

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
        self._check_writable()
        return Pruner(self.blobs, self._sealer, self._reading().owned).prune(choice, dry_run)

    def pin(self, id: str, on: bool = True) -> str:
        """Have `prune` leave a dispatch alone, with all its sublattices, or not any more; the id of the whole.

        Raises UnknownDispatch, StoreError where the store cannot be written.
        """
        root = self.run(id).root
        self._check_writable()
        if not pins.pin(self.root, root, on):
            raise UnknownDispatch(f"The store {self.root} has no dispatch {id!r} any more.")
        return root

    def pinned(self) -> set[str]:
        """The dispatches that are pinned."""
        return pins.pinned(self.root)

    def close(self) -> None:
        """Write what is queued, and close. Runs that have not ended become INTERRUPTED."""
        with self._starting:
            if self._unusable:
                return
            self._unusable = f"The store {self.root} is closed."
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.end()
            self._keeper.close()
            whole = writer.close()
            self._session.release(remove=whole and not self._ids)
        if not self._read_only:
            ANCHOR.let_go(index_path(self.root))
        self._reader.close()
        forking.closed(self)

    def _put(self, job: Job) -> None:
        writer = self._writer
        if writer is None:
            with self._starting:
                self._check_usable()
                writer = self._writer = self._writer or self._start()
        writer.put(job)

    def _start(self) -> Writer:
        self._check_writable()
        try:
            self._session.start()
        except OSError as error:
            raise StoreError(f"Cannot write in the store {self.root}: {error.strerror}. {WAY_OUT}") from error
        self.blobs.sweep()
        remove_journals(self.root, self._reader.over)
        forking.writes(self)
        return Writer(partial(connect, self.root, self.durability == "full"), self._sealer, self._session)

    def _id(self, serial: int) -> str:
        self._check_usable()
        try:
            return self._ids[serial]
        except KeyError:
            raise StoreError(f"No dispatch with serial {serial} was begun here, or it has ended.") from None

    def _reading(self) -> Reader:
        self._check_usable()
        return self._reader

    def _check_writable(self) -> None:
        if self._read_only:
            raise StoreError(f"The store {self.root} can only be read here, and nothing dispatched. {WAY_OUT}")

    def _check_usable(self) -> None:
        if self._unusable:
            raise StoreError(self._unusable)

    def _abandon(self) -> None:
        """In a forked child: the parent's death must free the lock, and its connections are not ours to close."""
        self._unusable = f"The store {self.root} belongs to the process that this one was forked from."
        self._starting = threading.Lock()
        if self._writer is not None:
            self._writer.forked()
        forking.keep(self._reader, self._writer, self._keeper)
        self._writer = None
        self._session.release()
