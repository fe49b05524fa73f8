"""Who uses more memory than it said it would.

Looked at from the kernel, ten times a second: a worker that is busy allocating has no time to look at itself. What
is used between two looks goes unseen until the next.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..worker.entries import Started
from ..worker.memory import used
from ..worker.tree import descendants
from .workerprocess import WorkerProcess

PAUSE = 0.1  # seconds between two looks
FAMILY = 5  # looks, of which one asks for the processes that a worker has started, which takes milliseconds
REST = 5.0  # seconds without anybody to look at, after which the thread ends


class Excess(NamedTuple):
    """An attempt that has used too much."""

    worker: WorkerProcess
    started: Started
    used: int  # bytes


class MemoryWatch:
    """A thread, while there are electrons with a limit.

    busy: the workers, as they are then. exceeded: called on that thread.
    """

    def __init__(self, busy: Callable[[], Iterable[WorkerProcess]], exceeded: Callable[[Excess], None]) -> None:
        self._busy, self._exceeded = busy, exceeded
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wanted = 0.0
        self._families: dict[int, list[int]] = {}  # what workers had started when that was last looked up

    def wake(self) -> None:
        """An electron with a limit was given to a worker."""
        self._wanted = time.monotonic()
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="jupyter-flow-memory", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        turn = 0
        while True:
            time.sleep(PAUSE)
            turn += 1
            for worker in list(self._busy()):
                if worker.memory:
                    self._look_at(worker, turn % FAMILY == 0)
            with self._starting:
                if time.monotonic() - self._wanted > REST:
                    self._thread, self._families = None, {}
                    return

    def _look_at(self, worker: WorkerProcess, family: bool) -> None:
        started, limit = worker.current, worker.memory
        self._wanted = time.monotonic()
        if started is None:
            return
        if family:
            self._families[worker.pid] = [process.pid for process in descendants(worker.pid)]
        now = used([worker.pid, *self._families.get(worker.pid, [])], limit)
        if now > limit:
            self._exceeded(Excess(worker, started, now))
