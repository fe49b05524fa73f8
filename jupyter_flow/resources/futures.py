"""A pool of somebody else's as a resource: one electron for each future, so that what is lost is known exactly.

One thread hands over and takes in. An order begins with a claim, a file in the store: where the pool's workers see it,
what has begun and what was printed is known while it runs, and what nobody has begun can be taken back. Where they do
not, values travel with the orders, and an electron counts as begun when it is handed over.
"""

import logging
import os
import pickle
import signal
import sys
import time
from concurrent.futures import BrokenExecutor, CancelledError, Future
from functools import partial
from typing import Any

from ..executor.futures import Pool
from ..model.events import FAILED, Failure, Record
from ..model.printed import Seen
from ..worker.carried import unpacked
from ..worker.failures import failure_of, unstored
from ..worker.orders import Answer
from ..worker.payload import Payload
from ..worker.pooled import claimed
from .base import Claim, Services, Work
from .flights import Flight, Flights
from .pool import LivePool, PoolError, home_of
from .switchboard import Switchboard

LOG = logging.getLogger("jupyter_flow")
SWEEP = 0.002  # seconds between two looks for what has begun
SLOW_SWEEP = 0.05
WATCH = 1.0  # seconds between two looks for processes that have died
TWICE = "the pool began it a second time, as some do when a worker has died; it runs once"


