"""dask.delayed on a pool of threads."""

import importlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import tasks
from workloads import Workload

from .base import WORKERS, System


class DaskThreads(System):
    """The threaded scheduler."""

    def import_lib(self) -> None:
        """The package."""
        self.dask: Any = importlib.import_module("dask")

    def setup(self) -> None:
        """A warm pool."""
        self.pool = ThreadPoolExecutor(WORKERS)
        list(self.pool.map(tasks.same, range(4)))

    def build(self, workload: Workload) -> Any:
        """A Delayed."""
        delayed = {task: self.dask.delayed(task, pure=False) for task in {node.task for node in workload.nodes}}
        outputs: list[Any] = []
        for node in workload.nodes:
            outputs.append(delayed[node.task](*node.arguments(outputs)))
        return outputs[-1]

    def run(self, built: Any) -> Any:
        """Compute it."""
        return built.compute(scheduler="threads", pool=self.pool, num_workers=WORKERS)

    def teardown(self) -> None:
        """Stop the pool."""
        self.pool.shutdown()
