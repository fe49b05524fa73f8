"""What is run: graphs that belong to no system, each with the result it must have."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import tasks

FLOW = ("flow-threads", "flow-processes", "flow-inline")
ON_DASK = ("flow-dask", "dask-distributed", "dask-submit")
ALL = (*FLOW, "serial", "bare-threads", "bare-processes", "dask-threads", *ON_DASK)
IN_PARALLEL = ("flow-processes", "serial", "bare-processes", *ON_DASK)
WITH_ARRAYS = ("flow-threads", *IN_PARALLEL, "hashed-writes")
BUILDING = ("flow-inline", "bare-threads")


class Node(NamedTuple):
    """A call: outputs of earlier nodes first (as one list, where it gathers), then constants."""

    task: Callable[..., Any]
    inputs: tuple[int, ...] = ()
    constants: tuple[Any, ...] = ()
    gathers: bool = False

    def arguments(self, outputs: Sequence[Any]) -> list[Any]:
        """What the task is called with."""
        values = [outputs[node] for node in self.inputs]
        return [values] if self.gathers else [*values, *self.constants]


@dataclass(frozen=True)
class Workload:
    """A graph in topological order; its result is that of the last node."""

    nodes: list[Node]
    expected: Any
    inner: int = 1  # runs within one measurement, of which the median counts
    build_only: bool = False

    def __len__(self) -> int:
        return len(self.nodes)


def fan_out(n: int, inner: int = 1) -> Workload:
    """One node, n that take its output, one that takes theirs."""
    middle = [Node(tasks.same, (0,)) for _ in range(n)]
    return Workload([Node(tasks.one), *middle, Node(tasks.total, tuple(range(1, n + 1)), (), True)], n, inner)


def chain(n: int, inner: int = 1) -> Workload:
    """Each takes the output of the one before."""
    return Workload([Node(tasks.one), *(Node(tasks.add_one, (i,)) for i in range(n - 1))], n, inner)


def layers(depth: int = 50, width: int = 40) -> Workload:
    """Each node takes three of the layer before, chosen by lot (the same every time)."""
    draw = random.Random(7)
    nodes = [Node(tasks.same, (), (i,)) for i in range(width)]
    for layer in range(depth - 1):
        before = range(layer * width, (layer + 1) * width)
        nodes += [Node(tasks.mix, tuple(draw.sample(before, 3))) for _ in range(width)]
    nodes.append(Node(tasks.total, tuple(range(len(nodes) - width, len(nodes))), (), True))
    return Workload(nodes, evaluate(nodes))


def single() -> Workload:
    """One electron."""
    return Workload([Node(tasks.one)], 1, inner=30)


def busy(n: int, iterations: int = 1_000_000) -> Workload:
    """Independent electrons that compute."""
    nodes = [Node(tasks.work, (), (iterations,)) for _ in range(n)]
    nodes.append(Node(tasks.total, tuple(range(n)), (), True))
    return Workload(nodes, n * sum(k & 7 for k in range(iterations)))


def array_chain(steps: int, megabytes: int) -> Workload:
    """Each step makes a new array from the one before; the first is random."""
    seed = random.getrandbits(32)
    middle = [Node(tasks.add_one_to_array, (i,)) for i in range(steps)]
    nodes = [Node(tasks.make_array, (), (megabytes, seed)), *middle, Node(tasks.sum_array, (steps,))]
    return Workload(nodes, megabytes * (float(tasks.block(seed).sum()) + tasks.MEGABYTE * steps))


def array_fan_out(n: int, megabytes: int) -> Workload:
    """One random array, read by many."""
    seed = random.getrandbits(32)
    nodes = [Node(tasks.make_array, (), (megabytes, seed)), *(Node(tasks.sum_array, (0,)) for _ in range(n))]
    nodes.append(Node(tasks.total, tuple(range(1, n + 1)), (), True))
    return Workload(nodes, megabytes * n * float(tasks.block(seed).sum()))


def pairs(n: int) -> Workload:
    """To be built and not run: rows of 100, each node takes two of the row before."""
    draw = random.Random(3)
    nodes = [Node(tasks.same, (), (i,)) for i in range(100)]
    while len(nodes) < n:
        row = (len(nodes) // 100 - 1) * 100
        nodes.append(Node(tasks.add, (row + int(draw.random() * 100), row + int(draw.random() * 100))))
    return Workload(nodes, n, build_only=True)


def naps(n: int, seconds: float = 0.001) -> Workload:
    """A fan-out that lasts, without load."""
    nodes = [Node(tasks.one), *(Node(tasks.nap_then_add_one, (0,), (seconds,)) for _ in range(n))]
    return Workload([*nodes, Node(tasks.total, tuple(range(1, n + 1)), (), True)], 2 * n)


def nap_chain(n: int, seconds: float = 0.001) -> Workload:
    """A chain that lasts, without load."""
    return Workload([Node(tasks.one), *(Node(tasks.nap_then_add_one, (i,), (seconds,)) for i in range(n - 1))], n)


def evaluate(nodes: Sequence[Node]) -> Any:
    """The result, by running the nodes in order."""
    outputs: list[Any] = []
    for node in nodes:
        outputs.append(node.task(*node.arguments(outputs)))
    return outputs[-1]


class Case(NamedTuple):
    """A workload and who runs it."""

    title: str
    make: Callable[[], Workload]
    systems: tuple[str, ...] = ALL
    quick: bool = True  # part of the short run too
    memory: bool = False  # once more at the end, to see what memory it takes
    afresh: bool = False  # each time in a new process, with an empty store and other values: none has them already


CASES: dict[str, Case] = {
    "fan-out-1000": Case("fan-out 1,000", lambda: fan_out(1_000, 3)),
    "fan-out-10000": Case("fan-out 10,000", lambda: fan_out(10_000)),
    "chain-100": Case("chain 100", lambda: chain(100, 5)),
    "chain-1500": Case("chain 1,500", lambda: chain(1_500)),
    "layers": Case("layers 50×40", layers),
    "single": Case("one electron", single),
    "cpu": Case("64 × 50 ms of pure Python", lambda: busy(64), IN_PARALLEL),
    "array-chain": Case("20 steps on 50 MB", lambda: array_chain(20, 50), WITH_ARRAYS, False, True, True),
    "array-fan-out": Case("200 MB to 8 electrons", lambda: array_fan_out(8, 200), WITH_ARRAYS, False, True, True),
    "build-100000": Case("build 100,000", lambda: pairs(100_000), BUILDING, True, True),
    "build-1000000": Case("build 1,000,000", lambda: pairs(1_000_000), BUILDING, False, True),
}

# The same shape, small: what a process does only once is done before anything is measured.
WARM_UP: dict[str, Callable[[], Workload]] = {
    "chain-100": lambda: chain(50),
    "chain-1500": lambda: chain(50),
    "layers": lambda: layers(5, 10),
    "single": single,
    "cpu": lambda: busy(4, 1_000),
    "array-chain": lambda: array_chain(2, 1),
    "array-fan-out": lambda: array_fan_out(2, 1),
    "build-100000": lambda: pairs(200),
    "build-1000000": lambda: pairs(200),
}


def warm_up(case: str) -> Workload:
    """A small workload to begin with."""
    return WARM_UP.get(case, lambda: fan_out(50))()
