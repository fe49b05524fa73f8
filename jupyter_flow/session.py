"""The session: one per kernel. It owns the store, the dispatcher and the resources."""

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from .dispatch.answers import why
from .dispatch.dispatcher import Dispatcher
from .dispatch.distant import cancel_elsewhere, check_nodes
from .dispatch.launcher import aside
from .dispatch.listed import Dispatches, listed
from .dispatch.memory import Memory
from .dispatch.run import Run
from .dispatch.strangers import left_out
from .dispatch.submitting import Submitter
from .dispatch.views import RunView, StoreView
from .dispatch.warning import warn
from .dispatch.watching import watched
from .executor.names import executors as names
from .model.electron import Electron
from .model.errors import DispatchError
from .model.events import Value
from .model.graph import TransportGraph
from .model.lattice import Lattice
from .model.pickles import keep_classes
from .model.result import Result
from .model.status import Status
from .model.vault import VAULT
from .resources.base import Resource, given_to, more_on, present
from .store.budget import Budget
from .store.runs import Store
from .store.settings import budget
from .worker.messages import Moment

TICK = 0.25  # seconds between two signs of life to whoever waits
POLL = 0.1  # seconds between two looks at a dispatch of another kernel


class ResourceInfo(NamedTuple):
    """A live resource, for people."""

    id: str
    kind: str
    workers: int
    running: int
    queued: int
    executors: list[str]
    pids: list[int]
    given_up: int = 0  # threads whose electrons were cancelled or timed out, and which have not come to their end
    remark: str = ""  # what it cannot do, or waits for
    dashboard: str = ""  # a page of its own in the web
    users: Sequence[Any] = ()  # the executors themselves: what they are called may mean others by now


