"""What a cluster has been given, and what has become of it."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from ...model.events import FAILED, Failure, Record
from ...model.printed import Seen
from ...model.vault import VAULT
from ...worker.entries import Finished
from ...worker.payload import Payload
from ...worker.runner import append
from ..base import Claim, Queue, Work
from .desks import Desks
from .handing import Handed

LATE = 30.0  # seconds after which a batch that was taken back will not begin any more

Ended = dict[int, tuple[Work, list[Record]]]  # by run


class Book:
    """Batches by their keys, and their members by what journals call them. On the resource's thread, lookups aside."""

    def __init__(self, queue: Queue, store: Any, desks: Desks, unwanted: Callable[[Handed], None]) -> None:
        self._queue, self._store, self._desks, self._unwanted = queue, store, desks, unwanted
        self._payload = Payload(store.blobs)
        self.handed: dict[str, Handed] = {}
        self._members: dict[tuple[int, int], Handed] = {}  # by run and node
        self.progress = 0.0  # when a batch came to its end

    def add(self, handed: Iterable[Handed]) -> None:
        """The cluster has these."""
        for h in handed:
            self.handed[h.key] = h
            self._members.update(((h.claim.work.number, node), h) for node in h.members)

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
        handed.number, handed.current, handed.printed = number, (node, attempt, start), (b"", b"", None)
        with self._queue.lock:
            wanted = handed.claim.work.started(node, attempt, start)
        if not wanted:
            self._unwanted(handed)

    def printed(self, key: str, node: int, attempt: int, stdout: bytes, stderr: bytes, displays: bytes | None) -> None:
        """It has printed and displayed this so far."""
        handed = self.handed.get(key)
        if handed is not None and handed.current is not None and handed.current[:2] == (node, attempt):
            handed.printed = stdout, stderr, displays

    def ended(self, record: Record, handed: Handed | None, ended: Ended) -> None:
        """A member has ended; it is put with the others that are to be told at once."""
        if handed is None or handed.members.get(record.node) != record.attempt:
            return
        del handed.members[record.node]
        handed.number, handed.current = record.worker, None
        work = handed.claim.work
        self._members.pop((work.number, record.node), None)
        self._log(handed.claim, record)
        ended.setdefault(work.number, (work, []))[1].append(record)

    def tell(self, ended: Ended) -> None:
        """Tell the dispatches."""
        for work, records in ended.values():
            work.finished(records)
        ended.clear()

    def through(self, key: str) -> None:
        """A batch is over; what did not begin, and nobody has been told of, can go elsewhere."""
        handed = self.handed.pop(key, None)
        if handed is None:
            return
        self.progress = time.monotonic()
        if handed.future is not None:
            handed.future.release()
        for node in handed.members:
            self._members.pop((handed.claim.work.number, node), None)
        with self._queue.lock:
            handed.claim.work.returned(list(handed.members.items()))
            if not handed.withdrawn:
                self._queue.release(handed.claim)

    def withdraw(self, handed: Handed) -> None:
        """Nobody wants it any more, and none of it has begun as far as is known; should it, it is killed."""
        if not handed.withdrawn:
            handed.withdrawn = time.monotonic()
            handed.future.release()
            with self._queue.lock:
                self._queue.release(handed.claim)

    def tidy(self) -> None:
        """What was taken back long ago has not begun."""
        oldest = time.monotonic() - LATE
        for handed in [h for h in self.handed.values() if h.withdrawn and h.withdrawn < oldest]:
            self.through(handed.key)

    @property
    def busy(self) -> int:
        """How many batches the cluster is to run."""
        return sum(not handed.withdrawn for handed in list(self.handed.values()))

    def lost(self, handed: Handed, failure: Callable[[Handed], Failure], doubtful: bool) -> None:
        """A batch will not come to its end. doubtful: nobody can tell which of its members have begun."""
        lost = list(handed.members.items()) if doubtful else []
        if handed.current is not None and handed.current[0] in handed.members:
            lost = lost or [handed.current[:2]]
        if lost:
            why, seen = failure(handed), self.seen(handed)
            records = [self._loss(handed, node, attempt, why, seen) for node, attempt in lost]
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
                    self.ended(entry.record, self._members.get((entry.run, entry.record.node)), ended)
                elif (handed := self._members.get((entry.run, entry.node))) is not None:
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
        return Record(node, attempt, FAILED, start, now, seen.worker, None, seen.stdout, seen.stderr, failure, shown)

    def _log(self, claim: Claim, record: Record) -> None:
        """The executor's log files are this machine's."""
        if record.stdout is None and record.stderr is None:
            return
        version = next(member[2] for member in claim.members if member[0] == record.node)
        place = claim.work.code(version).place
        for path, text in ((place.log_stdout, record.stdout), (place.log_stderr, record.stderr)):
            if path is not None and text is not None:
                append(path, text if isinstance(text, bytes) else bytes(self._store.blobs.read(text)[0]))
