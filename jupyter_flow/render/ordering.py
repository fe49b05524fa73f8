"""The order of the nodes within their layers: the second step, with few crossings.

Barycentre sweeps (Sugiyama, Tagawa and Toda 1981), the best of all sweeps kept, and swaps
of neighbours where the graph is small (the ``transpose`` of Gansner et al. 1993).
"""

from bisect import bisect_left, bisect_right, insort

from .breath import breathe

Layers = list[list[int]]
Neighbours = list[list[int]]

_SMALL = 400  # nodes, virtual ones included, below which neighbours are swapped
_TURNS = 4  # sweeps after which the same kind comes again
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
        seen: list[Layers] = []
        for sweep in range(min(24, max(4, 150_000 // work))):
            _sweep(now, up, down, sweep)
            if len(up) <= _SMALL:
                _swap_neighbours(now, up, down)
            if now in seen[sweep % _TURNS :: _TURNS]:
                break  # all that follows was there before
            seen.append([list(layer) for layer in now])
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
    restless = {*range(len(layers))}  # layers of which one or a neighbour has changed since they were looked at
    for _ in range(6):
        for k, layer in enumerate(layers):
            if k not in restless:
                continue
            restless.discard(k)
            breathe()
            if _swapped(layer, up, down, place):
                restless |= {k - 1, k, k + 1}
        if not restless:
            return


def _swapped(layer: list[int], up: Neighbours, down: Neighbours, place: list[int]) -> bool:
    """Swap what crosses less the other way round; whether anything did."""
    above = {i: sorted([place[j] for j in up[i]]) for i in layer}
    below = {i: sorted([place[j] for j in down[i]]) for i in layer}
    better = False
    for k in range(len(layer) - 1):
        a, b = layer[k], layer[k + 1]
        if _gain(above[a], above[b]) + _gain(below[a], below[b]) > 0:
            layer[k], layer[k + 1] = b, a
            place[a], place[b] = k + 1, k
            better = True
    return better


def _gain(left: list[int], right: list[int]) -> int:
    """How many crossings fewer there are if two nodes change sides, by the sorted places of their ends."""
    if len(left) == 1 == len(right):
        return (right[0] < left[0]) - (left[0] < right[0])
    return sum([bisect_left(right, end) + bisect_right(right, end) - len(right) for end in left])


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
