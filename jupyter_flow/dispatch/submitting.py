"""How workflows become dispatches: traced, written down, started."""

import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..executor import _executor_manager as named
from ..executor.base import Executor
from ..executor.names import DEFAULT, ExecutorNames
from ..executor.recalled import UNSAID, Recalled
from ..model.binding import labels
from ..model.concealing import conceal
from ..model.electron import Electron
from ..model.errors import BuildError, DispatchError, StoreError
from ..model.events import Value
from ..model.forgotten import plain_ones
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..model.pickles import pack
from ..model.secret import guard, guarded
from ..model.vault import VAULT
from ..store.records import RunRow
from ..worker.messages import Moment
from .archive import Inputs, archive_of, new_id, pack_record
from .asking import asking, check, exchanged, only_secrets, supply
from .dispatcher import Dispatcher
from .heritage import Heritage
from .launcher import Launcher
from .memory import Memory
from .moment import moment
from .recovering import settled
from .resolve import resolve
from .run import Run
from .submission import Submission
from .surroundings import Surroundings
from .warning import warn
from .workflows import check_here, lattice_of


class Submitter:
    """Makes dispatches of workflows."""

    def __init__(self, dispatcher: Dispatcher, memory: Memory) -> None:
        self._dispatcher, self._memory = dispatcher, memory
        self._store = dispatcher.store
        self._launcher = Launcher()
        self._surroundings = Surroundings(self._store, named)

    def submit(self, workflow: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Run:
        """Trace a workflow, write it down, start it. Raises BuildError, StoreError, and what the body raises."""
        lattice = lattice_of(workflow)
        return self._submit(lattice, args, kwargs, {}, isinstance(workflow, Lattice))

    def resubmit(
        self, row: RunRow, args: tuple[Any, ...], kwargs: dict[str, Any], replace: Mapping[str, Electron] | None,
        reuse: bool, anew: Collection[int], place: Callable[[TransportGraph], None] | None,
        secrets: Mapping[str, Any], executor: Any = None,
    ) -> Run:  # fmt: skip
        """Run a workflow that has ended again. Raises DispatchError where it is not known any more, BuildError.

        executor: the lattice's default, this time, also by a name that only the dispatch knows.
        secrets: those it had, by name, where this process does not know them. Raises SecretNeeded for missing ones.
        """
        archive = archive_of(settled(row, self._store), self._store)
        if archive.workflow is None:
            raise DispatchError(f"dispatch {row.id} cannot be run again: it {_why_not(row, archive.graph)}")
        as_before = not args and (not kwargs or only_secrets(archive.graph, args, kwargs))
        if as_before:
            secrets = {**secrets, **kwargs}
        supply(row.id, archive.graph, secrets)
        if as_before:
            check(row.id, archive.graph, reuse)
        payload = self._dispatcher.payload
        with asking(row.id, reuse):
            lattice, replaced = payload.load(archive.workflow)
        if as_before:
            assert archive.inputs is not None
            args, kwargs = exchanged(lattice, *archive.inputs.load(payload.load), secrets)
        names = Recalled(named, archive.executors, payload.load)
        if executor is not None:
            lattice = lattice.with_executor(names.get_executor(executor))
        earlier = Heritage(self._store, row, archive, anew) if reuse else None
        replaced = {**replaced, **(replace or {})}
        with asking(row.id, reuse):
            return self._submit(lattice, args, kwargs, replaced, True, earlier, place, names)

    def _submit(
        self, lattice: Lattice, args: tuple[Any, ...], kwargs: dict[str, Any], replaced: dict[str, Electron],
        declared: bool, earlier: Heritage | None = None, place: Callable[[TransportGraph], None] | None = None,
        names: ExecutorNames = named,
    ) -> Run:  # fmt: skip
        check_here()
        if lattice.workflow_executor is not None:
            names.get_executor(lattice.workflow_executor)
        with VAULT.noting() as noted:
            inputs, graph = self._traced(lattice, args, kwargs, replaced, names)
        forgotten = "" if graph.electrons else plain_ones(lattice.workflow_function, (*args, *kwargs.values()))
        if not declared and not len(graph):
            why = f"{lattice.name!r} calls no electron, so there is nothing to dispatch"
            raise BuildError(f"{why}; {forgotten or 'is it a lattice?'}")
        warn(forgotten and f"{lattice.name!r} calls no electron; {forgotten}")
        if place is not None:
            place(graph)
        resolve(graph, names, None)
        with VAULT.noting() as more:
            workflow = self._recorded((lattice, replaced))
            self._recorded([executor for executor in graph.executors if isinstance(executor, Executor)])
        conceal(graph, {**noted, **more})
        inputs = inputs.concealed()
        continues = None if earlier is None else earlier.continued
        recorded = {**names.recorded, **self._called()} if isinstance(names, Recalled) else self._called()
        record = pack_record(graph, inputs, workflow, continues, recorded)
        submission = Submission(new_id(), lattice.name, record, moment())
        run: Run = self._launcher.do(lambda: self._launch(submission, graph, inputs, earlier, names=names), Run.cancel)
        return run

    def _traced(
        self, lattice: Lattice, args: tuple[Any, ...], kwargs: dict[str, Any], replaced: dict[str, Electron],
        names: ExecutorNames,
    ) -> tuple[Inputs, TransportGraph]:  # fmt: skip
        by_place = tuple(map(guard, labels(lattice.workflow_function, args), args))
        by_name = guarded(kwargs)
        inputs = Inputs(tuple(map(self._recorded, by_place)), {k: self._recorded(v) for k, v in by_name.items()})
        return inputs, lattice.trace(args, kwargs, Surroundings(self._store, names), replaced)

    def _called(self) -> dict[str, Value]:
        """The default, and executors that have a name, each by itself: only who uses one is asked for its secrets."""
        default = {UNSAID: self._recorded(named.default)} if named.default != DEFAULT else {}
        packed = default | {name: self._recorded(executor) for name, executor in named.named.items()}
        return {name: value for name, value in packed.items() if value is not None}

    def prepare(self, lattice: Lattice) -> TransportGraph:
        """The graph of a lattice that needs no arguments, as it is now. Raises BuildError."""
        with VAULT.noting() as noted:
            graph = lattice.trace((), {}, self._surroundings)
        graph.secrets = noted
        resolve(graph, named, None)
        return graph

    def start(self, graph: TransportGraph, at: Moment, on_end: Callable[[Run], None]) -> Run:
        """Dispatch a prepared graph. Raises StoreError."""
        inputs = Inputs((), {})
        conceal(graph, graph.secrets)
        submission = Submission(new_id(), graph.name, pack_record(graph, inputs, None), at)
        run: Run = self._launcher.do(lambda: self._launch(submission, graph, inputs, None, on_end), Run.cancel)
        return run

    def _launch(
        self, submission: Submission, graph: TransportGraph, inputs: Inputs, earlier: Heritage | None,
        on_end: Callable[[Run], None] | None = None, names: ExecutorNames = named,
    ) -> Run:  # fmt: skip
        """(launcher) Write a dispatch down and start it: wholly, or not at all."""
        if earlier is not None:
            earlier.match(graph)
        run = self._dispatcher.submit(submission, graph)
        self._memory.begun(run, inputs)
        run.names = names
        run.on_end = functools.partial(self._over, on_end)
        if earlier is not None:
            earlier.hand_on(run)
        run.start()
        return run

    def _over(self, on_end: Callable[[Run], None] | None, run: Run) -> None:
        self._memory.ended(run)
        if on_end is not None:
            on_end(run)

    def _recorded(self, value: object) -> Value | None:
        """A value for the record; None where it cannot be pickled (only a repetition will need it)."""
        try:
            return pack(value, self._store.blobs.write)
        except (OSError, StoreError):
            raise
        except Exception:
            return None

    def close(self) -> None:
        """Start nothing any more."""
        self._launcher.close()


def _why_not(row: RunRow, graph: TransportGraph) -> str:
    if row.parent:
        return f"is a sublattice of {row.root}"
    if graph.versions and graph.versions[0].source.lstrip().startswith("%%electron"):
        return f"is the electron cell {row.name!r}; run that cell again (with --cache it takes what was done)"
    return "could not be recorded: its lattice cannot be pickled"
