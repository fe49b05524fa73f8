"""How often something may be looked at: as often as it is cheap. What a look waits for costs nobody anything."""

import time
from math import inf

PAUSE = 0.5  # seconds between two looks, at least,
SHARE = 20.0  # and never more than a twentieth of the time


class Pace:
    """When the next look is due. Use it as a context around a look."""

    def __init__(self, pause: float = PAUSE, share: float = SHARE, longest: float = inf) -> None:
        """pause, longest: seconds between two looks, at least and at most; share: of what a look took, at least."""
        self._pause, self._share, self._longest = pause, share, longest
        self._due = self._began = 0.0
        self.rest = 0.0  # seconds after the last look

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due

    def hurry(self) -> None:
        """Let it be time."""
        self._due = 0.0

    def __enter__(self) -> None:
        self._began = time.thread_time()

    def __exit__(self, *raised: object) -> None:
        self.rest = min(self._longest, max(self._pause, self._share * (time.thread_time() - self._began)))
        self._due = time.monotonic() + self.rest