class Session:
    """What a kernel has of jupyter_flow."""

    def __init__(self, results_dir: str | os.PathLike[str] | None = None) -> None:
        self.process = os.getpid()
        keep_classes()
        self.store = Store.open(None if results_dir is None else Path(results_dir))
        VAULT.keyed(self.store.key_for(b"secrets"))
        self.dispatcher = Dispatcher(self.store, names)
        self._closed = False  # from the moment it begins to be
        self._closing = threading.RLock()
        self._budget = Budget(self.store.root, budget())
        warn(self.store.losses())
        self.endings: list[Callable[[], object]] = []  # called when it is closed
        self.last: str | None = None  # the newest dispatch of this kernel
        self._memory = Memory()
        self._submitter = Submitter(self.dispatcher, self._memory)
        _before_exit(self._finish)

    # dispatching --------------------------------------------------------------------------------

    def submit(self, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Trace a workflow, write it down, start it. Raises BuildError, StoreError, and what the body raises."""
        warn(self._budget.look())
        self.last = self._submitter.submit(workflow, args, kwargs).id
        return self.last

    def resubmit(
        self,
        id: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        replace: Mapping[str, Electron] | None,
        reuse: bool,
        anew: Collection[int] = (),
        place: Callable[[TransportGraph], None] | None = None,
        secrets: Mapping[str, Any] = {},
        executor: Any = None,
    ) -> str:
        """Run a recorded workflow again, with other inputs or electrons. Raises UnknownDispatch, BuildError.

        anew: nodes whose values are not taken over in spite of `reuse`, nor those that depend on them. place: may
        give nodes of the new graph other executors. secrets: as in `verbs.redispatch`. executor: the lattice's default.
        """
        self.wait(id)
        warn(self._budget.look())
        row = self.store.run(id)
        self.last = self._submitter.resubmit(row, args, kwargs, replace, reuse, anew, place, secrets, executor).id
        return self.last

    def prepare(self, lattice: Lattice) -> TransportGraph:
        """The graph of a lattice that needs no arguments, as it is now; `start` runs it, perhaps later.

        Raises BuildError.
        """
        return self._submitter.prepare(lattice)

    def start(self, graph: TransportGraph, at: Moment, on_end: Callable[[Run], None]) -> Run:
        """Dispatch a prepared graph; `on_end` is told, on a thread of the store's, when that has ended.

        at: whose working directory and environment its electrons run in.

        It cannot be run again by its id: there is no workflow to build it from. Raises StoreError.
        """
        return self._submitter.start(graph, at, on_end)

    # following ----------------------------------------------------------------------------------

    def run(self, id: str) -> Run | None:
        """A dispatch of this session that runs or is remembered."""
        return self.dispatcher.runs.get(id) or self._memory.get(id)

    def runs(self) -> list[Run]:
        """The dispatches of this session that run or are remembered, sublattices aside."""
        going = [run for run in list(self.dispatcher.runs.values()) if run.parent is None]
        return list(dict.fromkeys([*going, *self._memory.all()]))

    def wait(self, id: str, timeout: float | None = None) -> None:
        """Wait until a dispatch has ended. An interrupt stops the waiting, not the work. Raises TimeoutError."""
        end = None if timeout is None else time.monotonic() + timeout
        with watched(id) as line:
            while not self._ended_within(id, TICK if end is None else min(TICK, end - time.monotonic())):
                if end is not None and time.monotonic() >= end:
                    raise TimeoutError(f"dispatch {id} has not ended after {timeout:g} s; it goes on")
                line.tick()

    def _ended_within(self, id: str, seconds: float) -> bool:
        run = self.run(id)
        if run is not None:
            return run.ended.wait(max(0.0, seconds))
        if self.store.run(id).state.final:
            return True
        time.sleep(max(0.0, min(POLL, seconds)))
        return False

    def result(self, id: str, output: bool = True, intermediate: bool = True, inside: bool = True) -> Result:
        """The outcome of a dispatch so far. Raises UnknownDispatch."""
        run = self.run(id)
        if run is not None:
            view: Any = RunView(run, self.store, self._inside, self._memory.given(id))
        else:
            view = StoreView(self.store.run(id), self.store, self._inside)
        return Result(view, output, intermediate, inside)

    def load(self, value: Value) -> Any:
        """The object of a value. Raises StoreCorruption, StoreUntrusted, and what unpickling raises."""
        return self.dispatcher.payload.load(value)

    def status(self, id: str) -> Status:
        """The status of a dispatch."""
        run = self.run(id)
        return run.status if run is not None else self.store.run(id).state

    def why(self, id: str, node: int) -> str:
        """Why a node ran although its electron is cached, or what it took its value from, in words.

        Raises UnknownDispatch, IndexError.
        """
        return why(self.result(id).node(node), self.store)

    def cancel(self, id: str, nodes: Sequence[int] | None = None) -> None:
        """Cancel a dispatch, or nodes of it; what has ended stays as it is. Raises UnknownDispatch, DispatchError."""
        run = self.run(id)
        if run is not None:
            check_nodes(id, nodes, len(run.graph))
            aside(partial(run.cancel, nodes))
        elif (row := self.store.run(id)).state is Status.RUNNING and row.session != self.store.session_id:
            cancel_elsewhere(self.store, row, nodes)

    def dispatches(self, limit: int | None = None) -> Dispatches:
        """What the store has, newest first; a warning names what cannot be trusted, or was lost."""
        strange: list[str] = []
        rows, pinned = self.store.runs(limit, strange=strange), self.store.pinned()
        warn(left_out(strange))
        warn(self.store.losses(thorough=True))
        return listed(rows, pinned)

    def pin(self, id: str, on: bool = True) -> str:
        """Have `prune` leave a dispatch alone, or not any more; the id of the whole. Raises UnknownDispatch."""
        return self.store.pin(id, on)

    def _inside(self, id: str, node: int) -> Result | None:
        run = self.run(id)
        child = run.children.get(node) if run is not None else None
        if child is not None:
            return Result(RunView(child, self.store, self._inside, None))
        row = next((row for row in self.store.children(id) if row.parent_node == node), None)
        return Result(StoreView(row, self.store, self._inside)) if row is not None else None

    # resources ----------------------------------------------------------------------------------

    @property
    def resources(self) -> list[ResourceInfo]:
        """The live resources: id, kind, workers, what runs and waits on each, and which executors share it."""
        with self.dispatcher.lock:
            return [self._info(resource) for resource in self.dispatcher.resources]

    def _info(self, resource: Resource) -> ResourceInfo:
        d, r = self.dispatcher, resource
        users, queued = d.sharing(r), d.queued(r) + given_to(r)
        called = [*dict.fromkeys(map(names.name_of, users))]
        return ResourceInfo(r.id, r.kind, present(r), r.running, queued, called, r.pids(), *more_on(r), users=users)

    @property
    def executors(self) -> dict[str, Any]:
        """The executors that have a name."""
        return dict(names.named)

    def _finish(self) -> None:
        """The process ends. A script waits for what it dispatched, as a pool's would; a kernel must not."""
        try:
            interrupted = getattr(sys, "last_type", None) is KeyboardInterrupt
            if "ipykernel" not in sys.modules and not interrupted and self.is_open():
                for run in list(self.dispatcher.runs.values()):
                    run.ended.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Stop every worker and close the store; what still runs is INTERRUPTED. Nothing recorded is lost.

        An interrupt ends the waiting for it; it is closed all the same.
        """
        if os.getpid() == self.process:  # else the user's code has forked: nothing of this is that process's own
            aside(self._close)

    def is_open(self) -> bool:
        """Whether it can be asked for something, in this process."""
        return not self._closed and os.getpid() == self.process

    def _close(self) -> None:
        with self._closing:  # whoever closes it a second time waits for the first
            if self._closed:
                return
            self._closed = True
            with ExitStack() as last_first:
                for close in (self.store.close, self.dispatcher.close, self._submitter.close, *self.endings):
                    last_first.callback(close)


def _before_exit(call: Callable[[], None]) -> None:
    """Have something called while threads can still be started, which is over when `atexit` gets to it."""
    register = getattr(threading, "_register_atexit", atexit.register)  # what concurrent.futures uses
    register(call)


_current: Session | None = None
_opening = threading.Lock()


def session(results_dir: str | os.PathLike[str] | None = None) -> Session:
    """This kernel's session, opened when it is first asked for. `results_dir`: where, if it is to be opened."""
    global _current
    with _opening:
        if _current is None or not _current.is_open():
            _current = Session(results_dir)
        elif results_dir is not None and Path(results_dir).absolute() != _current.store.root:
            raise DispatchError(
                f"this session keeps its results in {_current.store.root}; close it to use another place"
            )
        return _current


def opened() -> Session | None:
    """This kernel's session if it has been opened: whoever only looks on must not decide where results are kept."""
    current = _current
    return current if current is not None and current.is_open() else None
