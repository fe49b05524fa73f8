"""The one thread that writes the index.

It takes all that is queued, commits it as one transaction, and tells each who asked. It never
waits to gather more: while it commits, the next group gathers by itself.
"""

import logging
import queue
import signal
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from .schema import InPlace, connected, index_path, told
from .sealing import Column, Sealer
from .sessions import Session

OnCommit = Callable[[BaseException | None], object]
Act = Callable[[sqlite3.Connection], object]
Renewed = Callable[[sqlite3.Connection], sqlite3.Connection]

GROUP = 20_000  # rows in one transaction, so that no callback waits for an endless one
BLOCK = 100  # rows in one statement

SHORT = '(run, node, attempt, status, start, "end", worker, value, mac)'
WHOLE = '(run, node, attempt, status, start, "end", worker, value, stdout, stderr, failure, displays, origin, mac)'

_log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Attempts to record, then something to do in the same transaction, then whom to tell."""

    serial: int
    run: str
    rows: Sequence[Sequence[Any]]
    act: Act | None
    on_commit: OnCommit | None


class Writer:
    """A daemon thread with a connection of its own."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer, session: Session, renewed: Renewed) -> None:
        self._connection = connection
        self._renewed = renewed
        self._sealer = sealer
        self._session = session
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="jupyter_flow store", daemon=True)
        self._root = session.root
        self._in_place = InPlace(session.root)
        _start_without_interrupts(self._thread)

    def put(self, job: Job) -> None:
        """Queue a job; its callback is called on the writer's thread, with the error or None."""
        self._queue.put(job)

    def end(self) -> None:
        """Write what is queued, and take nothing more."""
        self._queue.put(None)
        self._thread.join()

    def close(self) -> bool:
        """After the end: whether the database now holds all that was written, without its WAL."""
        try:
            busy, pages, moved = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error:  # a full disk: all of it is in the WAL, where the next one finds it
            return False
        finally:
            self._connection.close()
        return not busy and pages == moved

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._gather()
            if jobs:
                self._commit(jobs)
            del jobs  # values must not live until the next group comes

    def _gather(self) -> tuple[list[Job], bool]:
        jobs: list[Job] = []
        job = self._queue.get()
        rows = 0
        try:
            while job is not None:
                jobs.append(job)
                rows += len(job.rows)
                if rows > GROUP:
                    return jobs, True
                job = self._queue.get_nowait()
        except queue.Empty:
            return jobs, True
        return jobs, False

    def _commit(self, jobs: list[Job]) -> None:
        try:
            self._transaction(jobs)
        except Exception as error:
            if len(jobs) > 1:  # one at a time, so that a bad one spoils only itself
                for job in jobs:
                    self._commit([job])
            else:
                _tell(jobs[0], told(error, self._root))
            return
        for job in jobs:
            _tell(job, None)

    def _transaction(self, jobs: list[Job]) -> None:
        short: list[Column] = []
        whole: list[Column] = []
        for job in jobs:
            if job.rows:
                few, many = self._sealer.attempts(job.serial, job.run, job.rows)
                short += few
                whole += many
        if not self._in_place():
            self._renew()
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            insert(connection, short, whole)
            for job in jobs:
                if job.act is not None:
                    job.act(connection)
            self._session.count(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if not self._in_place():  # what was written into a file that is gone is nowhere
            raise self._in_place.corrupt()
        self._session.counted()

    def _renew(self) -> None:
        """Go on with a WAL of our own after another process has removed the one we had.

        It does so where it takes itself for the last that has the index open: whoever reads the file past SQLite in
        our process (a copy of the folder, say) has taken our locks from us. All that was committed is in the index
        then. Where it is not, nothing more is written here.
        """
        with closing(connected(index_path(self._root), "mode=ro&immutable=1")) as alone:
            if not self._session.complete(alone):
                raise self._in_place.corrupt()
        self._connection = self._renewed(self._connection)
        self._in_place = InPlace(self._root)


def insert(connection: sqlite3.Connection, short: list[Column], whole: list[Column]) -> None:
    """Put in attempts, as the sealer made columns of them, inside the caller's transaction."""
    _insert(connection, SHORT, 9, short)
    _insert(connection, WHOLE, 14, whole)


def _insert(connection: sqlite3.Connection, columns: str, width: int, values: list[Column]) -> None:
    one = "(" + "?, " * (width - 1) + "?)"
    for at in range(0, len(values), width * BLOCK):
        block = values[at : at + width * BLOCK]
        rows = len(block) // width
        connection.execute(f"INSERT INTO attempt {columns} VALUES {', '.join([one] * rows)}", block)


def _tell(job: Job, error: BaseException | None) -> None:
    if job.on_commit is None:
        return
    try:
        job.on_commit(error)
    except Exception:
        _log.exception("a callback of the store failed")


def _start_without_interrupts(thread: threading.Thread) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
