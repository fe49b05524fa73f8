"""Nothing waits behind an electron that takes long while a worker has nothing to do.

Batches are made of what electrons are thought to cost, and a cluster is given more of them than it can run at once. So
some may find themselves behind one that takes longer, or in one batch with it: those come back, and are dealt anew.
"""

import time

from .book import Book
from .fleet import Fleet
from .handed import HELD, Handed

LOOK = 0.025  # seconds between two looks
LONGEST = 0.4  # between two times that it is asked for: each time twice as long as before


class Balance:
    """On the resource's thread."""

    def __init__(self, book: Book, fleet: Fleet) -> None:
        self._book, self._fleet = book, fleet
        self._idle = 0.0  # since when workers seem to have nothing to do
        self._looked = 0.0
        self._again = False  # there was something to look at

    @property
    def pause(self) -> float | None:
        """Seconds until it is to look again; None: nothing is held up."""
        return LOOK if self._again else None

    def look(self) -> None:
        """Ask for what is held up; the scheduler knows whether somebody is free for it."""
        now = time.monotonic()
        self._again = self._again or now - self._looked < LOOK
        if now - self._looked >= LOOK:
            self._looked = now
            self._look(now)
            self._again = bool(self._idle)

    def _look(self, now: float) -> None:
        waiting = [handed for handed in self._book.handed.values() if _waits(handed)]
        running = sum(handed.current is not None for handed in self._book.handed.values())
        if not waiting or running >= self._fleet.threads:
            self._idle = 0.0
            return
        self._idle = self._idle or now
        if now - self._idle >= HELD:
            self._ask([handed for handed in waiting if now - handed.since >= handed.patience], now)

    def _ask(self, held: list[Handed], now: float) -> None:
        for handed in held:
            handed.since, handed.patience = now, min(LONGEST, 2 * handed.patience)
        if held and self._book.connection is not None:
            self._book.connection.spread([(handed.key, handed.current is not None) for handed in held])

    def back(self, key: str, nodes: list[int] | None) -> None:
        """A worker has given back these of a batch; None: all of it. So does what waits for them come back."""
        handed = self._book.handed.get(key)
        if handed is None:
            return
        for follower in handed.and_behind()[1:]:
            if self._book.connection is not None:
                self._book.connection.recall(follower.key)
        if nodes is None:
            self._book.through(key)
        else:
            self._book.back(handed, nodes)


def _waits(handed: Handed) -> bool:
    """Whether it has members that could run now, and do not."""
    turn = not handed.withdrawn and not handed.after
    return turn and len(handed.members) > (handed.current is not None)
