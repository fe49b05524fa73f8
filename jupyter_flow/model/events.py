"""What is told about nodes while a dispatch runs.

In the hot path an attempt is a plain tuple in the order of `Record`; the class names the
fields for those who read it at leisure. Node states inside the engine are the small
integers below, because a bytearray of them is a thousand times cheaper than objects.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from .status import Status
from .visible import one_line

WAITING, READY, HANDED, RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED, INTERRUPTED = range(9)
EXPANDED = 9  # a sublattice was built: its value is a graph, and the node goes on until that has run

STATUS_OF = (
    Status.NEW_OBJECT,  # WAITING: an input is missing
    Status.NEW_OBJECT,  # READY: could start
    Status.NEW_OBJECT,  # HANDED: lies with a worker, not started
    Status.RUNNING,
    Status.COMPLETED,
    Status.FAILED,
    Status.CANCELLED,
    Status.SKIPPED,
    Status.INTERRUPTED,
    Status.RUNNING,  # EXPANDED: its inner nodes run
)


LONGEST = 200  # characters of a reason, where an attempt is shown


class BlobRef(NamedTuple):
    """A value too large to travel: a file of the store, named by what is in it."""

    digest: bytes  # blake3, 32 bytes
    size: int  # bytes on disk


Value = bytes | BlobRef


class Origin(NamedTuple):
    """Where a value that was found in the cache was computed."""

    dispatch: str
    node: int


class Failure(NamedTuple):
    """Why an attempt did not complete, as text that is safe to show anywhere."""

    # raised, worker_lost, out_of_memory, timed_out, cancelled, interrupted, result_unserializable, input, store
    kind: str
    type: str
    message: str
    traceback: str
    exception: bytes | None = None  # the pickled exception, where it survives the journey


class Record(NamedTuple):
    """One attempt of one node, ended. Times are nanoseconds since the epoch."""

    node: int
    attempt: int
    status: int  # COMPLETED .. EXPANDED above
    start: int  # 0: never started
    end: int
    worker: int  # the store's number of the worker it ran on, 0 for none
    value: Value | None = None
    stdout: Value | None = None  # UTF-8 text (in a blob: the blob's first and only part)
    stderr: Value | None = None
    failure: Failure | None = None
    displays: Value | None = None  # a JSON list, as `model.display` reads it (in a blob: as stdout)
    origin: Origin | None = None  # it did not run: its value was in the cache

    def __repr__(self) -> str:
        """``<attempt 2 of node 3: FAILED after 0.12 s, ValueError: no luck>``."""
        took = f" after {(self.end - self.start) / 1e9:.3g} s" if self.start and self.end > self.start else ""
        why = f", {one_line(f'{self.failure.type}: {self.failure.message}')}" if self.failure else ""
        why = why if len(why) <= LONGEST else why[:LONGEST] + "…"
        cached = ", from the cache" if self.origin else ""
        return f"<attempt {self.attempt} of node {self.node}: {STATUS_OF[self.status]}{took}{cached}{why}>"


# A record of all its fields, as one tuple: made a third as fast by its class, and there is one for each attempt.
record_of: Callable[[tuple[Any, ...]], Record] = functools.partial(tuple.__new__, Record)


def counted(attempts: list[Record]) -> list[Record]:
    """A node's attempts with the numbers that people give them: 1, 2, …

    What is handed to a worker behind a node that then fails was never tried, and yet had a number.
    """
    if not attempts or attempts[-1].attempt <= len(attempts):
        return attempts
    return [record._replace(attempt=number) for number, record in enumerate(attempts, 1)]
