"""What a dispatch had to wait for: since when each node could have run, and the longest path of run times.

The longest path through a directed acyclic graph, node by node in topological order: O(V + E).
"""

from collections.abc import Sequence

from ..dispatch.reuse import order
from ..model.graph import TransportGraph


class Paths:
    """The ways through one graph."""

    def __init__(self, graph: TransportGraph, edges: Sequence[tuple[int, int, str]]) -> None:
        self._order = order(graph)
        self._before: list[list[int]] = [[] for _ in range(len(graph))]
        for producer, consumer, _ in edges:
            self._before[consumer].append(producer)

    def ready(self, ends: Sequence[float | None]) -> list[float]:
        """Since when each node could have run, by when the others ended; what took no time only passes that on."""
        ready = [0.0] * len(ends)
        for node in self._order:
            for producer in self._before[node]:
                end = ends[producer]
                ready[node] = max(ready[node], ready[producer] if end is None else end)
        return ready

    def longest(self, seconds: Sequence[float]) -> tuple[set[int], float]:
        """The nodes of the path that takes longest, and how long that is."""
        reach = [0.0] * len(seconds)
        came = [-1] * len(seconds)
        for node in self._order:
            for producer in self._before[node]:
                if reach[producer] > reach[node]:
                    reach[node], came[node] = reach[producer], producer
            reach[node] += seconds[node]
        at = max(range(len(reach)), key=reach.__getitem__, default=-1)
        total = reach[at] if at >= 0 else 0.0
        path: set[int] = set()
        while at >= 0:
            path.add(at)
            at = came[at]
        return path, total
