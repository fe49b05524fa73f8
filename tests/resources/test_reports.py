import threading
from types import SimpleNamespace
from typing import Any

from jupyter_flow.resources.base import Claim, Share
from jupyter_flow.resources.foresight import Foresight
from jupyter_flow.resources.reports import Reports
from jupyter_flow.resources.workerprocess import Outstanding
from jupyter_flow.worker.entries import BatchDone, Entry, Returned


class Queue:
    """Counts what is released."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.released: list[Claim] = []

    def release(self, claim: Claim) -> None:
        self.released.append(claim)


def worker_with(*claims: Claim) -> Any:
    """A worker that has these batches, and runs the first electron of the first."""
    told: list[Entry] = []
    batches = {number: Outstanding(claim) for number, claim in enumerate(claims, 1)}
    idle = {"tidy": lambda: None, "proved": False, "garbled": False, "ended": 0}
    return SimpleNamespace(told=told, read=lambda: told, batches=batches, **idle)


def claim_of(work: Any, *nodes: int) -> Claim:
    return Claim(work, Share(None), [(node, 1, 0, 0, ()) for node in nodes], 1, True)


def test_a_batch_of_which_all_was_taken_back_no_longer_counts_though_its_worker_comes_to_it_late() -> None:
    back: list[tuple[int, int]] = []
    work: Any = SimpleNamespace(number=7, returned=back.extend)
    first, second = claim_of(work, 0, 1), claim_of(work, 2, 3)
    worker, queue = worker_with(first, second), Queue()
    reports = Reports(queue, Foresight())  # type: ignore[arg-type]
    worker.told[:] = [Returned(7, (3, 2)), Returned(7, (1,))]
    reports.read(worker)
    assert sorted(back) == [(1, 1), (2, 1), (3, 1)]
    assert queue.released == [second]  # of the first one something runs
    worker.told[:] = [BatchDone(1), BatchDone(2)]
    reports.read(worker)
    assert queue.released == [second, first]
