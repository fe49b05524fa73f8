"""Where in its layer a node stands: the third step (Brandes and Koepf 2002).

Nodes are aligned with the median of their neighbours into vertical blocks, from above and
from below, from the left and from the right; the four drawings are compacted and averaged.
Long edges come out straight between their ends, chains stand upright, and a node is centred
over its consumers. Compaction is a longest path over the blocks, which avoids the flaw of
the published one (erratum: Brandes, Walter and Zink 2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum

from .breath import breathe
from .ordering import Layers, Neighbours

_GATHERED = 2000  # nodes, virtual ones included, up to which the drawing is drawn together
_SWEEPS = 30


@dataclass(frozen=True, slots=True)
class Placing:
    """Layers in order with the nodes' neighbours and widths; nodes from ``real`` on are virtual."""

    layers: Layers
    up: Neighbours
    down: Neighbours
    widths: Sequence[float]
    real: int
    gap: float

    def turned(self, *, upwards: bool, leftwards: bool) -> "Placing":
        """The same with the last layer first, or with each layer from the right."""
        layers = self.layers[::-1] if upwards else self.layers
        if leftwards:
            layers = [layer[::-1] for layer in layers]
        up, down = (self.down, self.up) if upwards else (self.up, self.down)
        return Placing(layers, up, down, self.widths, self.real, self.gap)

    def distance(self, i: int, j: int) -> float:
        """The least distance of the centres of two neighbours; edges may run closer together."""
        gap = self.gap if i < self.real or j < self.real else self.gap * 0.75
        return (self.widths[i] + self.widths[j]) / 2 + gap


def place(placing: Placing) -> list[float]:
    """The centre of every node along its layer."""
    crossed = _crossed(placing)
    drawings = []
    for upwards in (False, True):
        for leftwards in (False, True):
            turned = placing.turned(upwards=upwards, leftwards=leftwards)
            x = _compacted(turned, _blocks(turned, crossed))
            breathe()
            drawings.append([-v for v in x] if leftwards else x)
    x = _balanced(drawings, placing.widths)
    if len(x) <= _GATHERED:
        _gather(placing, x)
    return x


def _gather(placing: Placing, x: list[float]) -> None:
    """Draw together what the compaction left far apart.

    Whatever stands exactly below one another moves as one, to the weighted mean of its other
    neighbours or as far as there is room. Edges are pulled by the weights of Gansner et al. (1993).
    """
    segments = _segments(placing, x)
    left: dict[int, int] = {}
    right: dict[int, int] = {}
    for layer in placing.layers:
        left.update(zip(layer[1:], layer, strict=False))
        right.update(pairwise(layer))
    for sweep in range(_SWEEPS):
        breathe()
        for members, pulls in segments if sweep % 2 else reversed(segments):
            weight = sum([w for _, w in pulls])
            if not weight:
                continue
            here = x[members[0]]
            goal = fsum([x[j] * w for j, w in pulls]) / weight
            low = max([x[left[i]] + placing.distance(left[i], i) for i in members if i in left], default=goal)
            high = min([x[right[i]] - placing.distance(i, right[i]) for i in members if i in right], default=goal)
            there = max(min(goal, max(high, here)), min(low, here))
            for i in members:
                x[i] = there


def _segments(placing: Placing, x: list[float]) -> list[tuple[list[int], list[tuple[int, float]]]]:
    """Nodes joined by upright edges, from left to right, each with the outside nodes that pull it and how much."""
    root = list(range(len(x)))
    for i in (i for layer in placing.layers for i in layer):
        for u in placing.up[i]:
            if abs(x[u] - x[i]) < 0.01:
                root[i] = root[u]
                break
    members: dict[int, list[int]] = {}
    for i in (i for layer in placing.layers for i in layer):
        members.setdefault(root[i], []).append(i)
        x[i] = x[root[i]]
    out = []
    for r in sorted(members, key=lambda r: (x[r], r)):
        pulls = [
            (j, (1.0, 2.0, 8.0)[(i >= placing.real) + (j >= placing.real)])
            for i in members[r]
            for j in placing.up[i] + placing.down[i]
            if root[j] != r
        ]
        out.append((members[r], pulls))
    return out


