"""How often something may be looked at: as often as it is cheap. What a look waits for costs nobody anything."""

import time

PAUSE = 0.5  # seconds between two looks, at least,
SHARE = 20.0  # and never more than a twentieth of the time


class Pace:
    """When the next look is due. Use it as a context around a look."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._due = self._began = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due

    def __enter__(self) -> None:
        self._began = time.thread_time()

    def __exit__(self, *raised: object) -> None:
        self._due = time.monotonic() + max(self._pause, SHARE * (time.thread_time() - self._began))
