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

from . import users
from .gate import Gate, transaction
from .latch import Latch
from .schema import InPlace, connected, index_path, told
from .sealing import Column, Sealer
from .sessions import Session

OnCommit = Callable[[BaseException | None], object]
Act = Callable[[sqlite3.Connection], object]
Opens = Callable[[], sqlite3.Connection]

GROUP = 20_000  # rows in one transaction, so that no callback waits for an endless one
BLOCK = 100  # rows in one statement

SHORT = '(run, node, attempt, status, start, "end", worker, value, mac)'
WHOLE = '(run, node, attempt, status, start, "end", worker, value, stdout, stderr, failure, displays, origin, mac)'

LOG = logging.getLogger("jupyter_flow")


class Job(NamedTuple):
    """Attempts to record, then something to do in the same transaction, then whom to tell."""

    serial: int
    run: str
    rows: Sequence[Sequence[Any]]
    act: Act | None
    on_commit: OnCommit | None


class Writer:
    """A daemon thread with a connection of its own."""

    turn = 0

    def __init__(self, opens: Opens, sealer: Sealer, session: Session) -> None:
        self._opens = opens
        self._connection = opens()
        self.using = threading.Lock()
        self._sealer = sealer
        self._session = session
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="jupyter_flow store", daemon=True)
        self.root = session.root
        self._in_place = InPlace(session.root)
        self._gate = Gate(session.root)
        self._lost = False  # groups that it had committed are gone
        users.known(self)
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
        users.left(self)
        with self.using, self._gate:
            whole = self._close()
        self._gate.close()
        return whole

    def _close(self) -> bool:
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
        except Exception as error:  # SQLite's, or that of what a job does: its owner is told
            if len(jobs) > 1:  # one at a time, so that a bad one spoils only itself
                for job in jobs:
                    self._commit([job])
            else:
                _tell(jobs[0], told(error, self.root))
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
        self._hold()
        try:
            with self._gate:
                self._write(jobs, short, whole)
        finally:
            self.using.release()

    def _hold(self) -> None:
        """Hold `using`, with a WAL that is in its place. Raises StoreCorruption."""
        self.using.acquire()
        try:
            if self._lost:
                raise self._in_place.corrupt()
            while not self._in_place():
                self.using.release()
                try:
                    self._renew()
                finally:
                    self.using.acquire()
        except BaseException:
            self.using.release()
            raise

    def _write(self, jobs: list[Job], short: list[Column], whole: list[Column]) -> None:
        connection = self._connection
        with transaction(connection):
            insert(connection, short, whole)
            for job in jobs:
                if job.act is not None:
                    job.act(connection)
            self._session.count(connection)
        if not self._in_place():  # what was written into a file that is gone is nowhere
            raise self._in_place.corrupt()
        self._session.counted()

    def _renew(self) -> None:
        """Go on with a WAL of our own after another process has removed the one we had.

        It does so where it takes itself for the last that has the index open: whoever reads the file past SQLite in
        our process (a copy of the folder, say) has taken our locks from us. All that was committed is in the index
        then. Where it is not, nothing more is written here.
        """
        with closing(connected(index_path(self.root), "mode=ro&immutable=1")) as alone:
            if not self._session.complete(alone):
                raise self._in_place.corrupt()
        users.renew(self.root)

    def forked(self) -> None:
        """In a forked child: hold nobody up."""
        self._gate.close()

    def let_go(self) -> None:
        """(using) Close the connection."""
        self._connection.close()

    def take_up(self) -> None:
        """(using) Open another one."""
        self._connection = self._opens()
        self._in_place = InPlace(self.root)
        self._lost = not self._session.complete(self._connection)


def wait_for(put: Callable[[Job], object], act: Act) -> None:
    """Have something done in a transaction of its own, and wait for it. Raises what it raises."""
    done = Latch()
    problems: list[BaseException] = []

    def on_commit(problem: BaseException | None) -> None:
        if problem is not None:
            problems.append(problem)
        done.set()

    put(Job(0, "", (), act, on_commit))
    done.wait()
    if problems:
        raise problems[0]


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
    except Exception:  # its owner's mistake must not stop the writing
        LOG.exception("a callback of the store failed")


def _start_without_interrupts(thread: threading.Thread) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        thread.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
