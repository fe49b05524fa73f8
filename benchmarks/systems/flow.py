"""This project, with everything on: the record on disk, sealed, and what electrons print."""

import importlib
from typing import Any

import psutil
import tasks
from workloads import Workload

from .base import WORKERS, System

_electrons: dict[Any, Any] = {}
_traced = Workload([], None)


def workflow() -> Any:
    """The body of the lattice: calls what the workload says.

    A function of a module, which reads the workload there: a notebook's lattice is short too, and holds no
    graph that would have to be pickled for the record.
    """
    outputs: list[Any] = []
    for node in _traced.nodes:
        outputs.append(_electrons[node.task](*node.arguments(outputs)))
    return outputs[-1]


class _Flow(System):
    def executor(self, flow: Any) -> Any:
        """What the electrons run on."""
        raise NotImplementedError

    def import_lib(self) -> None:
        """The package."""
        self.flow: Any = importlib.import_module("jupyter_flow")

    def setup(self) -> None:
        """Electrons of all tasks; workers start when they are first needed, and that is when they are counted."""
        shared = self.executor(self.flow)
        functions = [task for task in vars(tasks).values() if getattr(task, "__module__", "") == tasks.__name__]
        _electrons.update((task, self.flow.electron(executor=shared)(task)) for task in functions)

    def build(self, workload: Workload) -> Any:
        """A lattice. It is traced when it is dispatched, so that is where the time of building it shows."""
        global _traced
        _traced = workload
        lattice = self.flow.lattice(workflow)
        return lattice.build_graph() if workload.build_only else lattice

    def run(self, built: Any) -> Any:
        """Dispatch, and wait for the value."""
        return self.flow.dispatch(built)().result()

    def teardown(self) -> None:
        """Close the session."""
        self.flow.session().close()


class FlowThreads(_Flow):
    """On threads."""

    def executor(self, flow: Any) -> Any:
        """Threads."""
        return flow.executor.ThreadExecutor(WORKERS)


class FlowProcesses(_Flow):
    """On worker processes."""

    def executor(self, flow: Any) -> Any:
        """Processes."""
        return flow.executor.LocalExecutor(WORKERS)


class FlowInline(_Flow):
    """On the one thread that runs electrons in turn."""

    def executor(self, flow: Any) -> Any:
        """One thread."""
        return flow.executor.InlineExecutor()


class FlowDask(_Flow):
    """On the Dask cluster that a session starts for itself: one process with a scheduler, and those of the workers."""

    def executor(self, flow: Any) -> Any:
        """Its workers."""
        return flow.executor.DaskExecutor(workers=WORKERS)

    def scheduler(self) -> int | None:
        """The parent of those that have run something."""
        live = self.flow.session().dispatcher.resources
        workers = next(resource.pids() for resource in live if resource.kind == "dask")
        return psutil.Process(workers[0]).ppid()
