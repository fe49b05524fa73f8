"""Says in time that a store grows too large, or its disk too full. Looked at once a minute at most."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from .files import contents, write_whole
from .leftovers import folder_size
from .settings import BUDGET, readable

EVERY = 60.0  # seconds between two looks
MEASURED = 600.0  # seconds for which a measured size counts
LITTLE = 1_000_000_000  # bytes of free disk
SOON = 0.9  # of the budget
FILE = "SIZE"


class Budget:
    """The size of one store, against what it may take."""

    def __init__(self, root: Path, most: int | None) -> None:
        self._root, self._most = root, most
        self._next = 0.0
        self._measured = -MEASURED
        self._size = _remembered(root)

    def look(self) -> str:
        """What is to be said now; mostly nothing. Never walks through the folder itself: a thread does."""
        now = time.monotonic()
        if now < self._next:
            return ""
        self._next = now + EVERY
        told = self._disk() or self._over()
        if self._most is not None and now - self._measured >= MEASURED:
            self._measured = now
            threading.Thread(target=self._measure, name="jupyter-flow-size", daemon=True).start()
        return told

    def _disk(self) -> str:
        try:
            found = os.statvfs(self._root)
        except OSError:
            return ""
        free, whole = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        if free >= LITTLE:
            return ""
        return (
            f"The disk of the store {self._root} is nearly full: {readable(free)} of {readable(whole)} are free. "
            "`jupyter-flow prune --older-than 30d` makes room."
        )

    def _over(self) -> str:
        if self._most is None or self._size < SOON * self._most:
            return ""
        return (
            f"The store {self._root} takes {readable(self._size)} of the {readable(self._most)} that {BUDGET} names. "
            f"`jupyter-flow prune --larger-than {readable(self._most // 2).replace(' ', '')}` makes room."
        )

    def _measure(self) -> None:
        self._size = folder_size(self._root)
        with suppress(OSError):  # the next session begins with it
            write_whole(self._root / FILE, str(self._size).encode())
        if self._over():
            self._next = 0.0  # say so with the next dispatch


def _remembered(root: Path) -> int:
    try:
        return int(contents(root / FILE)[:20])
    except (OSError, ValueError):
        return 0
