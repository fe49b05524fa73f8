"""How much a cluster is given at once: what is ready, and what will be when that is done."""

import time
from typing import TYPE_CHECKING

from ...model.events import FAILED, Failure, Record
from ...worker.failures import failure_of
from ..base import Claim, Queue, Work
from .book import Book
from .handed import Handed
from .handing import Hander
from .standing import Standing

if TYPE_CHECKING:
    from .resource import DaskResource

DEPTH = 4  # batches for each thread of the cluster, until it is seen that they take long
AHEAD = 4  # batches for each thread that wait for those
MANY = 1 << 30  # an electron of several cores takes them on its worker, not whole workers
LEAST = 16  # of those, however few threads there are
PATIENCE = 0.5  # seconds without an end, after which the cluster is to see how much more there is


class Giver:
    """Claims work for a cluster, and hands it over. On the resource's thread."""

    def __init__(self, resource: "DaskResource", queue: Queue, book: Book, standing: Standing) -> None:
        self._resource, self._queue, self._book, self._standing = resource, queue, book, standing
        self.hander: Hander | None = None  # as long as there is a connection
        self._most = 0  # batches at once that can run

    def share(self) -> None:
        """Hand over as much as the cluster may have."""
        if useless := self._standing.useless:
            return self.refuse(_lost(useless))
        self._weed()
        now, busy = time.monotonic(), self._book.busy
        self._most = max(self._most, DEPTH * self._resource.workers)
        if not busy:
            self._book.progress = now
        elif busy >= self._most and now - self._book.progress > PATIENCE:  # adaptive clusters grow for what they see
            self._most, self._book.progress = self._most * 2, now
        new: list[Handed] = []
        while busy + len(new) < self._most and (claim := self._claim()) is not None:
            if refusal := self._standing.refusal(claim):
                self._fail(claim, _lost(refusal))
            else:
                new.append(self._add(claim))
        new += self._following()
        if new:
            self._hand(new)

    def _following(self) -> list[Handed]:
        """What waits for what the cluster has, where nothing that is ready waits for the cluster."""
        new: list[Handed] = []
        most = max(LEAST, AHEAD * self._resource.workers)
        room = most - self._book.ahead
        if room < most // 2:  # several at once cost little more than one
            return new
        unlooked = [handed for handed in self._book.handed.values() if not handed.looked and not handed.withdrawn]
        for handed in unlooked:  # grows
            if len(new) >= room:
                break
            with self._queue.lock:
                if self._queue.queued(self._resource):
                    break
                claims = self._queue.ahead(self._resource, handed.claim, self._book.lying, room - len(new))
            handed.looked = len(new) + len(claims) < room
            following = [self._add(claim) for claim in claims]
            unlooked += following
            new += following
        return new

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._book.kept.forget(work)
        if self.hander is not None:
            self.hander.forget(work)

    def refuse(self, failure: Failure) -> None:
        """Nobody can run what waits."""
        while (claim := self._claim()) is not None:
            self._fail(claim, failure)

    def _weed(self) -> None:
        """What went along with what it follows, and asks for what no worker has, fails once it could run."""
        for handed in [h for h in self._book.handed.values() if h.parents and h.terms.resources]:
            if handed.current is None and not handed.after and (why := self._standing.refusal(handed.claim)):
                self._book.lost(handed, _lost(why), doubtful=True)

    def _fail(self, claim: Claim, failure: Failure) -> None:
        now = time.time_ns()
        claim.work.finished([Record(node, a, FAILED, 0, now, 0, failure=failure) for node, a, *_ in claim.members])
        with self._queue.lock:
            self._queue.release(claim)

    def _claim(self) -> Claim | None:
        with self._queue.lock:
            return self._queue.claim(self._resource, MANY)

    def _add(self, claim: Claim) -> Handed:
        assert self.hander is not None
        return self._book.add(self.hander.key(claim.work, self._book.follows(claim)), claim)

    def _hand(self, new: list[Handed]) -> None:
        assert self.hander is not None
        try:
            self.hander.hand(new, self._book.notes.take)
        except Exception as error:
            for handed in new:
                self._book.lost(handed, failure_of(error, "input"), doubtful=True)


def _lost(text: str) -> Failure:
    return Failure("worker_lost", "WorkerLost", text, "")
