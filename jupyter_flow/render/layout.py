"""A layered layout (Sugiyama, Tagawa and Toda 1981): ranks, order, coordinates, routes.

Plain numbers in and out, so that the live graph and the static picture are the same
picture. Long edges pass through virtual nodes, one in each layer between their ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .breath import breathe, paced
from .coordinates import Placing, place
from .layering import Layering
from .ranks import Edge

Orientation = Literal["down", "right"]
Point = tuple[float, float]

_VIRTUAL_WIDTH = 4.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, in the units of the sizes that were given.

    ``x`` and ``y`` are centres. ``routes`` has, for each edge as given, the points it passes
    from its producer's border to its consumer's: draw a straight line where only one
    coordinate changes, else a curve that leaves and arrives along the layout's direction.
    The route of an edge from a node to itself is empty.
    """

    width: float
    height: float
    x: list[float]
    y: list[float]
    ranks: list[int]
    routes: list[list[Point]]


def lay_out(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    *,
    orientation: Orientation = "down",
    gap: float = 24.0,
    rank_gap: float = 40.0,
    layering: Layering | None = None,
) -> Layout:
    """Lay a graph out in layers; ``sizes`` are the width and height of each node.

    Edges of a DAG all lead to later layers; where there are cycles (in a folded graph)
    some lead back. ``gap`` separates nodes of a layer, ``rank_gap`` (at least) the layers.
    ``layering`` is what of it is known already: that of as many nodes and these edges.
    """
    if orientation == "right":
        turned = lay_out([(h, w) for w, h in sizes], edges, gap=gap, rank_gap=rank_gap, layering=layering)
        routes = [[(x, y) for y, x in route] for route in turned.routes]
        return Layout(turned.height, turned.width, turned.y, turned.x, turned.ranks, routes)
    if not sizes:
        return Layout(0.0, 0.0, [], [], [], [[] for _ in edges])
    build = _Build(sizes, layering or Layering(len(sizes), edges))
    breathe()
    x = build.places(gap)
    tops, bottoms = build.bands(x, rank_gap)
    return build.finish(x, tops, bottoms)


class _Build:
    def __init__(self, sizes: Sequence[tuple[float, float]], layering: Layering) -> None:
        self.sizes, self.edges, self.rank, self.layers = sizes, layering.edges, layering.rank, layering.layers
        self.up, self.all_ranks, self.layering = layering.up, layering.all_ranks, layering
        self.widths = [w for w, _ in sizes] + [_VIRTUAL_WIDTH] * (len(self.all_ranks) - len(sizes))

    def places(self, gap: float) -> list[float]:
        placing = Placing(self.layers, self.up, self.layering.down, self.widths, len(self.sizes), gap)
        x = [round(v * 2) / 2 for v in place(placing)]
        left = min(v - w / 2 for v, w in zip(x, self.widths, strict=True))
        return [v - left for v in x]

    def bands(self, x: list[float], rank_gap: float) -> tuple[list[float], list[float]]:
        """The upper and lower border of each layer; flat bundles of edges get more room above them."""
        tops, bottoms, y = [], [], 0.0
        for k, layer in enumerate(self.layers):
            if k:
                reach = max([abs(x[i] - x[j]) for i in layer for j in self.up[i]], default=0.0)
                y += rank_gap + min(rank_gap, max(0.0, reach - 150.0) // 10)
            tops.append(y)
            y += max([self.sizes[i][1] for i in layer if i < len(self.sizes)], default=0.0)
            bottoms.append(y)
        return tops, bottoms

    def finish(self, x: list[float], tops: list[float], bottoms: list[float]) -> Layout:
        n = len(self.sizes)
        y = [(tops[r] + bottoms[r]) / 2 for r in self.rank]
        width = max(v + w / 2 for v, w in zip(x, self.widths, strict=True))
        routes = [self._points(k, x, y, tops, bottoms) for k in paced(range(len(self.edges)))]
        return Layout(width, bottoms[-1], x[:n], y, self.rank, routes)

    def _points(self, k: int, x: list[float], y: list[float], tops: list[float], bottoms: list[float]) -> list[Point]:
        top, bottom = self.layering.ends(k)
        if top == bottom:
            return []
        points = [(x[top], y[top] + self.sizes[top][1] / 2), (x[top], bottoms[self.rank[top]])]
        for i in self.layering.chains[k]:
            points += [(x[i], tops[self.all_ranks[i]]), (x[i], bottoms[self.all_ranks[i]])]
        points += [(x[bottom], tops[self.rank[bottom]]), (x[bottom], y[bottom] - self.sizes[bottom][1] / 2)]
        distinct = points[:1]
        for point in points[1:]:  # computed on two ways, equal points may differ in the last digit
            if abs(point[0] - distinct[-1][0]) + abs(point[1] - distinct[-1][1]) > 1e-6:
                distinct.append(point)
        return distinct if self.edges[k] == (top, bottom) else distinct[::-1]
