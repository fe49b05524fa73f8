"""What the world is told of a dispatch: what is on disk, and not before.

The machine knows what has happened. What anybody is told (`published`) follows when it is written: a node is
COMPLETED for the user only after no process's death can take that back.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from ..model.errors import StoreError
from ..model.events import STATUS_OF, Failure, Record
from ..model.graph import TransportGraph
from ..model.status import Status
from ..store.latch import Latch
from ..store.records import Made
from ..store.writer import OnCommit
from .caching import Caching
from .endings import told
from .machine import Machine
from .unfinished import unrecorded

if TYPE_CHECKING:
    from .dispatcher import Dispatcher
    from .run import Run

LOG = logging.getLogger("jupyter_flow")

Listener = Callable[["Run", Sequence[Record]], None]


def _nothing(node: int, child: "Run") -> None:
    """It is no repetition."""


class Telling:
    """The side of a running dispatch that others see."""

    machine: Machine

    def __init__(self, dispatcher: "Dispatcher", id: str, number: int, graph: TransportGraph) -> None:
        self.id, self.number, self.graph = id, number, graph
        self.caching = Caching.of(graph)
        self.published = bytearray(len(graph))
        self.records: dict[int, Record] = {}
        self.retried: list[Record] = []
        self.begun: dict[int, int] = {}  # when nodes that run now were started
        self.landing: dict[int, Record] = {}  # what has ended, and is not told yet
        self.status = Status.RUNNING
        self.error: str | None = None
        self.started_at, self._since = time.time_ns(), time.monotonic_ns()
        self.ended_at = 0
        self.ended = Latch()
        self.listeners: list[Listener] = []
        self.on_end: Callable[[Run], None] | None = None
        self.taken = 0  # electrons whose values it had from the start
        self.left: tuple[int, ...] = ()  # versions of the others, of a repetition
        self.inherit: Callable[[int, Run], None] = _nothing  # a sublattice gets what an earlier dispatch had of it
        self._dispatcher = dispatcher
        self._again: set[tuple[int, int]] = set()  # attempts that another one follows
        self._failed: dict[int, Failure | None] = {}
        self._unwritten: list[Record] = []  # rows that the store could not record

    def _write(self, rows: list[Record]) -> None:
        """(lock) Have rows written, and told once they are; the end of the dispatch with the last of them.

        Under the lock, so that they are queued in the order of the machine's steps: none comes after the end.
        """
        self.landing.update({row[0]: row for row in rows})
        if self.machine.done:
            self._finish(rows)
        elif rows:
            made = self.caching.made(rows) if self.caching is not None else ()
            self._dispatcher.store.record(self.number, rows, lambda error: self._publish(rows, error), made)

    def _finish(self, rows: list[Record]) -> None:
        if self.ended_at:
            return
        self.ended_at = max(time.time_ns(), self.started_at + time.monotonic_ns() - self._since)
        status = self.machine.status if self.error is None else Status.FAILED
        text = self.error or told(self.graph, self._failed)
        made = self.caching.made(rows) if self.caching is not None else ()
        self._record_end(rows, status, text, lambda error: self._end(rows, status, text, error), made)

    def _record_end(
        self, rows: Sequence[Record], status: Status, text: str | None, then: OnCommit, made: Sequence[Made] = ()
    ) -> None:
        code, times = STATUS_OF.index(status), (self.started_at, self.ended_at)
        nodes = len(self.graph)
        self._dispatcher.store.finish(self.number, rows, code, text, *times, then, nodes=nodes, made=made)

    def _publish(self, rows: Sequence[Record], error: BaseException | None) -> None:
        """(store's thread) Rows are on disk."""
        run = cast("Run", self)
        if error is not None:
            self._unwritten += rows
            self._dispatcher.broken(run, error)
            return
        for row in rows:
            node = row[0]
            self.landing.pop(node, None)
            if self._again and (node, row[1]) in self._again:
                self.retried.append(row)
                if self.begun.get(node) == row[3]:  # it waits; its next attempt may have begun as well
                    del self.begun[node]
                continue
            self.records[node] = row  # first: whoever finds that it has ended finds how
            self.published[node] = row[2]
            self.begun.pop(node, None)
        for listener in list(self.listeners):
            try:
                listener(run, rows)
            except Exception:
                LOG.exception("what listens to dispatch %s failed", self.id)

    def _end(self, rows: Sequence[Record], status: Status, text: str | None, error: BaseException | None) -> None:
        """(store's thread) The end is on disk, or it is to be tried with all that could not be written before."""
        if error is None:
            self._over(rows, status, text)
            return
        rows = [*self._unwritten, *rows]
        if self.error is not None:
            status, text = Status.FAILED, self.error
        try:
            self._record_end(rows, status, text, lambda error: self._end_at_last(rows, status, text, error))
        except StoreError as closed:
            self._end_at_last(rows, status, text, closed)

    def _end_at_last(
        self, rows: Sequence[Record], status: Status, text: str | None, error: BaseException | None
    ) -> None:
        """(store's thread) Nobody waits for a disk: what is told now is written when that can be."""
        if error is not None:
            rows, status = unrecorded(rows, error), Status.FAILED
            text = self.error or f"the store could not record the end of this dispatch: {error}"
            self._dispatcher.unfinished.add(lambda then: self._record_end(rows, status, text, then))
        self._over(rows, status, text)

    def _over(self, rows: Sequence[Record], status: Status, text: str | None) -> None:
        """(store's thread) The dispatch is over."""
        run = cast("Run", self)
        self.status, self.error = (status, text) if self.error is None else (Status.FAILED, self.error)
        try:
            self._publish(rows, None)
            if self.on_end is not None:
                self.on_end(run)
        finally:  # whoever waits must not wait for ever
            self.ended.set()
            self._dispatcher.over(run)
