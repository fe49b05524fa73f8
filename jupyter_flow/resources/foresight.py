"""How much workers are given ahead, so that none waits for a kernel that is slow to come.

A kernel whose cell works in pure Python gives its other threads the GIL every five milliseconds. Whoever was through
with all it had, and waited for long, is to have more at once the next time: more members in a batch, where they are
cheap, and another batch behind one that takes longer.
"""

import time

from .workerprocess import WorkerProcess

LONG = 0.004  # seconds after which an electron holds up what lies behind it
FEWEST, MOST = 64, 1024  # members of a batch
SHARE = 8  # a worker that waited for more than this part of the time its batch took was given too little
SPARE = 64  # one that waited for less than this part could do with half
LONGEST = 25_000_000  # ns; who waited longer did so for another reason


class Foresight:
    """Learns from each worker that was through with all it had."""

    def __init__(self) -> None:
        self.batch = FEWEST  # members at most
        self._wait = 0  # ns that workers wait for the kernel

    def waited(self, nanoseconds: int, members: int, took: int) -> None:
        """A worker has waited for the kernel, after a batch of so many members that took so many nanoseconds."""
        wait = min(max(0, nanoseconds), LONGEST)
        self._wait = max(wait, (3 * self._wait + wait) // 4)
        if wait * SHARE > took and members >= self.batch:
            self.batch = min(2 * self.batch, MOST)
        elif wait * SPARE < took:
            self.batch = max(self.batch // 2, FEWEST)

    def brief(self, worker: WorkerProcess) -> bool:
        """Whether a worker will be through with what it has before the kernel comes again, or soon enough."""
        if all(batch.claim.cheap for batch in worker.batches.values()):
            return not long(worker)
        return 0 < worker.cost < self._wait * SHARE and not worker.recalled


def long(worker: WorkerProcess) -> bool:
    """Whether what a worker runs holds up what lies behind it."""
    return worker.current is not None and time.monotonic() - worker.since > LONG
