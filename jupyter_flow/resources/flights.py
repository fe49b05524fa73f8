"""Electrons that were handed to a pool and have not come back: what is known of each, and of who runs them."""

import itertools
import os
import shutil
import socket
import time
from collections.abc import Collection, Iterable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from ..model.errors import StoreError
from ..model.events import FAILED, BlobRef, Failure, Record, Value
from ..model.printed import Seen
from ..model.vault import VAULT
from ..store.location import private_folder
from ..worker.begun import Begun as Notes
from ..worker.carried import packed
from ..worker.journal import unlink_all
from ..worker.logs import printed
from ..worker.messages import Code, Moment, Setup
from ..worker.orders import Begun, Home, Order, Worker, refs_in
from ..worker.payload import nodes_in
from ..worker.pooled import claim as claim_of
from ..worker.pooled import claimed
from ..worker.remarks import REMARK
from ..worker.runner import append
from ..worker.shown import written
from ..worker.tree import alive
from .base import Claim, Services, Work
from .workerprocess import masked

UNSEEN = "what it prints is shown when it has ended, for the workers of its pool do not see the store"


_numbers = itertools.count(int.from_bytes(os.urandom(6), "big"))  # nobody has one twice, in any session
PATIENCE = 2.0  # seconds that a pool has for saying that a worker is dead


class Flight:
    """One electron on its way."""

    def __init__(self, number: int, claim: Claim) -> None:
        self.number, self.claim, self.work = number, claim, claim.work
        self.member = claim.members[0]
        self.attempt: tuple[int, int] = self.member[:2]
        self.future: Future[Any] | None = None
        self.pool = 0  # which of those that were made one after the other
        self.shared = False  # it begins with a claim
        self.full = False  # all that it takes was sent along
        self.begun: Begun | None = None
        self.start = 0
        self.missed = 0.0  # when its process was first found dead
        self.given_up = self.released = False

    def owner(self) -> tuple[int, int, int]:
        """Whose the displays of its worker are."""
        return self.work.number, *self.attempt


