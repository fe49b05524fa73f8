"""Threads that are there while they have something to do, started by cells, where an interrupt may come at any step."""

import threading
from collections.abc import Callable


class OnDemandThread:
    """At most one thread that does some work; it ends when nothing is left, and the next wish starts another.

    An interrupt may come between the start of a thread and its being known to have started. So a thread says itself
    that it is there, and one too many ends at once.
    """

    def __init__(self, name: str, work: Callable[[], object], lock: "threading.Lock | threading.RLock") -> None:
        """lock: guards what the work is about, so that nothing is wished for between its last look and its end."""
        self._name, self._work, self._lock = name, work, lock
        self._thread: threading.Thread | None = None

    @property
    def there(self) -> bool:
        """(lock) Whether it works."""
        return self._thread is not None

    def start(self) -> None:
        """(lock) See to it that it works, or is about to."""
        if self._thread is None:
            threading.Thread(target=self._begin, name=self._name, daemon=True).start()

    def end(self) -> None:
        """(lock) Called by the work, which returns next: nothing is left to do."""
        self._thread = None

    def _begin(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.current_thread()
        self._work()
