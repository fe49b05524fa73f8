"""Ends of dispatches that the store could not record, on a full disk, say: tried again until it can.

Whoever waits has been told already, so that nobody waits for a disk. What was told is what is written.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from ..model.errors import StoreCorruption, StoreError
from ..model.events import COMPLETED, FAILED, Failure, Record

LOG = logging.getLogger("jupyter_flow")
FIRST, LONGEST = 0.5, 5.0  # seconds between two tries, each time twice as long

Told = Callable[[BaseException | None], object]
Write = Callable[[Told], None]


class Unfinished:
    """What is to be written; a thread tries while there is something."""

    def __init__(self) -> None:
        self._writes: list[Write] = []
        self._waiting = threading.Condition(threading.Lock())
        self._thread: threading.Thread | None = None
        self._pause = FIRST
        self._closed = False

    def add(self, write: Write) -> None:
        """Have this tried again; it is given whom to tell how that went."""
        with self._waiting:
            self._writes.append(write)
            if self._thread is None and not self._closed:
                self._pause = FIRST
                self._thread = threading.Thread(target=self._run, name="jupyter-flow-unfinished", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Try once more, for the last time."""
        with self._waiting:
            self._closed = True
            self._waiting.notify()
        self._try()

    def _run(self) -> None:
        while True:
            with self._waiting:
                if not self._closed:
                    self._waiting.wait(self._pause)
                if self._closed or not self._writes:
                    self._thread = None
                    return
            self._pause = min(LONGEST, 2 * self._pause)
            self._try()

    def _try(self) -> None:
        with self._waiting:
            writes, self._writes = self._writes, []
        for write in writes:
            try:
                write(lambda error, write=write: self._tried(write, error))  # type: ignore[misc]
            except StoreError as error:
                LOG.warning("the end of a dispatch is not recorded: %s", error)

    def _tried(self, write: Write, error: BaseException | None) -> None:
        if error is None:
            return
        if isinstance(error, StoreCorruption):  # time does not mend that
            LOG.warning("the end of a dispatch is not recorded: %s", error)
        else:
            self.add(write)


def unrecorded(rows: Sequence[Record], error: BaseException) -> list[Record]:
    """Rows as they may be told though the store has none of them: nothing of it has completed."""
    failure = Failure("store", type(error).__name__, f"it had completed, which could not be recorded: {error}", "")
    return [
        row._replace(status=FAILED, value=None, failure=failure, origin=None) if row.status == COMPLETED else row
        for row in rows
    ]
