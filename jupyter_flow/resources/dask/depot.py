"""What goes to and fro between a store and workers that do not see it: the kernel's side."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import NamedTuple

from ...model.errors import StoreError
from ...model.events import FAILED, BlobRef, Failure, Record, Value
from ...model.sizes import size_text
from ...store.blobs import Blobs
from .relay import Pull, Unreachable, pieces
from .token import refs_in

THREADS = 2
SLOW = 1.0  # seconds; what takes longer is told of

Then = Callable[[Failure | None], None]


class Job(NamedTuple):
    """Copies that are to be taken."""

    refs: Sequence[BlobRef]
    pull: Pull
    then: Then


class Depot:
    """Takes copies of what workers have made, on threads of its own, and gives pieces of what they need."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._bytes = [0, 0]  # that have come, and that are to, since there was nothing to take
        self._since = 0.0

    def missing(self, record: Record) -> list[BlobRef]:
        """What a record refers to that is not in the store."""
        return [ref for ref in dict.fromkeys(refs_in(record)) if not self._blobs.renew(ref)]

    def take(self, refs: Sequence[BlobRef], pull: Pull, then: Then) -> None:
        """Copy these to the store; `then` is told why not, or None, on another thread."""
        with self._lock:
            if self._bytes[0] == self._bytes[1]:
                self._bytes, self._since = [0, 0], time.monotonic()
            self._bytes[1] += sum(ref.size for ref in refs)
        if len(self._threads) < THREADS:
            thread = threading.Thread(target=self._run, name="jupyter-flow-depot", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._jobs.put(Job(refs, pull, then))

    def give(self, digest: bytes, at: int, size: int) -> bytes:
        """A piece of what is in the store. Raises OSError."""
        with self._blobs.path(BlobRef(digest, 0)).open("rb") as file:
            return os.pread(file.fileno(), size, at)

    @property
    def remark(self) -> str:
        """How far it is, where it takes a while."""
        come, all_ = self._bytes
        if come == all_ or time.monotonic() - self._since < SLOW:
            return ""
        return f"values arrive from the cluster: {size_text(come)} of {size_text(all_)}"

    def close(self) -> None:
        """Take no more."""
        for _ in self._threads:
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.then(self._taken(job))

    def _taken(self, job: Job) -> Failure | None:
        come = 0

        def counted(digest: bytes, at: int, size: int) -> bytes:
            nonlocal come
            piece = job.pull(digest, at, size)
            come += len(piece)
            with self._lock:
                self._bytes[0] += len(piece)
            return piece

        try:
            for ref in job.refs:
                self._blobs.arrive(ref, pieces(ref, counted))
        except Unreachable as error:
            text = f"what it has made was lost before it was in the kernel's store: {error}"
            return Failure("worker_lost", "WorkerLost", text, "")
        except (StoreError, ValueError) as error:
            return Failure("store", type(error).__name__, f"its output is not in the kernel's store: {error}", "")
        finally:
            with self._lock:
                self._bytes[0] += sum(ref.size for ref in job.refs) - come
        return None


def failed(record: Record, failure: Failure) -> Record:
    """The record of an electron whose output did not arrive."""

    def small(text: Value | None) -> Value | None:
        return text if isinstance(text, bytes) else None

    stdout, stderr, shown = map(small, (record.stdout, record.stderr, record.displays))
    return record._replace(status=FAILED, value=None, failure=failure, stdout=stdout, stderr=stderr, displays=shown)
