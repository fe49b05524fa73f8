"""All that is known about one running dispatch, and what follows from what happens to it. No I/O, no clock, no lock.

Each method is an event (a node started, ended, was lost, was given back; somebody cancelled) and answers
with what is to be done about it: nodes that can run now, attempts to stop, nodes that ended without
running. Whoever calls holds the lock and does the doing. Tested by replaying random events against a
simple reference.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..model.events import (
    CANCELLED,
    COMPLETED,
    FAILED,
    HANDED,
    READY,
    RUNNING,
    SKIPPED,
    STATUS_OF,
    WAITING,
)
from ..model.status import Status

ENDED = COMPLETED  # states from here on are final


class Commands(NamedTuple):
    """What is to be done after an event."""

    run: list[int]  # these nodes can start
    stop: list[int]  # whatever runs these is to be stopped
    ended: list[int]  # these ended without (or instead of) an attempt's own report; see `state`


class Machine:
    """The states of a graph's nodes."""

    __slots__ = ("_falls", "_retries", "attempts", "cancelled", "consumers", "failed", "left", "state", "waiting")

    def __init__(self, consumers: Sequence[Sequence[int]], waiting: "array[int]", retries: Sequence[int]) -> None:
        self.consumers = consumers
        self.waiting = waiting  # producers still to complete
        self.state = bytearray(len(waiting))
        self.attempts = array("I", bytes(4 * len(waiting)))  # begun or handed out so far, the current one included
        self.left = len(waiting)
        self.failed = self.cancelled = 0
        self._retries = retries
        self._falls: dict[int, int] = {}  # how many attempts of a node have failed

    @property
    def done(self) -> bool:
        """Whether every node has ended."""
        return not self.left

    @property
    def status(self) -> Status:
        """The status of the dispatch, as it would be if nothing more happened."""
        if self.left:
            return Status.RUNNING
        return Status.FAILED if self.failed else Status.CANCELLED if self.cancelled else Status.COMPLETED

    def status_of(self, node: int) -> Status:
        """The status of a node."""
        return STATUS_OF[self.state[node]]

    # events ---------------------------------------------------------------------------------

    def start(self) -> Commands:
        """The dispatch begins."""
        run = [node for node, missing in enumerate(self.waiting) if not missing and self.state[node] <= READY]
        for node in run:
            self.state[node] = READY
        return Commands(run, [], [])

    def handed(self, node: int) -> int:
        """A node goes to a worker, perhaps behind the one that makes its input: its attempt number."""
        self.state[node] = HANDED
        self.attempts[node] += 1
        return self.attempts[node]

    def returned(self, attempts: Iterable[tuple[int, int]]) -> list[int]:
        """A worker gave (node, attempt) back without having started them; they were none. Those that can run."""
        run = []
        for node, attempt in attempts:
            if self.state[node] == HANDED and self.attempts[node] == attempt:
                self.attempts[node] -= 1
                self.state[node] = WAITING if self.waiting[node] else READY
                if not self.waiting[node]:
                    run.append(node)
        return run

    def started(self, node: int, attempt: int) -> bool:
        """An attempt began; False if it is not wanted any more."""
        if self.state[node] == HANDED and self.attempts[node] == attempt:
            self.state[node] = RUNNING
            return True
        return False

    def current(self, node: int, attempt: int) -> bool:
        """Whether a report of this attempt still counts."""
        return HANDED <= self.state[node] <= RUNNING and self.attempts[node] == attempt

    def completed(self, nodes: Iterable[int]) -> list[int]:
        """Nodes completed (their reports are current). Those that can run now."""
        run = []
        state, waiting, consumers = self.state, self.waiting, self.consumers
        for node in nodes:
            state[node] = COMPLETED
            self.left -= 1
            for consumer in consumers[node]:
                waiting[consumer] -= 1
                if not waiting[consumer] and state[consumer] == WAITING:
                    state[consumer] = READY
                    run.append(consumer)
        return run

    def fell(self, node: int) -> Commands:
        """The current attempt failed, however: once more if it may, else it ends, and what needs it."""
        self._falls[node] = self._falls.get(node, 0) + 1
        if self._falls[node] <= self._retries[node]:
            self.state[node] = WAITING if self.waiting[node] else READY
            self._call_back(node)
            return Commands([] if self.waiting[node] else [node], [], [])
        self.failed += 1
        return Commands([], [], self._end(node, FAILED))

    def _call_back(self, node: int) -> None:
        """What went ahead behind a node that is to run again waits for the new attempt; its own no longer counts."""
        behind = [node]
        for reached in behind:
            for consumer in self.consumers[reached]:
                if self.state[consumer] in (HANDED, RUNNING) and self.waiting[consumer]:
                    self.state[consumer] = WAITING
                    behind.append(consumer)

    def cancel(self, nodes: Iterable[int] | None) -> Commands:
        """Somebody cancelled nodes, or (None) all that has not ended."""
        stop: list[int] = []
        ended: list[int] = []
        for node in range(len(self.state)) if nodes is None else nodes:
            state = self.state[node]
            if state >= ENDED:
                continue
            if state in (HANDED, RUNNING):
                stop.append(node)
            self.cancelled += 1
            if nodes is None:
                self.state[node] = CANCELLED
                self.left -= 1
                ended.append(node)
            else:
                ended += self._end(node, CANCELLED, stop)
        return Commands([], stop, ended)

    def _end(self, node: int, state: int, ahead: list[int] | None = None) -> list[int]:
        """A node ends without a value; all that needs it, near or far, is skipped. ahead: gets what went along."""
        self.state[node] = state
        self.left -= 1
        ended = [node]
        for reached in ended:
            for consumer in self.consumers[reached]:
                if self.state[consumer] < ENDED:
                    if ahead is not None and self.state[consumer] in (HANDED, RUNNING):
                        ahead.append(consumer)
                    self.state[consumer] = SKIPPED
                    self.left -= 1
                    ended.append(consumer)
        return ended


def retries_of(versions: Sequence[Any], version: Sequence[int]) -> list[int]:
    """How many further attempts each node gets."""
    allowed = [v.options.retries or 0 if v.kind == "electron" else 0 for v in versions]
    return [allowed[index] for index in version]
