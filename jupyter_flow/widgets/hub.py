"""The threads behind all views of a kernel: one that answers pages and tells them what has changed, at 10 Hz.

A request comes in on a thread that serves all widgets of the kernel, so it is only put down there. Here it is
answered in its turn; what takes longer, an errand, has a thread of its own lane: errands of one lane go one after
the other, so that a slow preview keeps no one from cancelling. They all work in slices, so that a dispatch and the
cells of the notebook go on beside them. All threads start when they are needed and end when
nothing is left to do. A process that was forked has none of this, and starts afresh.

Some of it is called by cells, where an interrupt may come between any two steps: so the lock is taken by itself, since
a condition that is interrupted as it is entered would keep it.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from ..render.breath import breathing
from .threads import OnDemandThread

LOG = logging.getLogger("jupyter_flow")
PULSE = 0.1  # seconds between two looks at what is shown
SHARE = 10.0  # and never so often that looking takes more than a tenth of the time,
LONGEST = 1.0  # but once in as many seconds
MOST = 1000  # requests that wait; a page that sends more is not heard
MOST_ERRANDS = 100  # that wait in a lane

Call = Callable[[], object]


class Pulsed(Protocol):
    """Something that is looked at, at every pulse."""

    def pulse(self) -> bool:
        """Tell what has changed; whether there is more to come."""


class Hub:
    """What a kernel shows, kept up to date."""

    def __init__(self) -> None:
        self._reset()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._lock = threading.RLock()
        self._turn = threading.Condition(self._lock)
        self._pulsed: dict[Pulsed, int] = {}  # and how often that was asked for
        self._requests: deque[Call] = deque()
        self._thread = OnDemandThread("jupyter_flow views", self._work, self._lock)
        self._lanes: dict[str, deque[Call]] = {}

    def keep_up(self, pulsed: Pulsed) -> None:
        """Have it pulsed until it says that nothing is to come."""
        with self._lock:
            self._pulsed[pulsed] = self._pulsed.get(pulsed, 0) + 1
            self._thread.start()

    def drop(self, pulsed: Pulsed) -> None:
        """Pulse it no more."""
        with self._lock:
            self._pulsed.pop(pulsed, None)

    def put(self, call: Call) -> bool:
        """Have something quick done soon, in its turn; False, and not done, where too much waits already."""
        with self._lock:
            if len(self._requests) >= MOST:
                return False
            self._requests.append(call)
            self._thread.start()
            self._turn.notify()
        return True

    def errand(self, lane: str, call: Call) -> bool:
        """Have something done that takes its time; False, and not done, where too much waits in its lane."""
        with self._lock:
            waiting = self._lanes.get(lane)
            if waiting is not None and len(waiting) >= MOST_ERRANDS:
                return False
            if waiting is None:
                waiting = deque()
                name = f"jupyter_flow {lane}"
                threading.Thread(target=self._run, args=(lane, waiting), name=name, daemon=True).start()
                self._lanes[lane] = waiting
            waiting.append(call)
        return True

    @property
    def idle(self) -> bool:
        """Whether no thread of it runs."""
        with self._lock:
            return not (self._thread.there or self._lanes or self._requests or self._pulsed)

    def _work(self) -> None:
        due = time.monotonic()
        while True:
            with self._lock:
                if not self._requests:
                    if not self._pulsed:
                        return self._thread.end()
                    self._turn.wait(max(0.0, due - time.monotonic()))
                requests, self._requests = list(self._requests), deque()
                pulsed = dict(self._pulsed) if time.monotonic() >= due else {}
            for call in requests:
                _done(call)
            if pulsed:
                due = time.monotonic() + self._pulse(pulsed)

    def _pulse(self, pulsed: dict[Pulsed, int]) -> float:
        """Look at all; how long to rest."""
        began = time.monotonic()
        over = [one for one in pulsed if not _done(one.pulse)]
        if over:
            with self._lock:
                for one in over:
                    if self._pulsed.get(one) == pulsed[one]:  # else it was asked for again meanwhile
                        del self._pulsed[one]
        return min(LONGEST, max(PULSE, SHARE * (time.monotonic() - began)))

    def _run(self, lane: str, waiting: deque[Call]) -> None:
        while True:
            with self._lock:
                if not waiting:
                    if self._lanes.get(lane) is waiting:
                        del self._lanes[lane]
                    return
                call = waiting.popleft()
            _done(call)


def _done(call: Call) -> object:
    try:
        with breathing():
            return call()
    except Exception:  # one that fails must not end the thread of all others
        LOG.debug("a view could not be served", exc_info=True)
        return None


_hub = Hub()


def hub() -> Hub:
    """The kernel's hub."""
    return _hub
