"""The order of the nodes within their layers: the second step, with few crossings.

Barycentre sweeps (Sugiyama, Tagawa and Toda 1981), the best of all sweeps kept, and swaps
of neighbours where the graph is small (the ``transpose`` of Gansner et al. 1993).
"""

from bisect import bisect_right, insort

from .breath import breathe

Layers = list[list[int]]
Neighbours = list[list[int]]

_SMALL = 400  # nodes, virtual ones included, below which neighbours are swapped
_COUNTABLE = 30_000  # edges between two layers above which crossings are not counted


def ordered(layers: Layers, up: Neighbours, down: Neighbours) -> Layers:
    """The layers, each in an order that leaves few crossings; ``up`` and ``down`` are adjacent layers' nodes."""
    work = len(up) + sum(map(len, up))
    countable = max([sum([len(down[i]) for i in layer]) for layer in layers], default=0) < _COUNTABLE
    best, fewest = layers, crossings(layers, down) if countable else 0
    if not fewest and countable:
        return layers
    starts = [layers, _by_depth_first(layers, up, down)] if len(up) <= _SMALL else [layers]
    for start in starts:
        now = [list(layer) for layer in start]
        for sweep in range(min(24, max(4, 150_000 // work))):
            _sweep(now, up, down, sweep)
            if len(up) <= _SMALL:
                _swap_neighbours(now, up, down)
            count = crossings(now, down) if countable else 0
            if count < fewest or not countable:
                best, fewest = [list(layer) for layer in now], count
            if not fewest and countable:
                return best
    return best


def crossings(layers: Layers, down: Neighbours) -> int:
    """How many pairs of edges cross, counted as inversions layer by layer (Barth et al. 2002)."""
    place = _places(layers, len(down))
    total = 0
    for layer in layers:
        passed: list[int] = []
        breathe()
        for i in layer:
            ends = sorted([place[j] for j in down[i]])
            for end in ends:
                total += len(passed) - bisect_right(passed, end)
            for end in ends:
                insort(passed, end)
    return total


def _places(layers: Layers, n: int) -> list[int]:
    place = [0] * n
    for layer in layers:
        for k, i in enumerate(layer):
            place[i] = k
    return place


def _sweep(layers: Layers, up: Neighbours, down: Neighbours, sweep: int) -> None:
    """Order each layer by the mean place of its neighbours in the one before; even sweeps go down."""
    place = _places(layers, len(up))
    towards, there = (up, layers) if sweep % 2 == 0 else (down, layers[::-1])
    turn = sweep % 4 >= 2  # equal nodes change sides every other time, or a bad start never heals
    for layer in there[1:]:
        breathe()
        mean = {i: sum([place[j] for j in towards[i]]) / len(towards[i]) for i in layer if towards[i]}
        movable = [i for i in layer if i in mean]
        moved = iter(sorted(reversed(movable) if turn else movable, key=mean.__getitem__))
        layer[:] = [next(moved) if i in mean else i for i in layer]
        for k, i in enumerate(layer):
            place[i] = k


def _swap_neighbours(layers: Layers, up: Neighbours, down: Neighbours) -> None:
    place = _places(layers, len(up))
    for _ in range(6):
        better = False
        for layer in layers:
            breathe()
            for k in range(len(layer) - 1):
                a, b = layer[k], layer[k + 1]
                now = _between(up[a], up[b], place) + _between(down[a], down[b], place)
                then = _between(up[b], up[a], place) + _between(down[b], down[a], place)
                if then < now:
                    layer[k], layer[k + 1] = b, a
                    place[a], place[b] = k + 1, k
                    better = True
        if not better:
            return


def _between(left: list[int], right: list[int], place: list[int]) -> int:
    """Crossings of the edges of two nodes, the left one's first."""
    ends = sorted([place[j] for j in right])
    return sum([bisect_right(ends, place[i] - 1) for i in left])


def _by_depth_first(layers: Layers, up: Neighbours, down: Neighbours) -> Layers:
    """Each layer in the order in which a depth-first walk meets its nodes."""
    met: dict[int, None] = {}
    for start in (i for layer in layers for i in layer):
        stack = [start]
        while stack:
            i = stack.pop()
            if i not in met:
                met[i] = None
                stack += [*reversed(up[i]), *reversed(down[i])]
    rank = {i: k for k, i in enumerate(met)}
    return [sorted(layer, key=rank.__getitem__) for layer in layers]
