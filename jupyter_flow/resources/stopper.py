"""Killing workers for what they run, and for nothing else.

Short electrons follow each other faster than anybody can aim. So a worker is stopped in its tracks, what it has
written until then is read, and it dies if it runs what is to end; else it goes on.
"""

from collections.abc import Iterable

from ..worker.messages import Drop
from .base import Work
from .memorywatch import Excess
from .reports import Reports
from .workerprocess import WorkerProcess


class Stopper:
    """Stops attempts, on the thread that serves the workers."""

    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    def stop(self, workers: Iterable[WorkerProcess], work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Have workers drop these (node, attempt) of a dispatch, and kill those that run one."""
        for worker in list(workers):
            mine = [batch.members.items() for batch in worker.batches.values() if batch.claim.work is work]
            unwanted = frozenset(item for members in mine for item in members if item in attempts)
            if unwanted:
                worker.send(Drop(work.number, unwanted))
                self._kill_if(worker, work.number, attempts)

    def exceeded(self, excess: Excess) -> None:
        """An electron has used more memory than it may: if it still runs, that is its end."""
        worker, started, used = excess
        if worker.batches and self._kill_if(worker, started.run, frozenset([(started.node, started.attempt)])):
            worker.overdrawn = used

    def _kill_if(self, worker: WorkerProcess, run: int, attempts: frozenset[tuple[int, int]]) -> bool:
        """Kill a worker if it runs one of these at this very moment, and no other electron."""
        if worker.killed or not worker.freeze():
            return False
        self._reports.read(worker)
        current = worker.current
        if current is None or current.run != run or (current.node, current.attempt) not in attempts:
            worker.thaw()
            return False
        worker.kill()
        return True
