"""Something that happens once, and can be waited for.

`threading.Event` will not do where the kernel's main thread waits: an interrupt that arrives while its inner
lock is held leaves it locked, and whoever sets the event then waits for ever. Here each waiter has a lock of
its own, and setting takes none.
"""

import _thread
from collections import deque


class Latch:
    """Closed until it is set, then open for good."""

    __slots__ = ("_open", "_waiting")

    def __init__(self) -> None:
        self._open = False
        self._waiting: deque[_thread.LockType] = deque()

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._open

    def set(self) -> None:
        """It has happened. From any thread."""
        self._open = True
        while True:
            try:
                self._waiting.popleft().release()
            except IndexError:
                return

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for it, at most so many seconds; whether it has happened."""
        if self._open:
            return True
        lock = _thread.allocate_lock()
        lock.acquire()
        self._waiting.append(lock)
        if not self._open:  # else `set` may have passed before the lock was there
            lock.acquire(True, -1 if timeout is None else max(0.0, timeout))
        return self._open
