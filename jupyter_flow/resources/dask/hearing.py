"""What a kernel hears from a scheduler, and what follows from it. On the resource's thread."""

import logging
import pickle
from collections.abc import Callable
from typing import Any

from ...model.events import Failure, Record
from .balance import Balance
from .book import Book, Ended
from .connection import Connection
from .deaths import Undertaker
from .desks import Desks
from .fleet import Fleet
from .post import BACK, BEGUN, ENDED, PRINTED, THROUGH
from .terms import asked

LOG = logging.getLogger("jupyter_flow")


class Hearing:
    """Takes word in. meet: is told of those who work for the kernel."""

    def __init__(
        self,
        book: Book,
        desks: Desks,
        fleet: Fleet,
        undertaker: Undertaker,
        balance: Balance,
        meet: Callable[..., object],
    ) -> None:
        self._book, self._desks, self._fleet, self._undertaker, self._meet = book, desks, fleet, undertaker, meet
        self._balance = balance
        self._said: set[str] = set()
        self.connection: Connection | None = None

    def hear(self, what: str, message: dict[str, Any]) -> None:
        """A message."""
        getattr(self, f"_{what}")(**message)

    def _hello(self, worker: str, hello: bytes) -> None:
        known = pickle.loads(hello)
        self._meet(worker, known)
        self._desks.met(worker, known)

    def _workers(self, turn: int, workers: dict[str, Any]) -> None:
        gone = self._fleet.now(turn, workers)
        if gone:
            self._book.read()
            self._desks.left(gone.__contains__)
        for remark in self._fleet.remarks:
            if remark not in self._said:
                self._said.add(remark)
                LOG.warning("%s", remark)
        if gone:
            self._take_back(self._fleet.fit.keys())
        self._reword()

    def _take_back(self, there: Any) -> None:
        """What was meant for workers that have gone, all of them, goes to others."""
        for handed in list(self._book.handed.values()):
            if handed.terms.workers and handed.current is None and there.isdisjoint(handed.terms.workers):
                self._book.through(handed.key)

    def _reword(self) -> None:
        """What asks for something by a name that no worker uses, and could have it by another, comes back for that."""
        if self.connection is None:
            return
        for handed in [h for h in self._book.handed.values() if h.terms.resources and not h.withdrawn]:
            unmet = handed.current is None and not self._fleet.meets(dict(handed.terms.resources))
            if unmet and self._fleet.fit and not self._fleet.lacks(asked(handed.claim)):
                for one in handed.and_behind():
                    self.connection.recall(one.key)

    def _news(self, worker: str, news: bytes) -> None:
        ended: Ended = {}
        book = self._book
        others: dict[int, Callable[..., None]] = {
            BEGUN: book.begun,
            PRINTED: book.printed,
            THROUGH: book.through,
            BACK: self._balance.back,
        }
        for kind, key, *item in pickle.loads(news):
            if kind == ENDED:
                book.ended(Record(*item[0]), book.handed.get(key), ended)
            else:
                book.tell(ended)
                others[kind](key, *item)
        self._book.tell(ended)

    def _get(self, number: int, digest: bytes, at: int, size: int) -> None:
        if self.connection is not None:
            try:
                self.connection.have(number, self._book.depot.give(digest, at, size))
            except OSError as error:
                self.connection.have(number, b"", f"{type(error).__name__}: {error}")

    def _lost(self, key: str, why: str, begun: bool, worker: str) -> None:
        """A batch will not come to its end: its worker has gone, or could not run it."""
        self._book.read()
        handed = self._book.handed.get(key)
        if handed is None:
            return
        unfit = self._fleet.unfit.get(worker, "")
        if not why:
            self._undertaker.bury(handed, begun)
        elif unfit and self._fleet.fit and not begun:
            self._book.through(key)  # nothing has run: others can
        else:
            text = f"its worker {worker} {unfit}" if unfit else f"the cluster could not run it: {why}"
            self._book.lost(handed, Failure("worker_lost", "WorkerLost", text, ""), doubtful=True)
