"""Sublattices: graphs that workers have built, each a run of its own below the one that it belongs to."""

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from ..model.concealing import revealed
from ..model.events import FAILED, Record
from ..model.graph import TransportGraph
from ..worker.failures import failure_of
from .archive import new_id, pack_record
from .resolve import resolve
from .run import Run
from .submission import Submission

if TYPE_CHECKING:
    from .dispatcher import Dispatcher


class Sublattices:
    """Runs them, one after the other begun on a thread that lives from the first one on."""

    def __init__(self, dispatcher: "Dispatcher") -> None:
        self._dispatcher = dispatcher
        self._built: SimpleQueue[tuple[Run, Record] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, outer: Run, built: Record) -> None:
        """A worker has built the graph of a sublattice: run it."""
        with self._dispatcher.lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="jupyter-flow-builder", daemon=True)
                self._thread.start()
        self._built.put((outer, built))

    def close(self) -> None:
        """Begin none any more."""
        self._built.put(None)

    def _serve(self) -> None:
        while (item := self._built.get()) is not None:
            outer, built = item
            try:
                self._begin(outer, built)
            except BaseException as error:
                outer.finished([built._replace(status=FAILED, value=None, failure=failure_of(error))])

    def _begin(self, outer: Run, built: Record) -> None:
        graph = self._graph(outer, built)
        record, at = pack_record(graph, None, None), outer.setup.moment
        submission = Submission(new_id(), graph.name, record, at, (outer, built.node, built))
        inner = self._dispatcher.submit(submission, graph)
        inner.names = outer.names
        with self._dispatcher.lock:
            wanted = outer.machine.current(built.node, built.attempt)
        outer.inherit(built.node, inner)
        inner.start()
        if not wanted:
            inner.cancel()

    def _graph(self, outer: Run, built: Record) -> TransportGraph:
        """What was built, its executors resolved."""
        assert built.value is not None
        blobs = self._dispatcher.store.blobs
        graph = revealed(built.value if isinstance(built.value, bytes) else bytes(blobs.read(built.value)[0]))
        resolve(graph, outer.names, outer.graph.executor_of(built.node))
        graph.name = outer.graph.name_of(built.node)
        graph.sources = {**outer.graph.sources, **graph.sources}
        return graph
