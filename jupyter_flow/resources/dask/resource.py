"""A Dask cluster: batches go to its scheduler, which finds workers for them, and word of each electron comes back."""

import logging
import os
import pickle
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ...executor.clusters import Cluster
from ...model.events import Failure, Record
from ...model.printed import Seen
from ..base import Services, Work
from ..switchboard import Switchboard
from .book import Book, Ended
from .connection import Connection
from .deaths import Undertaker
from .desks import Desks
from .embedded import Embedded
from .giving import Giver
from .handing import Hander
from .post import BEGUN, ENDED, PRINTED, THROUGH
from .stopping import Stopper

LOG = logging.getLogger("jupyter_flow")
LOOK = 0.25  # seconds between two looks at the connection


class DaskResource:
    """One scheduler, or the session's own cluster, that all executors which name it share."""

    kind = "dask"

    def __init__(self, id: str, services: Services, executor: Any) -> None:
        self.id = id
        self._services, self._queue, self._store = services, services.queue, services.store
        self._address, self._security = executor.address(), _security(executor)
        self._folder = os.path.join(services.folder, id)  # of the workers of a cluster of our own
        target = executor.scheduler_address
        self._call = target.call() if isinstance(target, Cluster) else None
        self._ours = self._address is None or self._call is not None  # to start, and to end
        self._wanted = _cores() if self._address is None else 1
        self._board = Switchboard(f"jupyter-flow-{id}", self._turn, self._timeout)
        self._desks = Desks(services.store)
        self._book = Book(services, id, self._address is None, self._desks, self._board.tell)
        self._stopper = Stopper(self._book, self._desks)
        self._book.unwanted = self._stopper.kill_if
        self._undertaker = Undertaker(self._book, self._desks, self._board.tell, self._address is None and self._folder)
        self._embedded: Embedded | None = None
        self._connection: Connection | None = None
        self._giver = Giver(self, services.queue, self._book)
        self._opening = False
        self._threads: dict[str, int] = {}  # by worker
        self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    @property
    def stops(self) -> bool:
        """Whether `stop` ends what runs: not where a worker runs several things at once, of which one is to end."""
        return all(threads == 1 for threads in list(self._threads.values()))

    def want(self, workers: int | None) -> None:
        """(lock) Grow, if it is ours and need be."""
        if workers is not None and self._ours and workers > self._wanted:
            self._wanted = workers
            if self._embedded is not None:
                self._board.tell(self._scale)

    @property
    def workers(self) -> int:
        """How many electrons it can run at once, as far as is known."""
        return max(1, sum(list(self._threads.values())), self._wanted)

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return sum(handed.current is not None for handed in list(self._book.handed.values()))

    @property
    def remark(self) -> str:
        """What takes it a while."""
        return self._book.depot.remark

    def pids(self) -> list[int]:
        """The processes of this machine that have run something."""
        return self._desks.pids

    def kick(self) -> None:
        """(lock) There is work."""
        self._board.ring()

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Take back what was not begun, and kill the workers that run these."""
        self._board.tell(lambda: self._stopper.stop(work, attempts))

    def witness(self, work: Work, node: int) -> Seen:
        """Where a node runs, and what it is known to have printed."""
        for handed in self._book.of(work):
            if handed.current is not None and handed.current[0] == node:
                return self._book.seen(handed)
        return Seen()

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._board.tell(lambda: self._giver.forget(work))

    def close(self) -> None:
        """Let go of the scheduler; end the cluster if it is ours."""
        self._closed = True
        self._board.stop()
        unfinished = bool(self._book.handed)
        if self._connection is not None:
            self._connection.close()
        if self._embedded is not None:
            self._embedded.close()
        self._desks.close(keep=unfinished)
        self._book.close()
        self._board.close()

    # its thread ---------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        return LOOK if self._book.handed or self._opening else None

    def _turn(self, _: Sequence[Any]) -> None:
        if self._closed:
            return
        if self._connection is None:
            self._open()
        elif not self._connection.alive:
            self._gone()
        else:
            self._giver.share()
        self._book.tidy()

    def _open(self) -> None:
        with self._queue.lock:
            waiting = self._queue.waiting(self)
        if waiting and not self._opening:
            self._opening = True
            threading.Thread(target=self._connect, name=f"jupyter-flow-connect-{self.id}", daemon=True).start()

    def _connect(self) -> None:
        try:
            connection = self._made()
        except BaseException as error:
            self._board.tell(partial(self._unreachable, error))
        else:
            self._board.tell(partial(self._connected, connection))

    def _made(self) -> Connection:
        session = self._store.session_id
        address, security = self._address, self._security
        if self._ours:
            self._embedded = Embedded(f"{session}-{self.id}", self._folder, self._wanted, self._call)
            address, security = self._embedded.told.address, self._embedded.told.security
        return Connection(address, security, f"jupyter-flow-{session}", self._hear)

    def _connected(self, connection: Connection) -> None:
        self._opening = False
        if self._closed:
            connection.close()
            return
        self._connection = self._stopper.connection = self._book.connection = connection
        self._giver.hander = Hander(connection, self._services, self._address is None)
        self._scale()

    def _unreachable(self, error: BaseException) -> None:
        """Nobody can run what waits."""
        self._opening = False
        failure = Failure("worker_lost", "WorkerLost", f"{self._name} cannot be used: {_text(error)}", "")
        self._giver.refuse(failure)

    def _gone(self) -> None:
        """The scheduler is no more: what ran there is lost, the rest waits for another one."""
        self._book.read()
        connection, self._connection = self._connection, None
        embedded, self._embedded = self._embedded, None
        if embedded is not None:
            embedded.close()
            self._book.read()
        threading.Thread(target=connection.close, name="jupyter-flow-disconnect", daemon=True).start()  # type: ignore[union-attr]
        self._giver.hander, self._book.connection, self._threads = None, None, {}
        failure = Failure("worker_lost", "WorkerLost", f"{self._name} has gone while it ran", "")
        for handed in list(self._book.handed.values()):
            self._book.lost(handed, failure, doubtful=embedded is None and not self._desks.exact)
        self._desks.close(keep=False)

    def _scale(self) -> None:
        if self._embedded is not None and self._connection is not None:
            self._embedded.scale(self._wanted)

    @property
    def _name(self) -> str:
        return "the session's own Dask cluster" if self._address is None else f"the Dask scheduler {self._address}"

    # what is heard ------------------------------------------------------------------------------

    def _hear(self, what: str, message: dict[str, Any]) -> None:
        """(the client's thread)"""
        self._board.tell(partial(getattr(self, f"_heard_{what}"), **message))

    def _heard_hello(self, worker: str, hello: bytes) -> None:
        known = pickle.loads(hello)
        self._store.add_worker(self.id, "dask", known.pid, worker, known.number, known.host)
        self._desks.met(worker, known)

    def _heard_workers(self, workers: dict[str, int]) -> None:
        gone = self._threads.keys() - workers.keys()
        self._threads = workers
        if gone:
            self._book.read()
            self._desks.left(gone.__contains__)

    def _heard_news(self, worker: str, news: bytes) -> None:
        ended: Ended = {}
        tell: dict[int, Callable[..., None]] = {BEGUN: self._book.begun, PRINTED: self._book.printed}
        for kind, key, *item in pickle.loads(news):
            if kind == ENDED:
                self._book.ended(Record(*item[0]), self._book.handed.get(key), ended)
                continue
            self._book.tell(ended)
            if kind == THROUGH:
                self._book.through(key)
            else:
                tell[kind](key, *item)
        self._book.tell(ended)

    def _heard_get(self, number: int, digest: bytes, at: int, size: int) -> None:
        if self._connection is not None:
            try:
                self._connection.have(number, self._book.depot.give(digest, at, size))
            except OSError as error:
                self._connection.have(number, b"", _text(error))

    def _heard_lost(self, key: str, why: str, begun: bool) -> None:
        """A batch will not come to its end: its worker has gone, or could not run it."""
        self._book.read()
        handed = self._book.handed.get(key)
        if handed is None:
            return
        if why:
            failure = Failure("worker_lost", "WorkerLost", f"the cluster could not run it: {why}", "")
            self._book.lost(handed, failure, doubtful=True)
        else:
            self._undertaker.bury(handed, begun)


def _security(executor: Any) -> Any:
    return executor.security or getattr(executor.scheduler_address, "security", None)


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
