"""Which layer a node stands in: the first step of a layered drawing.

Ranks are longest paths, then tightened so that edges are short; Gansner, Koutsofios, North
and Vo (1993) solve the same problem exactly by network simplex, which costs more than it
shows at the sizes people look at. All of it is iterative: a chain may be any length.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from operator import le, lt

Edge = tuple[int, int]


def downward(n: int, edges: Iterable[Edge]) -> tuple[list[int], list[Edge]]:
    """A topological order, and the edges turned to follow it; self edges are left out.

    A folded graph can have cycles that the graph itself has not. Where Kahn's algorithm
    (1962) is stuck it goes on with the lowest number, and edges against the order are turned.
    """
    proper = [(a, b) for a, b in edges if a != b]
    succ: list[list[int]] = [[] for _ in range(n)]
    missing = [0] * n
    for a, b in proper:
        succ[a].append(b)
        missing[b] += 1
    order = _in_order(succ, missing)
    place = [0] * n
    for k, i in enumerate(order):
        place[i] = k
    return order, [(a, b) if place[a] < place[b] else (b, a) for a, b in proper]


def _in_order(succ: list[list[int]], missing: list[int]) -> list[int]:
    """All nodes, each after its producers where that can be; ``missing``, how many of these are left, is used up."""
    order = [i for i, producers in enumerate(missing) if not producers]
    seen = [not producers for producers in missing]
    done = lowest = 0
    while done < len(succ):
        if done == len(order):
            while seen[lowest]:
                lowest += 1
            seen[lowest] = True
            order.append(lowest)
        for b in succ[order[done]]:
            missing[b] -= 1
            if not missing[b] and not seen[b]:
                seen[b] = True
                order.append(b)
        done += 1
    return order


def longest_path(n: int, sources: Sequence[int], targets: Sequence[int]) -> list[int]:
    """The length of the longest path to each node, in edges; cycles are broken first."""
    if _in_turn(sources, targets):
        rank = [0] * n
        for a, b in zip(sources, targets, strict=True):
            if rank[a] >= rank[b]:
                rank[b] = rank[a] + 1
        return rank
    order, down = downward(n, zip(sources, targets, strict=True))
    return _below(order, _neighbours(n, down)[0])


def _below(order: list[int], pred: list[list[int]]) -> list[int]:
    """A rank for each node: just below the lowest of its producers."""
    rank = [0] * len(pred)
    for i in order:
        if pred[i]:
            rank[i] = 1 + max([rank[p] for p in pred[i]])
    return rank


def _in_turn(sources: Sequence[int], targets: Sequence[int]) -> bool:
    """Whether edges lead upwards and are sorted by where they end, as a graph is traced: no order is to be found."""
    return all(map(lt, sources, targets)) and all(map(le, targets, islice(targets, 1, None)))


def ranks(n: int, edges: Sequence[Edge]) -> list[int]:
    """A layer for each node, from 0, such that every edge of a DAG leads to a later layer."""
    order, down = downward(n, edges)
    pred, succ = _neighbours(n, down)
    rank = _below(order, pred)
    for _ in range(2):
        _slide(order, pred, succ, rank)
    _spread_lonely(n, pred, succ, rank)
    return rank


def _neighbours(n: int, edges: Iterable[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    pred: list[list[int]] = [[] for _ in range(n)]
    succ: list[list[int]] = [[] for _ in range(n)]
    for a, b in edges:
        succ[a].append(b)
        pred[b].append(a)
    return pred, succ


def _slide(order: list[int], pred: list[list[int]], succ: list[list[int]], rank: list[int]) -> None:
    """Move nodes towards where more of their edges go; no move makes edges longer in total.

    Nodes that gain nothing move along too, down and then back up: they make room for those
    that do gain (the settings that only a late electron reads move next to it, as a chain).
    """
    for i in reversed(order):
        if succ[i] and len(succ[i]) >= len(pred[i]):
            rank[i] = min([rank[s] for s in succ[i]]) - 1
    for i in order:
        if pred[i] and len(pred[i]) >= len(succ[i]):
            rank[i] = 1 + max([rank[p] for p in pred[i]])


def _spread_lonely(n: int, pred: list[list[int]], succ: list[list[int]], rank: list[int]) -> None:
    """Nodes without edges stand in rows of about the shape of the page, not in one long row."""
    lonely = [i for i in range(n) if not pred[i] and not succ[i]]
    rows = max(rank, default=0) + 1
    across = max(4, -(-len(lonely) // rows) if rows > 1 else int(len(lonely) ** 0.5))
    for k, i in enumerate(lonely):
        rank[i] = k // across
