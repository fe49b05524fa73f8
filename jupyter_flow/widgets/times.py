"""How long nodes took, learned as they end."""

from collections.abc import Callable

from ..dispatch.endings import given_up
from ..model.events import COMPLETED, Record
from ..render.breath import paced
from .facts import seconds_of
from .states import differences

SHORTEST = 1e-4  # seconds; the scale of colours begins here at the earliest


class Times:
    """The run times of a dispatch's nodes."""

    def __init__(self, nodes: int) -> None:
        self.seconds: list[float | None] = [None] * nodes
        self._states = bytes(nodes)
        self._shortest = self._longest = 0.0
        self._lent = bytearray(nodes)
        self.given_up: set[int] = set()  # nodes that ended, and whose threads may still run

    def learn(self, states: bytes, record: Callable[[int], Record | None], since: int = 0) -> None:
        """Take in what has ended; what had before the dispatch began, at ``since``, took no time."""
        for node in paced(differences(self._states, states)):
            last = record(node) if states[node] >= COMPLETED else None
            taken = seconds_of(last, since)
            if last is not None and given_up(last.failure):
                self.given_up.add(node)
            self.seconds[node] = taken
            self._lent[node] = taken is None and states[node] == COMPLETED
            if taken is not None:
                longer = max(taken, SHORTEST)
                self._shortest = min(self._shortest or longer, longer)
                self._longest = max(self._longest, longer)
        self._states = states

    @property
    def span(self) -> tuple[float, float] | None:
        """The shortest and the longest, None while nothing has ended."""
        return (self._shortest, self._longest) if self._longest else None

    def untimed(self, nodes: int) -> int:
        """How many of the first so many have completed without running: their values were there already."""
        return self._lent.count(1, 0, nodes)
