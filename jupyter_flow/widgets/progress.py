"""How far a dispatch is, how fast it goes, and how long it will take."""

import time
from collections import deque

from ..model.events import COMPLETED, FAILED, INTERRUPTED, RUNNING
from ..model.graph import TransportGraph
from .facts import Facts
from .messages import State
from .states import counts_of
from .words import status_line, way_on

WINDOW = 10.0  # seconds that the rate is measured over, at least,
ENOUGH = 10  # and so many electrons: slow ones need a longer look
FEWEST = 2  # electrons without which nothing is foretold


class Speed:
    """The rate at which electrons end, over a window that slides."""

    def __init__(self, began: float, ended: int) -> None:
        self._seen = deque([(began, ended)])

    def saw(self, now: float, ended: int) -> None:
        """So many have ended by now."""
        seen = self._seen
        if ended > seen[-1][1]:
            seen.append((now, ended))
        while len(seen) > 2 and seen[1][0] <= now - WINDOW and ended - seen[1][1] >= ENOUGH:
            seen.popleft()

    def rate(self, now: float) -> float | None:
        """Electrons a second; None while that cannot be said."""
        began, before = self._seen[0]
        many = self._seen[-1][1] - before
        return many / (now - began) if many >= FEWEST and now > began else None


class Progress:
    """A dispatch at a glance. Shared by its views: each that looks lets it see more."""

    def __init__(self, graph: TransportGraph) -> None:
        self._electrons = graph.electrons
        self._speed: Speed | None = None
        self._waited = 0.0  # until when nothing had begun: workers start, a queue takes its time

    def state(self, facts: Facts, status: int, states: bytes, untimed: int = 0, given_up: int = 0) -> State:
        """How it is: status and states, looked at in this order.

        ``untimed`` electrons took no time, being reused; ``given_up`` ones have ended and may still run.
        """
        now = time.time()
        ended = (facts.ended / 1e9 or None) if status != RUNNING else None
        counts = counts_of(states[: self._electrons])
        rate, left = (None, None) if status != RUNNING else self._foretold(facts, counts, now, untimed)
        # Of one whose kernel died, only the last sign of life is known.
        took = ended - facts.started / 1e9 if ended is not None and status != INTERRUPTED else None
        return {
            "status": status,
            "counts": counts,
            "started": facts.started / 1e9,
            "ended": ended,
            "now": now,
            "rate": rate,
            "left": left,
            "text": status_line(status, counts, took, rate, left) + way_on(status, facts.resumable, given_up),
        }

    def _foretold(self, facts: Facts, counts: list[int], now: float, untimed: int) -> tuple[float | None, float | None]:
        done = max(0, counts[COMPLETED] + counts[FAILED] - untimed)  # skipped ones take no time either
        if self._speed is None and not done and not counts[RUNNING]:
            self._waited = now
            return None, None
        if self._speed is None:
            self._speed = Speed(self._waited or facts.started / 1e9, 0)
        self._speed.saw(now, done)
        rate = self._speed.rate(now)
        return rate, (self._electrons - sum(counts[COMPLETED:])) / rate if rate else None
