"""How often something may be looked at: as often as it is cheap."""

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
        self._began = time.monotonic()

    def __exit__(self, *raised: object) -> None:
        now = time.monotonic()
        self._due = now + max(self._pause, SHARE * (now - self._began))
