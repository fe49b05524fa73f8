"""Batches that a worker has, and is to give back as far as they have not begun: others have nothing to do."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from .post import Post

KEPT = 1000  # batches that a worker remembers to have given back; it is not asked to run them much later
HERE = ("waiting", "ready", "constrained", "executing", "long-running")  # states of a task that this worker is to run


class Recalls:
    """Of one worker. post: where word to a kernel goes."""

    def __init__(self, worker: Any, post: Callable[[str], Post]) -> None:
        self._worker, self._post = worker, post
        self._lock = threading.Lock()
        self._running: dict[str, Any] = {}
        self._given: deque[str] = deque(maxlen=KEPT)
        worker.stream_handlers["jupyter-flow-recall"] = self.recall

    def begin(self, key: str, batch: Any) -> bool:
        """Whether a batch may begin, which is asked to `give_back` from now on."""
        with self._lock:
            if key in self._given:
                return False
            self._running[key] = batch
            return True

    def over(self, key: str) -> None:
        """It has come to its end."""
        with self._lock:
            del self._running[key]

    def recall(self, kernel: str, key: str) -> None:
        """(the worker's loop) What has not begun of a batch is not to; nothing is said of one that is not here."""
        state = self._worker.state.tasks.get(key)
        if state is None or state.state not in HERE:
            return
        with self._lock:
            batch = self._running.get(key)
            if batch is None:
                self._given.append(key)
        if batch is None:
            self._post(kernel).back(key, None)
        else:
            batch.give_back()
