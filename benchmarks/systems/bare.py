"""What one would write by hand: a loop that submits a node to a pool once its inputs are there.

No record, no events, no captured output, no retries, no cancelling: the yardstick for what all that costs.
"""

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import tasks
from workloads import Node, Workload

from .base import WORKERS, System

Ended = SimpleQueue[tuple[int, Any]]


class Plan:
    """Nodes, and for each who consumes it and how many producers it has."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.consumers: list[list[int]] = [[] for _ in nodes]
        self.missing = [0] * len(nodes)
        for number, node in enumerate(nodes):
            for producer in set(node.inputs):
                self.consumers[producer].append(number)
                self.missing[number] += 1

    def __len__(self) -> int:
        return len(self.nodes)


class _Bare(System):
    pool: Executor

    def build(self, workload: Workload) -> Any:
        """Who waits for whom."""
        return Plan(workload.nodes)

    def run(self, built: Plan) -> Any:
        """The loop."""
        nodes, missing = built.nodes, list(built.missing)
        outputs: list[Any] = [None] * len(nodes)
        ended: Ended = SimpleQueue()
        for number, count in enumerate(missing):
            if not count:
                self.submit(ended, number, nodes[number].task, nodes[number].arguments(outputs))
        for _ in nodes:
            number, outputs[number] = self.outcome(*ended.get())
            for consumer in built.consumers[number]:
                missing[consumer] -= 1
                if not missing[consumer]:
                    self.submit(ended, consumer, nodes[consumer].task, nodes[consumer].arguments(outputs))
        return outputs[-1]

    def submit(self, ended: Ended, number: int, task: Callable[..., Any], arguments: list[Any]) -> None:
        """Have it called, and its number put with what came of it."""
        raise NotImplementedError

    def outcome(self, number: int, came: Any) -> tuple[int, Any]:
        """The value. Raises what the task raised."""
        raise NotImplementedError

    def teardown(self) -> None:
        """Stop the pool."""
        self.pool.shutdown()


class BareThreads(_Bare):
    """On a ThreadPoolExecutor."""

    def setup(self) -> None:
        """A warm pool."""
        self.pool = ThreadPoolExecutor(WORKERS)
        list(self.pool.map(tasks.same, range(4)))

    def submit(self, ended: Ended, number: int, task: Callable[..., Any], arguments: list[Any]) -> None:
        """The thread itself puts it: nothing is cheaper."""
        self.pool.submit(_report, ended, number, task, arguments)

    def outcome(self, number: int, came: Any) -> tuple[int, Any]:
        """The value."""
        if isinstance(came, BaseException):
            raise came
        return number, came


def _report(ended: Ended, number: int, task: Callable[..., Any], arguments: list[Any]) -> None:
    try:
        ended.put((number, task(*arguments)))
    except BaseException as error:
        ended.put((number, error))


class BareProcesses(_Bare):
    """On a ProcessPoolExecutor, in the way its Python starts processes."""

    def setup(self) -> None:
        """A warm pool."""
        self.pool = ProcessPoolExecutor(WORKERS)
        list(self.pool.map(tasks.same, range(4)))

    def submit(self, ended: Ended, number: int, task: Callable[..., Any], arguments: list[Any]) -> None:
        """The pool's own thread puts it."""
        future = self.pool.submit(task, *arguments)
        future.add_done_callback(lambda done: ended.put((number, done)))

    def outcome(self, number: int, came: Any) -> tuple[int, Any]:
        """The future's."""
        return number, came.result()
