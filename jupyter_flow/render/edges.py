"""Edges as smooth curves with arrowheads, and the names of the parameters they feed."""

from collections.abc import Sequence
from itertools import pairwise

from .folding import FoldedEdge
from .layout import Orientation, Point
from .lettering import clean, escape, shorten, width
from .palette import number
from .picture import WAITING_EDGE

_HEAD = 7.0  # px, the length of an arrowhead
_LABEL = 10.0
_LABEL_ROOM = 90.0

Rect = tuple[float, float, float, float]


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


def draw_label(text: str, route: Sequence[Point], orientation: Orientation, taken: list[Rect]) -> str:
    """A label on the last bend of its edge, where it hides no other; nothing where there is no room."""
    wide = width(text, _LABEL)
    a, b = _last_bend(route)
    for t in (0.5, 0.4, 0.6, 0.3, 0.7):
        x, y = _on_bend(a, b, t, orientation)
        rect = (x - wide / 2 - 2, y - 6, x + wide / 2 + 2, y + 6)
        if not any(_overlap(rect, other) for other in taken):
            taken.append(rect)
            return _written(text, x, y, wide)
    return ""


def _written(text: str, x: float, y: float, wide: float) -> str:
    """A label around a point, on a ground that leaves nothing of the line that it stands on."""
    ground = f'x="{number(x - wide / 2 - 2)}" y="{number(y - 6)}" width="{number(wide + 4)}" height="12"'
    place = f'x="{number(x - wide / 2)}" y="{number(y + 3.5)}" textLength="{number(wide)}"'
    return f'<rect class="og" {ground}/><text class="o" {place} lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'


def _last_bend(route: Sequence[Point]) -> tuple[Point, Point]:
    """The last part of a route that crosses from layer to layer, the longest of its two last."""
    pairs = list(pairwise(route))[-2:]
    return max(pairs, key=lambda pair: abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1]))


def _on_bend(a: Point, b: Point, t: float, orientation: Orientation) -> Point:
    """A point of the curve that `_path` draws between two points (a cubic Bézier)."""
    along = t * t * (3 - 2 * t)
    across = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t
    down = orientation == "down"
    tx, ty = (along, across) if down else (across, along)
    return a[0] + (b[0] - a[0]) * tx, a[1] + (b[1] - a[1]) * ty


def _overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
