"""The session: one per kernel. It owns the store, the dispatcher and the resources."""

import atexit
import functools
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .dispatch.answers import why
from .dispatch.archive import Inputs, new_id, pack_record
from .dispatch.dispatcher import Dispatcher, Submission
from .dispatch.distant import cancel_elsewhere, check_nodes
from .dispatch.launcher import Launcher
from .dispatch.memory import Memory
from .dispatch.moment import moment
from .dispatch.resolve import resolve
from .dispatch.reuse import reusable
from .dispatch.run import Run
from .dispatch.surroundings import Surroundings
from .dispatch.views import RunView, StoreView, archive_of
from .dispatch.watching import watched
from .dispatch.workflows import check_here, lattice_of
from .executor import _executor_manager as names
from .model.electron import Electron
from .model.errors import BuildError, DispatchError
from .model.events import Value
from .model.graph import TransportGraph
from .model.lattice import Lattice
from .model.pickles import pack
from .model.result import Result
from .model.status import Status
from .store.runs import Store
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


class DispatchSummary(NamedTuple):
    """A dispatch of the store, for people. Times are seconds since the epoch."""

    id: str
    name: str
    status: Status
    electrons: int
    created: float
    ended: float | None


class Session:
    """What a kernel has of jupyter_flow."""

    def __init__(self, results_dir: str | os.PathLike[str] | None = None) -> None:
        self.process = os.getpid()
        self.store = Store.open(None if results_dir is None else Path(results_dir))
        self.dispatcher = Dispatcher(self.store, names)
        self._launcher = Launcher()
        self._closed = False
        self.endings: list[Callable[[], object]] = []  # called when it is closed
        self.last: str | None = None  # the newest dispatch of this kernel
        self._memory = Memory()
        self._surroundings = Surroundings(self.store, names)
        _before_exit(self._finish)

    # dispatching --------------------------------------------------------------------------------

    def submit(self, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Trace a workflow, write it down, start it. Raises BuildError, StoreError, and what the body raises."""
        lattice = lattice_of(workflow)
        return self._submit(lattice, args, kwargs, {}, isinstance(workflow, Lattice), None)

    def resubmit(
        self,
        id: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        replace: Mapping[str, Electron] | None,
        reuse: bool,
        anew: Collection[int] = (),
        place: Callable[[TransportGraph], None] | None = None,
    ) -> str:
        """Run a recorded workflow again, with other inputs or electrons. Raises UnknownDispatch, BuildError.

        anew: nodes whose values are not taken over in spite of `reuse`, nor those that depend on them. place: may
        give nodes of the new graph other executors.
        """
        self.wait(id)
        row = self.store.run(id)
        archive = archive_of(row, self.store)
        if archive.workflow is None:
            why = (
                f"is a sublattice of {row.root}"
                if row.parent
                else "could not be recorded: its lattice cannot be pickled"
            )
            raise DispatchError(f"dispatch {id} cannot be run again: it {why}")
        payload = self.dispatcher.payload
        lattice, replaced = payload.load(archive.workflow)
        if not args and not kwargs:
            assert archive.inputs is not None
            args, kwargs = archive.inputs.load(payload.load)
        earlier = (archive.graph, self._outcomes(row.serial, anew)) if reuse else None
        return self._submit(lattice, args, kwargs, {**replaced, **(replace or {})}, True, earlier, place)

    def _submit(
        self, lattice: Lattice, args: tuple[Any, ...], kwargs: dict[str, Any], replaced: dict[str, Electron],
        declared: bool, earlier: tuple[TransportGraph, Callable[[int], Any]] | None,
        place: Callable[[TransportGraph], None] | None = None,
    ) -> str:  # fmt: skip
        check_here()
        names.get_executor(lattice.workflow_executor)
        inputs = Inputs(tuple(map(self._recorded, args)), {k: self._recorded(v) for k, v in kwargs.items()})
        graph = lattice.trace(args, kwargs, self._surroundings, replaced)
        if not declared and not len(graph):
            raise BuildError(f"{lattice.name!r} calls no electron, so there is nothing to dispatch; is it a lattice?")
        if place is not None:
            place(graph)
        resolve(graph, names, None)
        workflow = self._recorded((lattice, replaced))
        submission = Submission(new_id(), lattice.name, pack_record(graph, inputs, workflow), moment())
        run: Run = self._launcher.do(lambda: self._launch(submission, graph, inputs, earlier), Run.cancel)
        self.last = run.id
        return run.id

    def prepare(self, lattice: Lattice) -> TransportGraph:
        """The graph of a lattice that needs no arguments, as it is now; `start` runs it, perhaps later.

        Raises BuildError.
        """
        graph = lattice.trace((), {}, self._surroundings)
        resolve(graph, names, None)
        return graph

    def start(self, graph: TransportGraph, at: Moment, on_end: Callable[[Run], None]) -> Run:
        """Dispatch a prepared graph; `on_end` is told, on a thread of the store's, when that has ended.

        at: whose working directory and environment its electrons run in.

        It cannot be run again by its id: there is no workflow to build it from. Raises StoreError.
        """
        inputs = Inputs((), {})
        submission = Submission(new_id(), graph.name, pack_record(graph, inputs, None), at)
        run: Run = self._launcher.do(lambda: self._launch(submission, graph, inputs, None, on_end), Run.cancel)
        return run

    def _launch(
        self, submission: Submission, graph: TransportGraph, inputs: Inputs,
        earlier: tuple[TransportGraph, Callable[[int], Any]] | None, on_end: Callable[[Run], None] | None = None,
    ) -> Run:  # fmt: skip
        """(launcher) Write a dispatch down and start it: wholly, or not at all."""
        adopted = reusable(graph, *earlier, self.store.blobs.renew) if earlier is not None else []
        run = self.dispatcher.submit(submission, graph)
        self._memory.begun(run, inputs)
        run.on_end = functools.partial(self._over, on_end)
        if adopted:
            run.adopt(adopted)
        run.start()
        return run

    def _recorded(self, value: object) -> Value | None:
        """A value for the record; None where it cannot be pickled (only a repetition will need it)."""
        try:
            return pack(value, self.store.blobs.write)
        except OSError:
            raise
        except Exception:
            return None

    def _outcomes(self, serial: int, anew: Collection[int]) -> Callable[[int], Any]:
        last = {record.node: record for record in self.store.rows(serial) if record.node not in anew}
        return last.get

    # following ----------------------------------------------------------------------------------

    def run(self, id: str) -> Run | None:
        """A dispatch of this session that runs or is remembered."""
        return self.dispatcher.runs.get(id) or self._memory.get(id)

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
            run.cancel(nodes)
        elif (row := self.store.run(id)).state is Status.RUNNING and row.session != self.store.session_id:
            cancel_elsewhere(self.store, row, nodes)

    def dispatches(self, limit: int | None = None) -> list[DispatchSummary]:
        """What the store has, newest first."""
        return [
            DispatchSummary(row.id, row.name, row.state, row.electrons, row.created / 1e9, row.ended / 1e9 or None)
            for row in self.store.runs(limit)
        ]

    def _inside(self, id: str, node: int) -> Result | None:
        run = self.run(id)
        child = run.children.get(node) if run is not None else None
        if child is not None:
            return Result(RunView(child, self.store, self._inside, None))
        row = next((row for row in self.store.children(id) if row.parent_node == node), None)
        return Result(StoreView(row, self.store, self._inside)) if row is not None else None

    def _over(self, on_end: Callable[[Run], None] | None, run: Run) -> None:
        self._memory.ended(run)
        if on_end is not None:
            on_end(run)

    # resources ----------------------------------------------------------------------------------

    @property
    def resources(self) -> list[ResourceInfo]:
        """The live resources: id, kind, workers, what runs and waits on each, and which executors share it."""
        dispatcher = self.dispatcher
        with dispatcher.lock:
            return [
                ResourceInfo(r.id, r.kind, r.workers, r.running, dispatcher.queued(r), dispatcher.sharing(r), r.pids())
                for r in dispatcher.resources
            ]

    @property
    def executors(self) -> dict[str, Any]:
        """The executors that have a name."""
        return dict(names.named)

    def _finish(self) -> None:
        """The process ends. A script waits for what it dispatched, as a pool's would; a kernel must not."""
        try:
            interrupted = getattr(sys, "last_type", None) is KeyboardInterrupt
            if "ipykernel" not in sys.modules and not interrupted and os.getpid() == self.process:
                for run in list(self.dispatcher.runs.values()):
                    run.ended.wait()
        finally:
            self.close()

    def close(self) -> None:
        """Stop every worker and close the store; what still runs is INTERRUPTED. Nothing recorded is lost."""
        if os.getpid() != self.process or self._closed:
            return  # a process that the user's code forked: nothing of this is its own
        self._closed = True
        for ending in self.endings:
            ending()
        self._launcher.close()
        self.dispatcher.close()
        self.store.close()
        with _opening:
            global _current
            if _current is self:
                _current = None


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
        if _current is None or _current.process != os.getpid():
            _current = Session(results_dir)
        elif results_dir is not None and Path(results_dir).absolute() != _current.store.root:
            raise DispatchError(
                f"this session keeps its results in {_current.store.root}; close it to use another place"
            )
        return _current


def opened() -> Session | None:
    """This kernel's session if it has been opened: whoever only looks on must not decide where results are kept."""
    current = _current
    return current if current is not None and current.process == os.getpid() else None
