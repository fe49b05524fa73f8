"""What of a layout does not depend on the sizes: ranks, the way of long edges, and the order within the layers.

It is most of the work, and the same for a picture that stands still and for the live one, whose boxes have more room.
"""

from collections.abc import Sequence

from .breath import breathe, paced
from .ordering import ordered
from .ranks import Edge, ranks


class Layering:
    """The nodes of a graph in layers, with virtual ones where long edges pass through; these come after the real."""

    def __init__(self, nodes: int, edges: Sequence[Edge]) -> None:
        self.nodes, self.edges = nodes, edges
        self.rank = ranks(nodes, edges)
        breathe()
        self.up: list[list[int]] = [[] for _ in range(nodes)]
        self.down: list[list[int]] = [[] for _ in range(nodes)]
        self.chains: list[list[int]] = [[] for _ in edges]  # virtual nodes of each edge, top first
        self.all_ranks = list(self.rank)
        self._add_edges()
        self.layers = ordered(self._unordered(), self.up, self.down)

    def ends(self, k: int) -> Edge:
        """The upper and the lower end of an edge."""
        a, b = self.edges[k]
        return (a, b) if self.rank[a] <= self.rank[b] else (b, a)

    def _add_edges(self) -> None:
        """Connect neighbours, with virtual nodes for long edges while their number stays linear."""
        rank, seen = self.rank, set[Edge]()
        room = _room(self.nodes, len(self.edges))
        spans = [abs(rank[b] - rank[a]) for a, b in self.edges]
        for k in paced(sorted(range(len(self.edges)), key=spans.__getitem__)):
            top, bottom = self.ends(k)
            if top == bottom or (top, bottom) in seen:
                continue
            seen.add((top, bottom))
            if spans[k] == 1:
                self._connect(top, bottom)
            elif spans[k] - 1 <= room:
                room -= spans[k] - 1
                self._route(k, top, bottom)

    def _connect(self, top: int, bottom: int) -> None:
        self.down[top].append(bottom)
        self.up[bottom].append(top)

    def _route(self, k: int, top: int, bottom: int) -> None:
        before = top
        for rank in range(self.rank[top] + 1, self.rank[bottom]):
            self.up.append([])
            self.down.append([])
            self.all_ranks.append(rank)
            virtual = len(self.all_ranks) - 1
            self.chains[k].append(virtual)
            self._connect(before, virtual)
            before = virtual
        self._connect(before, bottom)

    def _unordered(self) -> list[list[int]]:
        layers: list[list[int]] = [[] for _ in range(max(self.rank, default=-1) + 1)]
        for i, rank in enumerate(self.all_ranks):
            layers[rank].append(i)
        return layers


def _room(nodes: int, edges: int) -> int:
    """Virtual nodes that a graph may have: where nodes have more edges than can be followed, no more for that."""
    return 1000 + 4 * (nodes + min(edges, 4 * nodes))
