"""Starts electron cells when their inputs are known.

All of it happens on one thread: others only ask. So no interrupt, which reaches the kernel's main thread
anywhere, can leave an execution half started.
"""

import functools
import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from ...dispatch.run import Run
from ...model.errors import StoreError
from ...model.events import BlobRef, Value
from ...model.literal import Literal
from ...session import session
from ...widgets.threads import OnDemandThread
from .execution import Execution, State, cancelled, skipped

LOG = logging.getLogger("jupyter_flow")
IDLE = 2.0  # seconds without a wish after which the thread ends; the next one starts another


def _kept(producer: Execution) -> Value:
    """What a cell made, as it lies in the store. Raises StoreError where it was pruned since."""
    assert producer.value is not None
    if isinstance(producer.value, BlobRef) and not session().store.blobs.renew(producer.value):
        raise StoreError(f"what {producer.name!r} made is not in the store any more: run its cell again")
    return producer.value


class Scheduler:
    """The executions that have not ended."""

    def __init__(self, ended: Callable[[Execution], None]) -> None:
        self._ended = ended
        self._live: list[Execution] = []
        self._wanted: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread = OnDemandThread("jupyter_flow flow", self._serve, self._lock)

    @property
    def live(self) -> list[Execution]:
        """What has not ended, oldest first."""
        return [execution for execution in list(self._live) if not execution.state.over]

    def add(self, execution: Execution, instead_of: Execution | None = None) -> None:
        """Take an execution on; it starts as soon as its inputs are there.

        What waits for the one that it replaces, and has not started, waits for it then; the old one is cancelled.
        """
        self._live.append(execution)
        if instead_of is not None and not instead_of.state.over:
            self._ask(functools.partial(self._rewire, instead_of, execution))
            self._ask(functools.partial(self._cancel, instead_of))
        self._ask(functools.partial(self._advance, execution))

    def wake(self, execution: Execution) -> None:
        """Somebody needs what was not to start by itself."""
        self._ask(functools.partial(self._wake, execution))

    def cancel(self, execution: Execution) -> None:
        """Stop an execution; what waits for it never starts."""
        self._ask(functools.partial(self._cancel, execution))

    # the thread --------------------------------------------------------------------------------------

    def _ask(self, act: Callable[[], None]) -> None:
        """An interrupt may come between any two steps: nothing is asked then, or somebody does it."""
        with self._lock:
            self._thread.start()
            self._wanted.put(act)

    def _serve(self) -> None:
        while (act := self._next()) is not None:
            try:
                act()
            except BaseException:  # all cells wait for this thread
                LOG.exception("the flow met an error, and goes on")

    def _next(self) -> Callable[[], None] | None:
        """What is to be done next; None when nobody has wanted anything for a while."""
        try:
            return self._wanted.get(timeout=IDLE)
        except Empty:
            with self._lock:
                if self._wanted.empty():
                    self._thread.end()
                    return None
            return self._wanted.get()

    def _wake(self, execution: Execution) -> None:
        if execution.state is State.LAZY:
            execution.state = State.WAITING
            self._advance(execution)

    def _cancel(self, execution: Execution) -> None:
        if execution.state is State.RUNNING and execution.run is not None:
            execution.run.cancel()
        else:
            self._settle(execution, State.CANCELLED, cancelled(execution))

    def _advance(self, execution: Execution) -> None:
        """Start it if it can start, or end it if it never will; wake what it needs."""
        if execution.state is not State.WAITING:
            return
        producers = execution.producers
        for producer in producers:
            self._wake(producer)
            if producer.state in (State.FAILED, State.CANCELLED):
                execution.cause = producer.cause or producer
                self._settle(execution, State.FAILED, skipped(producer))
                return
        if all(producer.state is State.DONE for producer in producers):
            self._start(execution)

    def _start(self, execution: Execution) -> None:
        graph = execution.captured.graph
        try:
            for label, wait in execution.captured.waits.items():
                graph.supply(0, label, Literal(_kept(wait.producer)))
            execution.state = State.RUNNING
            execution.run = session().start(graph, execution.captured.moment, functools.partial(self._over, execution))
        except Exception as error:  # no space, a closed session: the cell has failed, and says why
            self._settle(execution, State.FAILED, error)

    def _over(self, execution: Execution, run: Run) -> None:
        """(store's thread) A dispatch has ended."""
        self._ask(functools.partial(self._conclude, execution, run))

    def _conclude(self, execution: Execution, run: Run) -> None:
        run.ended.wait()
        execution.run = run
        try:
            state, value, error = execution.outcome(run)
        except Exception as problem:  # the record cannot be read: that is the outcome
            state, value, error = State.FAILED, None, problem
        execution.value = value
        self._settle(execution, state, error)

    def _settle(self, execution: Execution, state: State, error: BaseException | None) -> None:
        """An execution has ended: tell, and go on with what waits for it."""
        if execution.state.over:
            return
        execution.state, execution.error = state, error
        if execution in self._live:
            self._live.remove(execution)
        self._ended(execution)
        execution.ended.set()
        for other in list(self._live):
            if execution in other.producers:
                self._advance(other)

    def _rewire(self, old: Execution, new: Execution) -> None:
        for execution in self._live:
            if execution is new or execution.state not in (State.WAITING, State.LAZY):
                continue
            waits = execution.captured.waits
            for label, wait in list(waits.items()):
                if wait.producer is old:
                    waits[label] = wait._replace(producer=new)
            for name, seen in list(execution.seen.items()):
                if seen.by is old:
                    execution.seen[name] = seen._replace(by=new)
            execution.after = [new if producer is old else producer for producer in execution.after]
