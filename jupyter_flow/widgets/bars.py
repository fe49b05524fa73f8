"""Progress bars of electrons that run, looked at now and then: each look reads what an electron has printed."""

import time

from .printed import progress_of
from .source import Source

PAUSE = 0.5  # seconds between two looks, at least,
SHARE = 20.0  # and never more than a twentieth of the time
MOST = 24  # electrons that are looked at


class Bars:
    """The progress of running nodes, by node, from 0 to 1."""

    def __init__(self) -> None:
        self._known: dict[int, float] = {}
        self._due = 0.0
        self.news = False  # whether the last look found something else

    def look(self, source: Source) -> dict[int, float]:
        """What is known, looked up again where that is due."""
        began = time.monotonic()
        self.news = False
        if began < self._due:
            return self._known
        running = sorted(source.facts.begun())
        known = {node: found for node in running[:MOST] if (found := _fraction(source, node)) is not None}
        self.news, self._known = known != self._known, known
        self._due = time.monotonic() + max(PAUSE, SHARE * (time.monotonic() - began))
        return known


def _fraction(source: Source, node: int) -> float | None:
    progress = progress_of(source, source.seen(node))
    return progress.fraction if progress is not None else None
