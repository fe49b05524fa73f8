"""How long to go on where workers cannot be started: what is in the way may be gone soon."""

import time

STARTS = 8  # failures in a row before that is the answer: five seconds
FIRST, LONGEST = 0.05, 2.0  # seconds of the pauses between them, each twice as long as the one before


class Patience:
    """Counts failures to start. What fails within a pause was begun before it, and counts as the same one."""

    def __init__(self) -> None:
        self.failures = 0
        self._until = 0.0
        self._held = False  # somebody was told to wait

    def failed(self) -> None:
        """A worker could not be started, or died before it had done anything."""
        if self.left:
            return
        self._until = time.monotonic() + min(LONGEST, FIRST * 2**self.failures)
        self.failures += 1

    def renew(self) -> None:
        """One works, or all that waited has been given up."""
        self.failures, self._until = 0, 0.0

    @property
    def gone(self) -> bool:
        """Whether to give up."""
        return self.failures >= STARTS

    def wake(self) -> float | None:
        """The seconds after which whoever was told to wait is to ask again, once; None if nobody was."""
        if not self._held:
            return None
        left = self.left
        self._held = left > 0
        return left

    @property
    def left(self) -> float:
        """The seconds until the next may be started."""
        return max(0.0, self._until - time.monotonic()) if self.failures else 0.0

    def room(self, wanted: int, pending: int) -> int:
        """How many to start now, of so many: one by one while it is not known whether any can be."""
        self._held = self.left > 0
        if self._held:
            return 0
        return min(wanted, 1 - pending) if self.failures else wanted
