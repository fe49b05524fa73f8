"""What a dispatch had to wait for: since when each node could have run, and the longest path of run times.

The longest path through a directed acyclic graph, node by node in topological order (Kahn 1962): O(V + E).
"""

from collections.abc import Sequence

from ..render.breath import STRETCH, breathe, paced


class Paths:
    """The ways through one graph."""

    def __init__(self, nodes: int, edges: Sequence[tuple[int, int, str]]) -> None:
        self._before: list[list[int]] = [[] for _ in range(nodes)]
        after: list[list[int]] = [[] for _ in range(nodes)]
        for producer, consumer, _ in paced(edges):
            self._before[consumer].append(producer)
            after[producer].append(consumer)
        self._order = _order(self._before, after)

    def ready(self, ends: Sequence[float | None]) -> list[float]:
        """Since when each node could have run, by when the others ended; what took no time only passes that on."""
        ready = [0.0] * len(ends)
        for node in paced(self._order):
            for producer in self._before[node]:
                end = ends[producer]
                since = ready[producer] if end is None else end
                if since > ready[node]:
                    ready[node] = since
        return ready

    def longest(self, seconds: Sequence[float]) -> tuple[set[int], float]:
        """The nodes of the path that takes longest, and how long that is."""
        reach = [0.0] * len(seconds)
        came = [-1] * len(seconds)
        for node in paced(self._order):
            for producer in self._before[node]:
                if reach[producer] > reach[node]:
                    reach[node], came[node] = reach[producer], producer
            reach[node] += seconds[node]
        total = max(reach, default=0.0)
        at = reach.index(total) if reach else -1
        path: set[int] = set()
        while at >= 0:
            path.add(at)
            at = came[at]
        return path, total


def _order(before: list[list[int]], after: list[list[int]]) -> list[int]:
    waiting = [len(producers) for producers in before]
    order = [node for node, count in enumerate(waiting) if not count]
    for count, node in enumerate(order):  # which grows meanwhile
        for consumer in after[node]:
            waiting[consumer] -= 1
            if not waiting[consumer]:
                order.append(consumer)
        if not count % STRETCH:
            breathe()
    return order
