"""A Dask cluster: batches go to its scheduler, which finds workers for them, and word of each electron comes back."""

import logging
import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from ...executor.clusters import Cluster
from ...model.events import Failure
from ...model.printed import Seen
from ..base import Services, Work
from ..switchboard import Switchboard
from .balance import Balance
from .book import Book
from .cluster import Trouble
from .connection import Connection
from .deaths import Undertaker
from .desks import Desks
from .embedded import Embedded
from .fleet import Fleet
from .giving import Giver
from .handing import Hander
from .hearing import Hearing
from .ondemand import ending
from .seat import Hello
from .standing import SCHEDULER, Standing
from .stopping import Stopper
from .terms import terms_of

LOG = logging.getLogger("jupyter_flow")
REACH = "Does it run, and can this machine reach it? %executor NAME dask ADDRESS names another one"
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
        self._desks, self._fleet = Desks(services.store), Fleet()
        self._book = Book(services, id, self._address is None, self._desks, self._board.tell)
        self._stopper = Stopper(self._book, self._desks)
        self._book.unwanted = self._stopper.kill_if
        told = self._address is None and self._folder
        self._undertaker = Undertaker(self._book, self._desks, self._board.tell, told, ending(self._call, self._folder))
        self._balance = Balance(self._book, self._fleet)
        self._hearing = Hearing(self._book, self._desks, self._fleet, self._undertaker, self._balance, self._met)
        self._standing = Standing(self._name, self._fleet, self._book, target)
        self._embedded: Embedded | None = None
        self._connection: Connection | None = None
        self._giver = Giver(self, services.queue, self._book, self._standing)
        self._opening = False
        self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    @property
    def stops(self) -> bool:
        """Whether `stop` ends what runs: not where a worker runs several things at once, of which one is to end."""
        return self._fleet.single

    def want(self, workers: int | None) -> None:
        """(lock) Grow, if it is ours and need be."""
        if workers is not None and self._ours and workers > self._wanted:
            self._wanted = workers
            if self._embedded is not None:
                self._board.tell(self._scale)

    @property
    def workers(self) -> int:
        """How many electrons it can run at once, as far as is known."""
        return max(1, self._fleet.threads, self._wanted)

    @property
    def ceiling(self) -> int | None:
        """More than this never run at once, however much it is given; None: nobody can tell."""
        return self._wanted if self._address is None and self._call is None else None

    @property
    def present(self) -> int:
        """How many it can run now: a cluster of somebody else's may have none."""
        return max(self._fleet.threads, self._wanted) if self._address is None else self._fleet.threads

    @property
    def status(self) -> str:
        """What its electrons wait for, besides their turn."""
        return self._standing.status

    @property
    def remark(self) -> str:
        """What whoever looks at it should know."""
        return "; ".join(filter(None, (self._standing.remark, self._book.depot.remark)))

    @property
    def dashboard(self) -> str:
        """Where Dask's own page about the cluster is; empty where there is none."""
        connection = self._connection
        return connection.dashboard if connection is not None else ""

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return sum(handed.current is not None for handed in list(self._book.handed.values()))

    @property
    def given(self) -> int:
        """How many electrons the cluster has been given that have not begun, though nothing else has to end first."""
        turn = [handed for handed in list(self._book.handed.values()) if not (handed.withdrawn or handed.after)]
        return sum(len(handed.members) - (handed.current is not None) for handed in turn)

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
        self._book.notes.close()
        self._board.close()

    # its thread ---------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        return self._balance.pause or LOOK if self._book.handed or self._opening else None

    def _turn(self, _: Sequence[Any]) -> None:
        if self._closed:
            return
        if self._connection is not None and not self._connection.alive:
            self._gone()
        if self._connection is None:
            self._open()
        elif (trouble := self._embedded.trouble if self._embedded is not None else Trouble()).final:
            self._gone(f"{self._name} cannot be used: {trouble.text}")
        else:
            self._standing.trouble = trouble.text
            self._giver.share()
            self._balance.look()
        self._book.tidy()

    def _open(self) -> None:
        with self._queue.lock:
            waiting = self._queue.waiting(self)
        if waiting and not self._opening:
            self._opening = True
            self._standing.opening = f"{self._name} starts" if self._ours else f"connecting to {self._name}"
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
        return Connection(address, security, f"jupyter-flow-{session}", self._hear, self._address is None)

    def _connected(self, connection: Connection) -> None:
        self._opening, self._standing.opening = False, ""
        if self._closed:
            connection.close()
            return
        self._connection = self._stopper.connection = self._book.connection = connection
        self._hearing.connection = connection
        self._giver.hander = Hander(
            connection, self._services, self._address is None, lambda claim: terms_of(claim, self._fleet)
        )
        self._scale()

    def _unreachable(self, error: BaseException) -> None:
        """Nobody can run what waits."""
        self._opening, self._standing.opening = False, ""
        way = "" if self._ours else f". {REACH}"
        self._giver.refuse(_lost(f"{self._name} cannot be used: {_text(error)}{way}"))

    def _gone(self, useless: str = "") -> None:
        """The scheduler is no more: what ran there is lost, the rest waits for another one, unless that is useless."""
        self._book.read()
        connection, self._connection = self._connection, None
        embedded, self._embedded = self._embedded, None
        if embedded is not None:
            embedded.close()
            self._book.read()
        threading.Thread(target=connection.close, name="jupyter-flow-disconnect", daemon=True).start()  # type: ignore[union-attr]
        self._giver.hander, self._book.connection, self._hearing.connection = None, None, None
        self._fleet.clear()
        self._standing.trouble = ""
        failure = _lost(useless or f"{self._name} has gone while it ran")
        for handed in list(self._book.handed.values()):
            doubtful = bool(useless) or (embedded is None and not self._desks.exact)
            self._book.lost(handed, failure, doubtful)
        if useless:
            self._giver.refuse(failure)
        self._desks.close(keep=False)

    def _scale(self) -> None:
        """What is bound by a limit from now on is given in turn; it comes back before there are more workers."""
        if self._embedded is None or self._connection is None:
            return
        for handed in self._book.handed.values():
            if handed.claim.share.limit is not None and handed.current is None:
                self._connection.recall(handed.key)
        self._embedded.scale(self._wanted)

    @property
    def _name(self) -> str:
        if self._address is None:
            return "the session's own Dask cluster"
        return f"the cluster {self._address}" if self._call else f"{SCHEDULER}{self._address}"

    def _hear(self, what: str, message: dict[str, Any]) -> None:
        """(the client's thread)"""
        self._board.tell(partial(self._hearing.hear, what, message))

    def _met(self, worker: str, hello: Hello) -> None:
        self._store.add_worker(self.id, "dask", hello.pid, worker, hello.number, hello.host)


def _lost(text: str) -> Failure:
    return Failure("worker_lost", "WorkerLost", text, "")


def _security(executor: Any) -> Any:
    return executor.security or getattr(executor.scheduler_address, "security", None)


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