def _crossed(placing: Placing) -> set[tuple[int, int]]:
    """Edges, upper end first, that cross a long edge between two of its virtual nodes: the long one wins."""
    crossed: set[tuple[int, int]] = set()
    real, up = placing.real, placing.up
    for above, layer in pairwise(placing.layers):
        if not any(i >= real for i in above):
            continue
        where = {i: k for k, i in enumerate(above)}
        low, waiting = 0, list[int]()
        for k, i in enumerate(layer):
            inner = up[i][0] if i >= real and up[i] and up[i][0] >= real else None
            waiting.append(i)
            if inner is None and k < len(layer) - 1:
                continue
            high = where[inner] if inner is not None else len(above)
            for j in waiting:
                crossed.update([(u, j) for u in up[j] if not low <= where[u] <= high and (u < real or j < real)])
            low, waiting = high, []
    return crossed


def _blocks(placing: Placing, crossed: set[tuple[int, int]]) -> list[int]:
    """The root of each node's block: nodes that will share one place."""
    n = len(placing.widths)
    root = list(range(n))
    taken = [False] * n  # nodes with somebody aligned below
    where = [0] * n
    for layer in placing.layers:
        for k, i in enumerate(layer):
            where[i] = k
    for layer in placing.layers[1:]:
        breathe()
        last = -1
        for i in layer:
            for u in _medians(placing.up[i], where, placing.real):
                if i >= placing.real > u and _medians(placing.down[u], where, placing.real)[0] < placing.real:
                    continue  # the long edge gives way to the chain of nodes
                if where[u] > last and not taken[u] and (u, i) not in crossed and (i, u) not in crossed:
                    root[i] = root[u]
                    taken[u] = True
                    last = where[u]
                    break
    return root


def _medians(above: list[int], where: list[int], real: int) -> list[int]:
    """The one or two nodes in the middle; of two, a node before an edge that passes by."""
    if len(above) < 2:
        return above
    ranked = sorted(above, key=where.__getitem__)
    middle = ranked[(len(above) - 1) // 2 : len(above) // 2 + 1]
    return sorted(middle, key=lambda u: u >= real)


def _compacted(placing: Placing, root: list[int]) -> list[float]:
    """Blocks as far left as they go, then each up to its right neighbours."""
    right, missing = _constraints(placing, root)
    order = [i for i, at in enumerate(root) if at == i and not missing[i]]
    x = [0.0] * len(root)
    for a in order:
        for b, distance in right[a].items():
            x[b] = max(x[b], x[a] + distance)
            missing[b] -= 1
            if not missing[b]:
                order.append(b)
    for a in reversed(order):
        if right[a]:
            x[a] = max(x[a], min([x[b] - distance for b, distance in right[a].items()]))
    return [x[r] for r in root]


def _constraints(placing: Placing, root: list[int]) -> tuple[list[dict[int, float]], list[int]]:
    """How far each block is to be from those on its right, and how many blocks are on each one's left."""
    right: list[dict[int, float]] = [{} for _ in root]
    missing = [0] * len(root)
    for layer in placing.layers:
        breathe()
        for i, j in pairwise(layer):
            a, b, distance = root[i], root[j], placing.distance(i, j)
            if b not in right[a]:
                missing[b] += 1
            if distance > right[a].get(b, 0.0):
                right[a][b] = distance
    return right, missing


def _balanced(drawings: list[list[float]], widths: Sequence[float]) -> list[float]:
    """The mean of the two middle ones of four drawings, aligned with the narrowest."""
    spans = [_span(x, widths) for x in drawings]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    shifts = [high - span[1] if k % 2 else low - span[0] for k, span in enumerate(spans)]
    out = []
    for four in zip(*drawings, strict=True):
        a = sorted([v + shift for v, shift in zip(four, shifts, strict=True)])
        out.append((a[1] + a[2]) / 2)
    return out


def _span(x: list[float], widths: Sequence[float]) -> tuple[float, float]:
    left = min([v - w / 2 for v, w in zip(x, widths, strict=True)])
    right = max([v + w / 2 for v, w in zip(x, widths, strict=True)])
    return left, right
