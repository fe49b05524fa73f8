"""Worker processes: one pipe and one journal each, and one thread of the kernel that serves them all.

A worker's death hits the electron it ran and no other: what it had finished stands in its journal, what it
had not started goes elsewhere. Pools do worse: one dead worker fails everything in them, and a worker
killed while it writes hangs whoever reads.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ..model.errors import StoreError
from ..model.events import FAILED, Failure, Record
from ..model.printed import Seen
from ..worker.entries import Started
from ..worker.failures import failure_of
from ..worker.memory import machine
from ..worker.messages import Recall
from ..worker.payload import Payload
from .base import Claim, Services, Work
from .foresight import Foresight, long
from .guardian import guardian
from .memorywatch import MemoryWatch
from .patience import Patience
from .reports import Reports
from .starter import Starter
from .stopper import Stopper
from .switchboard import Switchboard
from .workerprocess import WorkerProcess

LOG = logging.getLogger("jupyter_flow")
SWEEP = 0.002  # seconds between two looks at the journals while short electrons run
SLOW_SWEEP = 0.02
GRACE = 3.0  # seconds in which a kernel that is being shut down, whose workers went first, is gone


class ProcessResource:
    """The processes that all local executors share."""

    kind = "local"
    stops = True

    def __init__(self, id: str, services: Services) -> None:
        self.id = id
        self.workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._queue, self._store = services.queue, services.store
        self._payload = Payload(services.store.blobs)
        self._folder = services.folder
        self._board = Switchboard(f"jupyter-flow-{id}", self._turn, self._timeout)
        self._foresight = Foresight()
        self._reports = Reports(services.queue, self._foresight)
        self._starter = Starter(id, services, self._board.tell, self._adopt, self._unproved)
        self._stopper = Stopper(self._reports)
        self._watch = MemoryWatch(
            lambda: list(self._live), lambda excess: self._board.tell(partial(self._stopper.exceeded, excess))
        )
        self._memory = machine()
        self._live: list[WorkerProcess] = []
        self._patience = Patience()
        self._pause = SWEEP
        self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    @property
    def batch(self) -> int:
        """(lock) How many electrons a worker gets at once, at most."""
        return self._foresight.batch

    def want(self, workers: int | None) -> None:
        """(lock) Grow, if need be."""
        if workers is not None:
            self.workers = max(self.workers, workers)

    @property
    def status(self) -> str:
        """What its electrons wait for, besides their turn."""
        return "workers start" if self._starter.pending and not self._live else ""

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return sum(worker.current is not None for worker in list(self._live))

    def pids(self) -> list[int]:
        """The live worker processes."""
        return sorted(worker.pid for worker in list(self._live))

    def kick(self) -> None:
        """(lock) There is work."""
        self._board.ring()

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Kill the workers that run these, and take back what was not started."""
        self._board.tell(lambda: self._stopper.stop(self._live, work, attempts))

    def witness(self, work: Work, node: int) -> Seen:
        """The worker that runs a node, and what has been printed and displayed there."""
        for worker in list(self._live):
            started = worker.current
            if started is not None and (started.run, started.node) == (work.number, node):
                return worker.seen(started)
        return Seen()

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._board.tell(lambda: self._forget(work))

    def close(self) -> None:
        """Kill every worker."""
        self._closed = True
        self._board.stop()
        workers, self._live = self._live, []
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.end()
        self._board.close()  # and those that have just been started
        guardian.close()
        with contextlib.suppress(StoreError):
            self._store.then(self._leave_folder)

    def _leave_folder(self) -> None:
        with contextlib.suppress(OSError):  # journals of what still ran: whoever asks for that reads them
            Path(self._folder).rmdir()

    # its thread ---------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        wake = self._patience.wake()
        if any(worker.batches for worker in self._live):
            return self._pause if wake is None else min(self._pause, wake)
        return wake

    def _turn(self, woken: Iterable[Any]) -> None:
        dead = []
        for data in woken:
            if isinstance(data, WorkerProcess):
                data.hush()
                data.flush()
            else:
                dead.append(data[0])
        news = sum([self._reports.read(worker) for worker in list(self._live) if worker.batches])
        if news:
            self._patience.renew()
        for worker in dead:
            self._bury(worker)
        self._share()
        for worker in self._live:
            self._board.watch_room(worker.channel.fileno(), worker.clogged)
        self._pause = SWEEP if news else min(SLOW_SWEEP, self._pause * 1.5)

    # giving out ---------------------------------------------------------------------------------

    def _share(self) -> None:
        """Batches to those who have none, then ahead to those whose batch is short; new workers where there is more."""
        for depth in (0, 1):
            for worker in self._live:
                if len(worker.batches) == depth and not worker.killed and self._open(worker):
                    self._give(worker)
        with self._queue.lock:
            waiting = self._queue.waiting(self)
        idle = self._room and any(not worker.batches for worker in self._live)
        room = self.workers - len(self._live) - self._starter.pending
        if waiting and not idle:
            for _ in range(self._patience.room(min(waiting, room), self._starter.pending)):
                self._starter.begin()
        elif idle or room > 0:
            self._recall()

    def _open(self, worker: WorkerProcess) -> bool:
        """Whether a worker is to have more now."""
        return self._foresight.brief(worker) if worker.batches else self._room

    @property
    def _room(self) -> bool:
        """Whether one more may work: beside one that is about to leave there may be its successor already."""
        return sum(bool(worker.batches) for worker in self._live) < self.workers

    def _give(self, worker: WorkerProcess) -> None:
        with self._queue.lock:
            claim = self._queue.claim(self, self.workers - self._taken(worker), self._memory - self._promised(worker))
        if claim is None:
            return
        if claim.memory:
            self._watch.wake()
        try:
            worker.assign(claim)
        except Exception as error:  # nobody could be sent these: the folder of the notebook is gone, say
            self._fail(claim, failure_of(error, "input"))
        else:
            if worker.leaves and not worker.succeeded:  # by the time it has, the next one is there
                worker.succeeded = True
                self._starter.begin()

    def _taken(self, besides: WorkerProcess) -> int:
        """The workers that the claims of others hold."""
        others = [worker for worker in self._live if worker is not besides and worker.batches]
        return sum(max(batch.claim.cores for batch in worker.batches.values()) for worker in others)

    def _promised(self, besides: WorkerProcess) -> int:
        """The bytes that the electrons which others hold may use."""
        return sum(worker.memory for worker in self._live if worker is not besides)

    def _recall(self) -> None:
        """Nobody is to wait behind a long electron while a worker has nothing to do, or could be started."""
        for worker in self._live:
            behind = worker.unstarted
            if behind > 0 and long(worker) and not worker.recalled:
                worker.recalled = True
                worker.send(Recall(behind))

    # starting and ending --------------------------------------------------------------------------

    def _adopt(self, worker: WorkerProcess) -> None:
        if self._closed:
            worker.kill()
            worker.end()
            return
        self._live.append(worker)
        self._board.watch(worker.channel.fileno(), worker)
        self._board.watch(worker.process.sentinel, (worker,))

    def _unproved(self, reason: str) -> None:
        """A worker could not be started, or died before it had done anything."""
        self._patience.failed()
        if self._patience.gone and not self._live:
            self._patience.renew()
            failure = Failure("worker_lost", "WorkerLost", f"no worker process could be started ({reason})", "")
            self._fail_all(failure)

    def _fail_all(self, failure: Failure) -> None:
        while True:
            with self._queue.lock:
                claim = self._queue.claim(self, self.workers)
            if claim is None:
                return
            self._fail(claim, failure)

    def _fail(self, claim: Claim, failure: Failure) -> None:
        now = time.time_ns()
        lost = [Record(node, attempt, FAILED, 0, now, 0, failure=failure) for node, attempt, *_ in claim.members]
        claim.work.finished(lost)
        with self._queue.lock:
            self._queue.release(claim)

    def _bury(self, worker: WorkerProcess) -> None:
        """A worker is dead: what it finished stands, what it ran is lost, the rest goes elsewhere."""
        if worker not in self._live:
            return
        self._live.remove(worker)
        self._board.unwatch(worker.channel.fileno())
        self._board.unwatch(worker.process.sentinel)
        guardian.forget(worker.pid)
        self._succeed(worker)
        worker.make_sure()
        try:
            self._reports.read(worker)
        finally:
            if worker.dismissed:
                later = threading.Timer(GRACE, lambda: self._board.tell(lambda: self._let_go(worker)))
                later.daemon = True
                later.start()
            else:
                self._let_go(worker)

    def _succeed(self, worker: WorkerProcess) -> None:
        """Another one is started before it is needed; not if this one never worked, or the kernel is going as well."""
        wanted = len(self._live) + self._starter.pending < self.workers
        if wanted and worker.proved and not worker.succeeded and not worker.dismissed:
            worker.succeeded = True
            self._starter.begin()

    def _let_go(self, worker: WorkerProcess) -> None:
        reason = "" if worker.proved or worker.killed else f"it {worker.cause()}"
        for batch in list(worker.batches.values()):
            for started in worker.begun(batch):
                batch.members.pop(started.node)
                batch.claim.work.finished([self._loss(worker, started)])
        for number in list(worker.batches):
            self._reports.through(worker, number)
        worker.close()
        if reason:  # after what it held is free: that waits like all else
            self._unproved(reason)

    def _loss(self, worker: WorkerProcess, started: Started) -> Record:
        record = worker.loss(started)
        return record._replace(displays=self._payload.document(worker.seen(started).displays))

    def _forget(self, work: Work) -> None:
        for worker in self._live:
            worker.forget(work)
