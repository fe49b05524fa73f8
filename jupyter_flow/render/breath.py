"""Long work in slices: the GIL changes hands only every 5 ms by itself, and each who wants it waits that long.

Whoever works long calls `breathe` where it can be interrupted. That costs nothing unless the thread has asked, with
`breathing`, to pause between slices: a thread beside which others have to go on.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

SLICE = 0.002  # seconds of work
REST = 0.0005  # seconds after it; not 0, after which the same thread mostly goes on
STRETCH = 512  # items of a loop

Item = TypeVar("Item")


class Breath:
    """The pauses of one thread."""

    def __init__(self, slice: float = SLICE, rest: float = REST, sleep: Callable[[float], object] = time.sleep) -> None:
        self._slice, self._rest, self._sleep = slice, rest, sleep
        self.taken = 0
        self._since = time.perf_counter()

    def breathe(self) -> None:
        """Rest, if it is time."""
        if time.perf_counter() - self._since >= self._slice:
            self.taken += 1
            self._sleep(self._rest)
            self._since = time.perf_counter()


class _Here(threading.local):
    breath: Breath | None = None


_here = _Here()


def breathe() -> None:
    """Work may be interrupted here."""
    breath = _here.breath
    if breath is not None:
        breath.breathe()


def paced(items: Iterable[Item]) -> Iterator[Item]:
    """The same items; work may be interrupted between `STRETCH` of them. They are taken so many at a time."""
    left = iter(items)
    while some := tuple(islice(left, STRETCH)):
        yield from some
        breathe()


@contextmanager
def breathing(breath: Breath | None = None) -> Iterator[Breath]:
    """What this thread does meanwhile goes in slices."""
    before = _here.breath
    _here.breath = breath = breath or before or Breath()
    try:
        yield breath
    finally:
        _here.breath = before
