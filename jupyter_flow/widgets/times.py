"""How long nodes took, learned as they end."""

from collections.abc import Callable, Sequence

from ..dispatch.endings import given_up
from ..model.events import COMPLETED, Record
from ..render.breath import breathe
from ..render.picking import picked
from .facts import took
from .states import differences, parted

SHORTEST = 1e-4  # seconds; the scale of colours begins here at the earliest
STRETCH = 1024  # nodes that are learned of at a time


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
        changed = differences(self._states, states)
        for start in range(0, len(changed), STRETCH):
            self._learn(changed[start : start + STRETCH], states, record, since)
            breathe()
        self._states = states

    def _learn(self, nodes: Sequence[int], states: bytes, record: Callable[[int], Record | None], since: int) -> None:
        now = bytes(picked(states, nodes))
        again, nodes = parted(nodes, now)
        self._forget(again)
        records = [*map(record, nodes)]
        taken = took(records, since)
        for node, seconds in zip(nodes, taken, strict=True):
            self.seconds[node] = seconds
        if now.count(COMPLETED) < len(nodes):  # some have failed
            self.given_up.update(n for n, last in zip(nodes, records, strict=True) if last and given_up(last.failure))
        if None in taken or 1 in self._lent:
            for node in nodes:
                self._lent[node] = self.seconds[node] is None and states[node] == COMPLETED
        self._widen([seconds for seconds in taken if seconds is not None])

    def _forget(self, nodes: Sequence[int]) -> None:
        """They run again, or wait to."""
        for node in nodes:
            self.seconds[node] = None
            self._lent[node] = False

    def _widen(self, seconds: Sequence[float]) -> None:
        if seconds:
            shortest, longest = max(min(seconds), SHORTEST), max(max(seconds), SHORTEST)
            self._shortest = min(self._shortest or shortest, shortest)
            self._longest = max(self._longest, longest)

    @property
    def span(self) -> tuple[float, float] | None:
        """The shortest and the longest, None while nothing has ended."""
        return (self._shortest, self._longest) if self._longest else None

    def untimed(self, nodes: int) -> int:
        """How many of the first so many have completed without running: their values were there already."""
        return self._lent.count(1, 0, nodes)
