"""Edges as smooth curves with arrowheads, and the names of the parameters they feed."""

from collections.abc import Sequence
from itertools import pairwise

from .folding import FoldedEdge
from .layout import Orientation, Point
from .lettering import clean, shorten
from .palette import number
from .picture import WAITING_EDGE

_HEAD = 7.0  # px, the length of an arrowhead
_LABEL = 10.0
_LABEL_ROOM = 90.0


def draw(edge: FoldedEdge, route: Sequence[Point], orientation: Orientation, *, back: bool) -> str:
    """A curve along a route, its head at the end."""
    start, end, head = _headed(route, orientation)
    kind = "e q" if edge.waiting else "e b" if back else "e"
    path = _path([start, *route[1:-1], end], orientation)
    return f'<path class="{kind}" d="{path}"/><path class="a" d="{head}"/>'


def loop(right: float, y: float) -> str:
    """The edge of a group to itself, on the right of its box: its members follow one another."""
    a, b = number(right), number(y)
    head = f"M{a} {number(y + 6)}l6.4 -3.4l.4 6.6z"
    return f'<path class="e" d="M{a} {b}m0 -6c22 -7 22 19 5 12.4"/><path class="a" d="{head}"/>'


def _headed(route: Sequence[Point], orientation: Orientation) -> tuple[Point, Point, str]:
    """Where the line begins and ends, and the arrowhead that follows it."""
    (x, y), (px, py) = route[-1], route[-2]
    if orientation == "down":
        d = _HEAD if y > py else -_HEAD
        corners = f"M{number(x)} {number(y)}l-3.6 {number(-d)}h7.2z"
        return route[0], (x, y - d * 0.8), corners
    d = _HEAD if x > px else -_HEAD
    return route[0], (x - d * 0.8, y), f"M{number(x)} {number(y)}l{number(-d)} -3.6v7.2z"


def _path(points: Sequence[Point], orientation: Orientation) -> str:
    parts = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 == x1 or y0 == y1:
            parts.append(f"L{number(x1)} {number(y1)}")
        elif orientation == "down":
            parts.append(_cubic((x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2), (x1, y1)))
        else:
            parts.append(_cubic(((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)))
    return "".join(parts)


def _cubic(*points: Point) -> str:
    return "C" + " ".join(f"{number(x)} {number(y)}" for x, y in points)


def label_of(edge: FoldedEdge) -> str:
    """The parameters an edge feeds, in short; order without data has none."""
    labels = [clean(label) for label in edge.labels if label and label != WAITING_EDGE]
    return shorten(", ".join(labels), _LABEL_ROOM, _LABEL)
