"""From what worker processes write in their journals to what the dispatches are told."""

import time
from itertools import groupby
from typing import Any

from ..model.events import Record
from ..worker.entries import BatchDone, Entry, Finished, Returned, Started
from .base import Queue, Work
from .foresight import Foresight
from .workerprocess import Outstanding, WorkerProcess


class Reports:
    """Reads the journals of the workers of one resource."""

    def __init__(self, queue: Queue, foresight: Foresight) -> None:
        self._queue, self._foresight = queue, foresight

    def read(self, worker: WorkerProcess) -> int:
        """Take in what a worker has written since the last look; how many entries that was."""
        entries = worker.read()
        if entries:
            worker.proved = True
            works = {batch.claim.work.number: batch.claim.work for batch in worker.batches.values()}
            for kind, same in groupby(entries, key=_kind):
                self._handle(worker, works, kind, list(same))
            worker.tidy()
        if worker.garbled and not worker.killed:
            worker.kill()
        return len(entries)

    def _handle(self, worker: WorkerProcess, works: dict[int, Work], kind: Any, entries: list[Entry]) -> None:
        if kind == "batch":
            for entry in entries:
                assert isinstance(entry, BatchDone)
                self.through(worker, entry.number)
        elif kind == "returned":
            for entry in entries:
                assert isinstance(entry, Returned)
                if entry.run in works:
                    self._given_back(worker, works[entry.run], entry.nodes)
        else:
            self._told(worker, works[kind], entries)

    def _told(self, worker: WorkerProcess, work: Work, entries: list[Entry]) -> None:
        """Starts and finishes of one dispatch. Only the start of what still runs is news."""
        records = [entry.record for entry in entries if isinstance(entry, Finished)]
        worker.current = entries[-1] if isinstance(entries[-1], Started) else None
        for batch in worker.batches.values():
            if batch.claim.work is work:
                _strike(batch, records)
        if records:
            worker.ended = records[-1].end
            work.finished(records)
        if worker.current is not None:
            worker.since, worker.recalled = time.monotonic(), False
            with self._queue.lock:
                work.started(worker.current.node, worker.current.attempt, worker.current.start)

    def through(self, worker: WorkerProcess, number: int) -> None:
        """A batch is over; what it did not report was not started."""
        batch = worker.batches.pop(number)
        if batch.begun and not worker.batches:
            took = worker.ended - batch.begun
            self._foresight.waited(time.time_ns() - worker.ended, len(batch.claim.members), took)
        with self._queue.lock:
            batch.claim.work.returned(list(batch.members.items()))
            self._release(batch)

    def _given_back(self, worker: WorkerProcess, work: Work, nodes: tuple[int, ...]) -> None:
        mine = [batch.members for batch in worker.batches.values() if batch.claim.work is work]
        held = [(node, next((members for members in reversed(mine) if node in members), None)) for node in nodes]
        returned = [(node, members.pop(node)) for node, members in held if members is not None]
        with self._queue.lock:
            work.returned(returned)
            for batch in worker.batches.values():
                if not batch.members:  # its worker says that it is over when it comes to it, behind a long electron
                    self._release(batch)

    def _release(self, batch: Outstanding) -> None:
        """(lock) Its executor may run another."""
        if not batch.released:
            batch.released = True
            self._queue.release(batch.claim)


def _strike(batch: Outstanding, records: list[Record]) -> None:
    """Members that have ended are not outstanding any more."""
    members = batch.members
    for record in records:
        node = record[0]
        if node in members and members[node] == record[1]:
            del members[node]
            batch.begun = batch.begun or record[3]


def _kind(entry: Entry) -> Any:
    if isinstance(entry, Finished):
        return entry[0]
    if isinstance(entry, BatchDone):
        return "batch"
    return "returned" if isinstance(entry, Returned) else entry.run
