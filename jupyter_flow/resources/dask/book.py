"""What a cluster has been given, and what has become of it."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ...model.events import COMPLETED, FAILED, Failure, Record
from ...model.printed import Seen
from ...model.vault import VAULT
from ...worker.entries import Finished
from ...worker.payload import Payload, nodes_in
from ...worker.runner import append
from ..base import Claim, Services, Work
from .connection import Connection
from .depot import Depot, failed
from .desks import Desks
from .handed import Handed
from .kept import Kept
from .notes import Notes

GIVEN_UP = ("error", "cancelled", "lost")  # a future's status
SILENCE = 5.0  # seconds in which word of that ought to come
LATE = 30.0  # seconds after which a batch that was taken back will not begin any more

Board = Callable[[Callable[[], None]], None]  # has something done on the resource's thread
Ended = dict[int, tuple[Work, list[Record]]]  # by run


class Book:
    """Batches by their keys, and their members by what journals call them. On the resource's thread, lookups aside."""

    def __init__(self, services: Services, name: str, ours: bool, desks: Desks, board: Board) -> None:
        self._queue, self._store, self._desks = services.queue, services.store, desks
        self.notes = Notes(services.folder, name, ours, desks)
        self.unwanted: Callable[[Handed], object] = lambda handed: None  # told of what runs, and is not to
        self._payload = Payload(services.store.blobs)
        self.depot = Depot(services.store.blobs)
        self.connection: Connection | None = None
        self.kept = Kept()
        self._board = board
        self.handed: dict[str, Handed] = {}
        self.lying: dict[tuple[int, int], Handed] = {}  # by run and node
        self._freed: deque[Handed] = deque()  # those that wait for nobody any more, while they are seen to
        self._freeing = False
        self.progress = 0.0  # when a batch came to its end

    def add(self, key: str, claim: Claim) -> Handed:
        """The cluster is about to have this."""
        run = claim.work.number
        parents = dict.fromkeys(self.kept.having(claim.work, _needed(claim)))
        parents |= {self.lying[run, node]: None for nodes in claim.needs.values() for node in nodes}
        handed = self.handed[key] = Handed(key, claim, parents)
        self.lying.update(((run, node), handed) for node in handed.members)
        return handed

    def follows(self, claim: Claim) -> bool:
        """Whether it takes what others that the cluster has make, or have made."""
        return bool(claim.needs or self.kept.having(claim.work, _needed(claim)))

    def of(self, work: Work) -> list[Handed]:
        """The batches of a dispatch."""
        return [handed for handed in list(self.handed.values()) if handed.claim.work is work]

    # what is told -------------------------------------------------------------------------------

    def begun(self, key: str, number: int, node: int, attempt: int, start: int) -> None:
        """A member runs."""
        handed = self.handed.get(key)
        if handed is None or handed.members.get(node) != attempt:
            return
        if handed.current == (node, attempt, start):
            return
        if not handed.number:
            handed.since = time.monotonic()
        handed.number, handed.current, handed.printed = number, (node, attempt, start), (b"", b"", None)
        with self._queue.lock:
            wanted = handed.claim.work.started(node, attempt, start)
        if not wanted:
            self.unwanted(handed)

    def printed(self, key: str, node: int, attempt: int, stdout: bytes, stderr: bytes, displays: bytes | None) -> None:
        """It has printed and displayed this so far. displays: None where there is nothing new."""
        handed = self.handed.get(key)
        if handed is not None and handed.current is not None and handed.current[:2] == (node, attempt):
            handed.printed = stdout, stderr, displays or handed.printed[2]

    def ended(self, record: Record, handed: Handed | None, ended: Ended) -> None:
        """A member has ended; it is put with the others that are to be told at once."""
        if handed is None or handed.members.get(record.node) != record.attempt:
            return
        del handed.members[record.node]
        handed.number, handed.current = record.worker, None
        if not self._lands(record, handed):
            self._stands(record, handed, ended)

    def _lands(self, record: Record, handed: Handed) -> bool:
        """Whether what it has made has to come here first."""
        desk = self._desks.find(record.worker)
        missing = [] if desk is None or desk.hello.shares else self.depot.missing(record)
        if desk is None or not missing:
            return False
        handed.landing += 1
        if record.status == COMPLETED and record.value in missing:
            handed.kept.add(record.node)
        pull = partial(self._pull, handed.key, desk.address)
        self.depot.take(missing, pull, lambda failure: self._board(partial(self._landed, record, handed, failure)))
        return True

    def _pull(self, key: str, worker: str, digest: bytes, at: int, size: int) -> bytes:
        if self.connection is None:
            raise OSError("the connection has ended")
        return self.connection.pull(key, worker, digest, at, size)

    def _landed(self, record: Record, handed: Handed, failure: Failure | None) -> None:
        handed.landing -= 1
        self._now(record if failure is None else failed(record, failure), handed)
        self._pass(handed)

    def _now(self, record: Record, handed: Handed) -> None:
        ended: Ended = {}
        self._stands(record, handed, ended)
        self.tell(ended)

    def _stands(self, record: Record, handed: Handed, ended: Ended) -> None:
        """It has ended, and will not be taken back; but what it has taken may have to be told of first."""
        if handed.after:
            handed.early.append(partial(self._now, record, handed))
            return
        work = handed.claim.work
        self._take_off(handed, record.node)
        self._log(handed.claim, record)
        ended.setdefault(work.number, (work, []))[1].append(record)

    def _take_off(self, handed: Handed, node: int) -> None:
        place = handed.claim.work.number, node
        if self.lying.get(place) is handed:
            del self.lying[place]

    def tell(self, ended: Ended) -> None:
        """Tell the dispatches."""
        for work, records in ended.values():
            work.finished(records)
        ended.clear()

    def through(self, key: str) -> None:
        """A batch is over; what did not begin, and nobody has been told of, can go elsewhere."""
        handed = self.handed.get(key)
        if handed is None:
            return
        handed.passed = True
        self._pass(handed)

    def _pass(self, handed: Handed) -> None:
        if not handed.passed or handed.landing or handed.early or self.handed.pop(handed.key, None) is None:
            return
        self.progress = time.monotonic()
        self.notes.drop(handed)
        for node in handed.members:
            self._take_off(handed, node)
        with self._queue.lock:
            handed.claim.work.returned(list(handed.members.items()))
            self._vacate(handed)
            self.kept.keep(handed)
            self.kept.look(handed)
        self._leave(handed)
        handed.let_go()

    def back(self, handed: Handed, nodes: Sequence[int]) -> None:
        """These of a batch do not begin where it runs, and can go elsewhere."""
        attempts = [(node, handed.members.pop(node)) for node in nodes if node in handed.members]
        for node, _ in attempts:
            self._take_off(handed, node)
        with self._queue.lock:
            handed.claim.work.returned(attempts)

    def _vacate(self, handed: Handed) -> None:
        """(lock) What it was a place for can be another one's."""
        handed.pass_on()
        if not handed.withdrawn:
            self._queue.release(handed.claim)

    def _leave(self, handed: Handed) -> None:
        """Word of those behind it counts from now on."""
        self._freed += handed.leave()
        if self._freeing:  # a chain may be longer than calls can be deep
            return
        self._freeing = True
        try:
            while self._freed:
                self._free_one(self._freed.popleft())
        finally:
            self._freeing = False

    def _free_one(self, follower: Handed) -> None:
        early, follower.early = follower.early, []
        for told in early:
            told()
        self._pass(follower)

    def withdraw(self, handed: Handed) -> None:
        """Nobody wants it any more, and none of it has begun as far as is known; should it, it is killed."""
        if not handed.withdrawn:
            with self._queue.lock:
                self._vacate(handed)
            handed.withdrawn = time.monotonic()
            self._leave(handed)
            handed.let_go()

    def tidy(self) -> None:
        """What was taken back long ago has not begun; what Dask gave up long ago without a word is lost."""
        oldest = time.monotonic() - LATE
        for handed in [h for h in self.handed.values() if not h.withdrawn and _given_up(h)]:
            handed.failed = handed.failed or time.monotonic()
            if handed.failed < time.monotonic() - SILENCE:
                text = f"the cluster gave it up: {handed.future.status}"
                self.lost(handed, Failure("worker_lost", "WorkerLost", text, ""), doubtful=True)
        for handed in [h for h in self.handed.values() if h.withdrawn and h.withdrawn < oldest and h.future is None]:
            self.through(handed.key)

    @property
    def busy(self) -> int:
        """How many batches the cluster can run now."""
        return sum(not handed.withdrawn and not handed.after for handed in list(self.handed.values()))

    @property
    def ahead(self) -> int:
        """How many others it has, which wait for those."""
        return sum(not handed.withdrawn and bool(handed.after) for handed in list(self.handed.values()))

    def lost(self, handed: Handed, failure: Failure, doubtful: bool) -> None:
        """A batch will not come to its end. doubtful: nobody can tell which of its members have begun."""
        lost = list(handed.members.items()) if doubtful else []
        if handed.current is not None and handed.current[0] in handed.members:
            lost = lost or [handed.current[:2]]
        if lost:
            seen = self.seen(handed)
            records = [self._loss(handed, node, attempt, failure, seen) for node, attempt in lost]
            for node, _ in lost:
                del handed.members[node]
            handed.claim.work.finished(records)
        self.through(handed.key)

    def read(self) -> None:
        """Take in what journals have that word has not brought yet."""
        ended: Ended = {}
        for desk in list(self._desks.known.values()):
            for entry in desk.read():
                if isinstance(entry, Finished):
                    self.ended(entry.record, self.lying.get((entry.run, entry.record.node)), ended)
                elif (handed := self.lying.get((entry.run, entry.node))) is not None:
                    self.begun(handed.key, desk.hello.number, entry.node, entry.attempt, entry.start)
        self.tell(ended)

    # what is asked ------------------------------------------------------------------------------

    def seen(self, handed: Handed) -> Seen:
        """Where the member of a batch that runs does so, and what it is known to have printed."""
        if handed.current is None:
            return Seen(handed.number)
        stdout, stderr, shown = ((text and VAULT.masked_bytes(text)) or None for text in handed.printed)
        return Seen(handed.number, stdout, stderr, shown)

    def _loss(self, handed: Handed, node: int, attempt: int, failure: Failure, seen: Seen) -> Record:
        now = time.time_ns()
        if handed.current is None or handed.current[0] != node:
            return Record(node, attempt, FAILED, 0, now, handed.number, failure=failure)
        shown, start = self._payload.document(seen.displays), handed.current[2]
        return Record(
            node, attempt, FAILED, start, max(now, start), seen.worker, None, seen.stdout, seen.stderr, failure, shown
        )

    def _log(self, claim: Claim, record: Record) -> None:
        """The executor's log files are this machine's."""
        if record.stdout is None and record.stderr is None:
            return
        version = next(member[2] for member in claim.members if member[0] == record.node)
        place = claim.work.code(version).place
        for path, text in ((place.log_stdout, record.stdout), (place.log_stderr, record.stderr)):
            if path is not None and text is not None:
                append(path, text if isinstance(text, bytes) else bytes(self._store.blobs.read(text)[0]))


def _given_up(handed: Handed) -> bool:
    return handed.future is not None and handed.future.status in GIVEN_UP


def _needed(claim: Claim) -> Iterator[int]:
    return (node for _, _, _, kind, call in claim.members for node in nodes_in(kind, call))
