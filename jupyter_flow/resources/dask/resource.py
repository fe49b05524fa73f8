"""A Dask cluster: batches go to its scheduler, which finds workers for them, and word of each electron comes back."""

import logging
import os
import pickle
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from ...model.events import FAILED, Failure, Record
from ...model.printed import Seen
from ...model.vault import VAULT
from ...store.records import new_worker
from ...worker.failures import failure_of
from ...worker.payload import Payload
from ...worker.runner import append
from ..base import Claim, Services, Work
from ..switchboard import Switchboard
from .connection import Connection, Embedded
from .envelope import BEGUN, ENDED, HELLO, PRINTED, THROUGH, Hello
from .handing import Handed, Hander

LOG = logging.getLogger("jupyter_flow")
DEPTH = 4  # batches for each thread of the cluster, until it is seen that they take long
PATIENCE = 0.5  # seconds without an end, after which the cluster is to see how much more there is
LOOK = 0.5  # seconds between two looks at the connection


class DaskResource:
    """One scheduler, or the session's own cluster, that all executors which name it share."""

    kind = "dask"
    stops = True

    def __init__(self, id: str, services: Services, executor: Any) -> None:
        self.id = id
        self._services, self._queue, self._store = services, services.queue, services.store
        self._payload = Payload(services.store.blobs)
        self._address, self._security = executor.address(), _security(executor)
        self._wanted = _cores() if self._address is None else 1
        self._board = Switchboard(f"jupyter-flow-{id}", self._turn, self._timeout)
        self._embedded: Embedded | None = None
        self._connection: Connection | None = None
        self._hander: Hander | None = None
        self._opening = False
        self._threads: dict[str, int] = {}  # by worker
        self._desks: dict[str, tuple[int, Hello]] = {}  # by worker: the store's number for it, who it is
        self._handed: dict[str, Handed] = {}
        self._most = 0  # batches at once
        self._progress = 0.0
        self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    def want(self, workers: int | None) -> None:
        """(lock) Grow, if it is ours and need be."""
        if workers is not None and self._address is None and workers > self._wanted:
            self._wanted = workers
            self._board.tell(self._scale)

    @property
    def workers(self) -> int:
        """How many electrons it can run at once, as far as is known."""
        return max(1, sum(self._threads.values()), self._wanted if self._address is None else 1)

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return sum(handed.current is not None for handed in list(self._handed.values()))

    def pids(self) -> list[int]:
        """The processes of the workers that have run something."""
        return sorted(hello.pid for _, hello in list(self._desks.values()))

    def kick(self) -> None:
        """(lock) There is work."""
        self._board.ring()

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Take back what was not started, and kill the workers that run these."""
        self._board.tell(lambda: self._stop(work, attempts))

    def witness(self, work: Work, node: int) -> Seen:
        """The worker that runs a node, and what that is known to have printed."""
        for handed in list(self._handed.values()):
            current = handed.current
            if handed.claim.work is work and current is not None and current[0] == node:
                return self._seen(handed)
        return Seen()

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._board.tell(lambda: self._hander.forget(work) if self._hander else None)

    def close(self) -> None:
        """Let go of the scheduler; end the cluster if it is ours."""
        self._closed = True
        self._board.stop()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if self._embedded is not None:
            self._embedded.close()
        self._board.close()

    # its thread ---------------------------------------------------------------------------------

    def _timeout(self) -> float | None:
        return LOOK if self._handed or self._opening else None

    def _turn(self, _: Sequence[Any]) -> None:
        if self._closed:
            return
        if self._connection is None:
            self._open()
        else:
            self._share()

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
        if address is None:
            folder = os.path.join(self._services.folder, self.id)
            os.makedirs(folder, mode=0o700, exist_ok=True)
            self._embedded = Embedded(f"{session}-{self.id}", folder, self._wanted)
            address, security = self._embedded.told.address, self._embedded.told.security
        return Connection(address, security, f"jupyter-flow-{session}", self._hear)

    def _connected(self, connection: Connection) -> None:
        self._opening = False
        self._connection = connection
        self._hander = Hander(connection, self._services, self._embedded is not None)
        self._scale()

    def _unreachable(self, error: BaseException) -> None:
        """Nobody can run what waits."""
        self._opening = False
        where = "the session's own Dask cluster" if self._address is None else f"the Dask scheduler {self._address}"
        text = f"{where} cannot be used: {type(error).__name__}: {error}"
        failure = Failure("worker_lost", "WorkerLost", text, "")
        while (claim := self._claim()) is not None:
            self._fail(claim, failure)

    def _scale(self) -> None:
        if self._embedded is not None and self._connection is not None:
            self._embedded.scale(self._wanted)

    # giving out ---------------------------------------------------------------------------------

    def _share(self) -> None:
        assert self._hander is not None
        now = time.monotonic()
        least = DEPTH * self.workers
        if len(self._handed) >= self._most and now - self._progress > PATIENCE:
            self._most *= 2
            self._progress = now
        self._most = max(self._most, least)
        claims: list[Claim] = []
        while len(self._handed) + len(claims) < self._most and (claim := self._claim()) is not None:
            claims.append(claim)
        if claims:
            self._hand(claims)

    def _claim(self) -> Claim | None:
        with self._queue.lock:
            return self._queue.claim(self, self.workers)

    def _hand(self, claims: list[Claim]) -> None:
        assert self._hander is not None
        if not self._handed:
            self._progress = time.monotonic()
        try:
            handed = self._hander.hand(claims)
        except Exception as error:
            for claim in claims:
                self._fail(claim, failure_of(error, "input"))
        else:
            self._handed.update((h.key, h) for h in handed)

    def _fail(self, claim: Claim, failure: Failure) -> None:
        now = time.time_ns()
        claim.work.finished([Record(node, a, FAILED, 0, now, 0, failure=failure) for node, a, *_ in claim.members])
        with self._queue.lock:
            self._queue.release(claim)

    # what is heard ------------------------------------------------------------------------------

    def _hear(self, what: str, message: dict[str, Any]) -> None:
        """(the client's thread)"""
        self._board.tell(partial(getattr(self, f"_heard_{what}"), **message))

    def _heard_workers(self, workers: dict[str, int]) -> None:
        self._threads = workers
        for gone in self._desks.keys() - workers.keys():
            del self._desks[gone]

    def _heard_news(self, worker: str, news: bytes) -> None:
        ended: dict[int, tuple[Work, list[Record]]] = {}
        for kind, *item in pickle.loads(news):
            if kind == ENDED:
                self._ended(worker, item[0], Record(*item[1]), ended)
            elif kind == BEGUN:
                self._begun(worker, *item)
            elif kind == PRINTED:
                self._printed(*item)
            elif kind == HELLO:
                self._met(worker, item[0])
            elif kind == THROUGH:
                self._tell(ended)
                self._through(item[0])
        self._tell(ended)

    def _tell(self, ended: dict[int, tuple[Work, list[Record]]]) -> None:
        for work, records in ended.values():
            work.finished(records)
        ended.clear()

    def _met(self, worker: str, hello: Hello) -> None:
        number = new_worker()
        self._store.add_worker(self.id, "dask", hello.pid, worker, number, hello.host)
        self._desks[worker] = number, hello

    def _begun(self, worker: str, key: str, node: int, attempt: int, start: int) -> None:
        handed = self._handed.get(key)
        if handed is None or handed.members.get(node) != attempt:
            return
        handed.worker, handed.current, handed.printed = worker, (node, attempt, start), (b"", b"", None)
        with self._queue.lock:
            wanted = handed.claim.work.started(node, attempt, start)
        if not wanted:
            self._stop(handed.claim.work, frozenset([(node, attempt)]))

    def _printed(self, key: str, node: int, attempt: int, *texts: Any) -> None:
        handed = self._handed.get(key)
        if handed is not None and handed.current is not None and handed.current[:2] == (node, attempt):
            handed.printed = texts[0], texts[1], texts[2]

    def _ended(self, worker: str, key: str, record: Record, ended: dict[int, tuple[Work, list[Record]]]) -> None:
        handed = self._handed.get(key)
        if handed is None or handed.members.pop(record.node, None) != record.attempt:
            return
        handed.worker, handed.current = worker, None
        work = handed.claim.work
        self._log(handed.claim, record)
        number = self._desks[worker][0] if worker in self._desks else 0
        ended.setdefault(work.number, (work, []))[1].append(record._replace(worker=number))

    def _log(self, claim: Claim, record: Record) -> None:
        """The executor's log files are this machine's."""
        if record.stdout is None and record.stderr is None:
            return
        version = next(member[2] for member in claim.members if member[0] == record.node)
        place = claim.work.code(version).place
        for path, text in ((place.log_stdout, record.stdout), (place.log_stderr, record.stderr)):
            if path is not None and text is not None:
                append(path, text if isinstance(text, bytes) else bytes(self._store.blobs.read(text)[0]))

    def _through(self, key: str) -> None:
        """A batch is over; what it did not tell of was not started."""
        handed = self._handed.pop(key, None)
        if handed is None:
            return
        self._progress = time.monotonic()
        handed.future.release()
        with self._queue.lock:
            handed.claim.work.returned(list(handed.members.items()))
            self._queue.release(handed.claim)

    def _heard_lost(self, key: str, worker: str | None, why: str) -> None:
        """A batch will not come to its end: its worker has gone, or could not run it."""
        handed = self._handed.get(key)
        if handed is None:
            return
        if handed.current is not None:
            node, attempt, start = handed.current
            del handed.members[node]
            handed.claim.work.finished([self._loss(handed, node, attempt, start)])
        elif why and not worker:
            failure = Failure("worker_lost", "WorkerLost", f"the cluster could not run it: {why}", "")
            now = time.time_ns()
            records = [Record(node, a, FAILED, 0, now, 0, failure=failure) for node, a in handed.members.items()]
            handed.members.clear()
            handed.claim.work.finished(records)
        self._through(key)

    def _loss(self, handed: Handed, node: int, attempt: int, start: int) -> Record:
        seen = self._seen(handed)
        pid = self._desks[handed.worker][1].pid if handed.worker in self._desks else "unknown"
        text = f"its worker {handed.worker} (pid {pid}) has gone"
        failure = Failure("worker_lost", "WorkerLost", text, "")
        shown = self._payload.document(seen.displays)
        now = time.time_ns()
        return Record(node, attempt, FAILED, start, now, seen.worker, None, seen.stdout, seen.stderr, failure, shown)

    def _seen(self, handed: Handed) -> Seen:
        number = self._desks[handed.worker][0] if handed.worker in self._desks else 0
        stdout, stderr, shown = handed.printed
        masked = [text and VAULT.masked_bytes(text) for text in (stdout, stderr, shown or b"")]
        return Seen(number, *(text or None for text in masked))

    # stopping -----------------------------------------------------------------------------------

    def _stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        pass


def _security(executor: Any) -> Any:
    target = executor.scheduler_address
    return executor.security or getattr(target, "security", None)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