class FuturesResource:
    """One pool, shared by all executors over it."""

    kind = "futures"
    stops = False
    batch = 1

    def __init__(self, id: str, services: Services, pool: Pool) -> None:
        self.id = id
        self._queue, self._store = services.queue, services.store
        self._payload = Payload(services.store.blobs)
        self.home = home_of(services, pool)
        self.pool = LivePool(pool, f"{services.store.session_id}-{pool.token}")
        self._flights = Flights(self.home, services)
        self._board = Switchboard(f"jupyter-flow-{id}", self._turn, self._timeout)
        self._wanted = 0
        self._pause = SWEEP
        self._due = 0.0  # when to look next for processes that have died
        self._shielded = self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    def want(self, workers: int | None) -> None:
        """(lock) So many are asked for; a pool has as many as it has."""
        self._wanted = max(self._wanted, workers or 0)

    @property
    def workers(self) -> int:
        """How many workers the pool says it has; else how many were asked for, or one per core."""
        return self.pool.size or self._wanted or os.cpu_count() or 1

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return self._flights.running

    def pids(self) -> list[int]:
        """The processes of this machine that have run electrons of late."""
        return self._flights.pids()

    @property
    def remark(self) -> str:
        """What whoever looks at it should know."""
        return self.pool.limits(self.given_up, self.workers)

    @property
    def given_up(self) -> int:
        """How many workers run what was cancelled or timed out."""
        return self._flights.lost_to(self.pool.turn)

    def kick(self) -> None:
        """(lock) There is work."""
        self._board.ring()

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Take back what was not begun, give up on the rest: it cannot be stopped, and its value is dropped."""
        self._board.tell(lambda: self._stop(work, attempts))

    def witness(self, work: Work, node: int) -> Seen:
        """Where a node runs, and what it has printed and displayed so far, as far as that can be seen."""
        return self._flights.witness(work, node)

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._board.tell(lambda: self._flights.forget(work))

    def close(self) -> None:
        """Let go of the pool, or end it if it was made here."""
        self._closed = True
        self._board.stop()
        self.pool.close()
        self._board.close()
        self._flights.close()

    # its thread ---------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        return self._pause if self._flights.unbegun else WATCH if self._flights.watched else None

    def _turn(self, _: Any) -> None:
        if self._closed:
            return
        self._shield()
        news = self._look()
        self._pause = SWEEP if news else min(SLOW_SWEEP, self._pause * 1.5)
        if (now := time.monotonic()) > self._due:
            self._due = now + WATCH
            self._bury()
        self._share()

    def _shield(self) -> None:
        """Interrupts reach neither this thread nor the threads and processes that a pool starts when it is used."""
        if not self._shielded and sys.platform != "win32":
            self._shielded = True
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def _look(self) -> bool:
        """What has begun since the last look."""
        begun = self._flights.look()
        for flight in begun:
            assert flight.begun is not None
            self._flights.meet(self.id, flight.begun.worker)
            with self._queue.lock:
                flight.work.started(*flight.attempt, flight.start)
        return bool(begun)

    def _bury(self) -> None:
        """Not every pool says that a worker is dead."""
        for flight in self._flights.orphans():
            flight.future = None
            self._flights.remove(flight)
            self._lost(flight, ProcessLookupError("its process is dead, and the pool has not said so"))
            self._release(flight)

    def _share(self) -> None:
        while self._ready() and (claim := self._claim()) is not None:
            self._pause = SWEEP
            self._begin(self._flights.new(claim))

    def _claim(self) -> Claim | None:
        turn = self.pool.turn
        free = self.workers - self._flights.held(turn)
        if free <= 0 and self.pool.owned and self._flights.lost_to(turn) >= self.workers:
            self._renew(turn)  # none of its workers will ever be free again
            return None
        with self._queue.lock:
            return self._queue.claim(self, free) if free > 0 else None

    def _begin(self, flight: Flight) -> None:
        try:
            self._hand(flight)
        except PoolError as error:
            self._fail(flight, Failure("worker_lost", "WorkerLost", str(error), ""))
        except Exception as error:  # nobody could be sent this: a value that it needs is damaged, say
            self._fail(flight, failure_of(error, "input"))

    def _ready(self) -> bool:
        """Whether the pool was greeted; where there is work, and it was not, that comes first."""
        if self.pool.shares is not None or self.pool.greeting:
            return not self.pool.greeting
        with self._queue.lock:
            waiting = self._queue.waiting(self)
        if waiting:
            try:
                self._flights.prepare()
                self.pool.greet(self.home, lambda future: self._board.tell(partial(self._greeted, future)))
            except (PoolError, OSError) as error:
                self._fail_all(str(error))
        return False

    def _greeted(self, future: "Future[Any]") -> None:
        if self._closed:
            return
        try:
            self._flights.meet(self.id, self.pool.greeted(future))
        except PoolError as error:
            self._fail_all(str(error))

    def _fail_all(self, why: str) -> None:
        while True:
            with self._queue.lock:
                claim = self._queue.claim(self, self.workers)
            if claim is None:
                return
            self._fail(self._flights.new(claim), Failure("worker_lost", "WorkerLost", why, ""))

    def _fail(self, flight: Flight, failure: Failure) -> None:
        node, attempt = flight.attempt
        flight.work.finished([Record(node, attempt, FAILED, 0, time.time_ns(), 0, failure=failure)])
        self._release(flight)

    def _release(self, flight: Flight) -> None:
        if not flight.released:
            flight.released = True
            with self._queue.lock:
                self._queue.release(flight.claim)

    def _hand(self, flight: Flight) -> None:
        """Hand an electron over. Raises PoolError, and what reading its inputs raises."""
        flight.shared = bool(self.pool.shares)
        order = pickle.dumps(self._flights.order(flight), 5)
        now = self._flights.note(flight)
        flight.future, flight.pool = self.pool.run(order), self.pool.turn
        self._flights.add(flight)
        if not flight.shared:
            flight.start = flight.start or now
            with self._queue.lock:
                flight.work.started(*flight.attempt, flight.start)
        flight.future.add_done_callback(lambda done: self._board.tell(partial(self._landed, flight, done)))

    # how it ends --------------------------------------------------------------------------------

    def _landed(self, flight: Flight, future: "Future[Any]") -> None:
        flight.future = None  # it knows us: what it holds elsewhere is to go with it
        if self._closed or not self._flights.remove(flight):
            return
        try:
            goes_on = self._goes_on(flight, future)
        except Exception as error:  # nobody is to wait for ever
            LOG.exception("what came of an electron in a pool could not be taken in")
            self._fail(flight, failure_of(error, "store"))
        else:
            if not goes_on:
                self._release(flight)

    def _goes_on(self, flight: Flight, future: "Future[Any]") -> bool:
        """Take in what came of it; whether it was handed over once more, to a worker that lacked something."""
        try:
            answer: Answer = pickle.loads(future.result(0))
        except (Exception, CancelledError) as error:
            self._lost(flight, error)
            return False
        self._flights.meet(self.id, answer.worker)
        if answer.record is not None:
            self._flights.taught(flight, answer.worker)
            self._finished(flight, answer, answer.record)
        elif answer.lacks and not flight.full and not flight.given_up:
            flight.full = True
            self.pool.shares = bool(self.pool.shares) and answer.shares
            self._begin(flight)
            return True
        else:
            self._lost(flight, RuntimeError(TWICE))
        return False

    def _finished(self, flight: Flight, answer: Answer, record: Record) -> None:
        try:
            unpacked(self._payload.blobs, answer.carried.values())
        except OSError as error:
            node, attempt = flight.attempt
            record = Record(node, attempt, FAILED, record.start, record.end, record.worker, failure=unstored(error))
        self._flights.log(flight, record)
        flight.work.finished([record])

    def _lost(self, flight: Flight, error: BaseException) -> None:
        """No answer: what had begun is lost, what had not goes elsewhere."""
        if isinstance(error, BrokenExecutor):
            self._renew(flight.pool)
        if flight.given_up:
            return
        self._look()
        if self._flights.began(flight, isinstance(error, CancelledError)):
            record = self._flights.loss(flight, self.pool.lost(error, flight.begun))
            self._flights.log(flight, record)
            flight.work.finished([record])
        else:
            with self._queue.lock:
                flight.work.returned([flight.attempt])

    def _renew(self, turn: int) -> None:
        self.pool.broken(turn)
        if turn != self.pool.turn:
            self._flights.unmeet()

    def _stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        for flight in self._flights.of(work, attempts):
            flight.given_up = True
            shared, future = flight.shared, flight.future
            if claimed(self.home.folder, flight.number, None) if shared else future is not None and future.cancel():
                self._flights.take_back(flight)  # it will not begin, as far as the pool can tell
            self._release(flight)
        self._share()