class Flights:
    """The electrons that a pool has, and the workers that were met there."""

    def __init__(self, home: Home, services: Services) -> None:
        self.home, self._store = home, services.store
        self._folder = services.folder
        self._notes: Notes | None = None
        self._live: dict[int, Flight] = {}
        self._landed: dict[int, list[int]] = {}  # by run: their claims stand until it is over
        self._workers: dict[int, Worker] = {}
        self._processes: set[tuple[str, int]] = set()
        self._taught: dict[tuple[int, int], set[tuple[str, int]]] = {}

    def prepare(self) -> None:
        """Make the folder that workers know us by. Raises OSError."""
        folder = private_folder(Path(self.home.folder))
        Path(folder, "token").write_text(self.home.token)
        if self._notes is None:
            self._notes = Notes(self._folder, f"pool-{self.home.token}", 0)

    def note(self, flight: Flight) -> int:
        """Note for another kernel that it may have begun; when that was."""
        now = time.time_ns()
        if self._notes is not None:
            self._notes.note(flight.work.number, *flight.attempt, now)
        return now

    def new(self, claim: Claim) -> Flight:
        """One for an electron that is to be handed over."""
        return Flight(next(_numbers), claim)

    # which there are ----------------------------------------------------------------------------

    def add(self, flight: Flight) -> None:
        """It was handed over."""
        self._live[flight.number] = flight

    def remove(self, flight: Flight) -> bool:
        """It is through; False if that was known."""
        known = self._live.pop(flight.number, None) is not None
        if known and flight.shared:
            self._landed.setdefault(flight.work.number, []).append(flight.number)
        return known

    def take_back(self, flight: Flight) -> None:
        """It will not begin: its claim stands as long as the pool may have it."""
        self._live.pop(flight.number, None)

    def of(self, work: Work, attempts: Collection[tuple[int, int]]) -> list[Flight]:
        """Those that run these (node, attempt), or are about to."""
        return [flight for flight in self if flight.work is work and flight.attempt in attempts]

    def __iter__(self) -> Any:
        return iter(list(self._live.values()))

    def held(self, pool: int) -> int:
        """How many workers of a pool are taken."""
        return sum(flight.pool == pool for flight in self)

    def lost_to(self, pool: int) -> int:
        """How many of them run what was given up."""
        return sum(flight.pool == pool and flight.given_up for flight in self)

    @property
    def unbegun(self) -> bool:
        """Whether there is something to look for."""
        return any(flight.shared and flight.begun is None for flight in self)

    @property
    def watched(self) -> bool:
        """Whether a process may die."""
        return any(flight.begun is not None for flight in self)

    @property
    def running(self) -> int:
        """How many run."""
        return sum(bool(flight.start) and not flight.given_up for flight in self)

    # what is sent -------------------------------------------------------------------------------

    def order(self, flight: Flight) -> Order:
        """What a worker needs to run it. Raises StoreCorruption, StoreError for inputs that cannot be read."""
        work, member = flight.work, flight.member
        values = {node: work.value(node) for node in nodes_in(member[3], member[4])}
        code = work.code(member[2]) if flight.full or self._new(work, member[2]) else None
        refs = set() if flight.shared else refs_in(member, values, code)
        return Order(
            *(flight.number, flight.shared, self.home, work.number, member, _setup(work, code), code, values),
            packed(self._store.blobs, refs),
            VAULT.shipment() if VAULT.size else None,
            self._note(flight),
        )

    def _new(self, work: Work, version: int) -> bool:
        """Whether some of the processes that were met there may not know a version yet."""
        taught = self._taught.get((work.number, version), set())
        return not taught or not self._processes <= taught

    def _note(self, flight: Flight) -> str:
        """An earlier attempt was given up, or is about to be."""
        node, _ = flight.attempt
        others = [f.attempt for f in self if f is not flight and f.work is flight.work and f.attempt[0] == node]
        return f"attempt {others[0][1]} was given up, and may still run beside this one" if others else ""

    # what is told -------------------------------------------------------------------------------

    def meet(self, resource: str, worker: Worker) -> None:
        """Somebody works there."""
        if worker.number not in self._workers:
            self._workers[worker.number] = worker
            self._processes.add((worker.host, worker.pid))
            with suppress(StoreError):  # it was closed meanwhile
                self._store.add_worker(resource, worker.kind, worker.pid, worker.name, worker.number, worker.host)

    def taught(self, flight: Flight, worker: Worker) -> None:
        """A worker has run it, so its process has the code."""
        self._taught.setdefault((flight.work.number, flight.member[2]), set()).add((worker.host, worker.pid))

    def unmeet(self) -> None:
        """The pool is another one now."""
        self._processes.clear()
        self._taught.clear()

    def look(self) -> list[Flight]:
        """Those that have begun since the last look."""
        found = []
        for flight in self:
            if flight.shared and flight.begun is None and (begun := claim_of(self.home.folder, flight.number)):
                flight.begun, flight.start = begun, begun.start
                found.append(flight)
        return found

    def began(self, flight: Flight, cancelled: bool) -> bool:
        """Whether a worker has begun it, or may have; if none has, none ever will. cancelled: by the pool."""
        if not flight.shared:
            return not cancelled
        return flight.begun is not None or not claimed(self.home.folder, flight.number, None)

    def orphans(self) -> list[Flight]:
        """Those whose process died a while ago, of which the pool has said nothing: some pools never do."""
        now, found = time.monotonic(), []
        for flight in self:
            if flight.begun is None or self._lives(flight.begun.worker):
                continue
            flight.missed = flight.missed or now
            if now - flight.missed > PATIENCE:
                found.append(flight)
        return found

    def _lives(self, worker: Worker) -> bool:
        if worker.host != self.home.host or worker.pid == self.home.kernel:
            return True
        try:
            return alive(psutil.Process(worker.pid))
        except psutil.Error:
            return False

    def witness(self, work: Work, node: int) -> Seen:
        """Where a node runs, and what it has printed and displayed so far."""
        for flight in self:
            if flight.work is work and flight.attempt[0] == node and not flight.given_up:
                seen = self.seen(flight)
                return seen if flight.number in self._live else Seen()  # else it is that of what came after it
        return Seen()

    def seen(self, flight: Flight) -> Seen:
        """The same of one that runs, or did to the end."""
        if not flight.shared:
            return Seen(0, None, f"{REMARK}{UNSEEN}\n".encode())
        if flight.begun is None:
            return Seen()
        worker, _, desk = flight.begun
        stdout, stderr = printed(desk, "out", 0), printed(desk, "err", 0)
        return Seen(worker.number, *map(masked, (stdout, stderr, written(f"{desk}.shown", flight.owner()))))

    def loss(self, flight: Flight, why: str) -> Record:
        """The record of one that began, and of which no answer will come."""
        seen = self.seen(flight) if flight.shared else Seen()
        (node, attempt), failure = flight.attempt, Failure("worker_lost", "WorkerLost", why, "")
        return Record(
            node, attempt, FAILED, flight.start, max(time.time_ns(), flight.start), seen[0], None, *seen[1:3], failure
        )

    def log(self, flight: Flight, record: Record) -> None:
        """Add what it printed to the log files of its executor."""
        place = flight.work.code(flight.member[2]).place
        for file, text in ((place.log_stdout, record.stdout), (place.log_stderr, record.stderr)):
            if file is not None and text is not None:
                append(file, self._text(text))

    def _text(self, text: Value) -> bytes:
        return bytes(self._store.blobs.read(text)[0]) if isinstance(text, BlobRef) else text

    def pids(self) -> list[int]:
        """The processes of this machine that were met."""
        host = socket.gethostname()
        return sorted(pid for name, pid in list(self._processes) if name == host and psutil.pid_exists(pid))

    # its end ------------------------------------------------------------------------------------

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._taught = {key: known for key, known in self._taught.items() if key[0] != work.number}
        unlink_all(_claims(self.home.folder, self._landed.pop(work.number, ())))

    def close(self) -> None:
        """Remove the files. What has not begun finds no place for its claim, and does not."""
        if self._notes is not None and not self._live:
            self._notes.remove()
        shutil.rmtree(self.home.folder, ignore_errors=True)
        with suppress(OSError):
            Path(self.home.folder).parent.rmdir()

    def __len__(self) -> int:
        return len(self._live)


def _claims(folder: str, numbers: Iterable[int]) -> list[str]:
    return [os.path.join(folder, f"{number:x}.claim") for number in numbers]


def _setup(work: Work, code: Code | None) -> Setup | None:
    """What a worker is told of a dispatch: neither the environment nor the folder, which are its own."""
    setup = work.setup
    return None if code is None else Setup(setup.dispatch_id, Moment("", setup.moment.sys_path, {}), setup.sources)
