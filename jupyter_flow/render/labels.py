"""Where the names of parameters stand on edges: as in the live view (labextension/src/view/graph/labels.ts)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from .layout import Orientation, Point
from .lettering import escape, shorten, width
from .palette import number

_SIZE = 10.0
_HALF = 6.0  # px, half of a label's height
_ROOMS = (90.0, 40.0)  # px that a label may take; where the first is not to be had, it is shortened
_PLACES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)  # along a bend
_STEPS = 14  # points of a bend that others are kept away from

Rect = tuple[float, float, float, float]  # left, top, right, bottom


class Labels:
    """Places labels one after the other, so that they hide no box and no other label, and lie on one edge only."""

    def __init__(self, boxes: Sequence[Rect], routes: Sequence[Sequence[Point]], orientation: Orientation) -> None:
        """routes: of all edges, empty for one from a box to itself."""
        self._taken = list(boxes)
        self._routes, self._orientation = routes, orientation
        self._lines = [[*self._sampled(route)] for route in routes]
        self._bounds = [_around(points) for points in self._lines]

    def draw(self, edge: int, text: str) -> str:
        """A label on an edge, by its number; nothing where there is no room."""
        for room in _ROOMS:
            short = shorten(text, room, _SIZE)
            wide = width(short, _SIZE)
            if short and (place := self._find(edge, wide)) is not None:
                return _written(short, *place, wide)
        return ""

    def _find(self, edge: int, wide: float) -> Point | None:
        for a, b in _bends(self._routes[edge]):
            for t in _PLACES:
                x, y = self._on(a, b, t)
                rect = (x - wide / 2 - 2, y - _HALF, x + wide / 2 + 2, y + _HALF)
                if self._free(rect, edge):
                    self._taken.append(rect)
                    return x, y
        return None

    def _free(self, rect: Rect, own: int) -> bool:
        if any(_overlap(rect, other) for other in self._taken):
            return False
        left, top, right, bottom = rect
        return not any(
            left < x < right and top < y < bottom
            for k, bounds in enumerate(self._bounds)
            if k != own and _overlap(rect, bounds)
            for x, y in self._lines[k]
        )

    def _sampled(self, route: Sequence[Point]) -> Iterator[Point]:
        for a, b in pairwise(route):
            yield from [self._on(a, b, step / _STEPS) for step in range(_STEPS + 1)]

    def _on(self, a: Point, b: Point, t: float) -> Point:
        """A point of the curve that is drawn between two points (a cubic Bézier)."""
        along = t * t * (3 - 2 * t)
        across = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t
        tx, ty = (along, across) if self._orientation == "down" else (across, along)
        return a[0] + (b[0] - a[0]) * tx, a[1] + (b[1] - a[1]) * ty


def _bends(route: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The parts of a route from layer to layer: the longest of its two last first, where labels are looked for."""
    bends = list(pairwise(route))
    last = sorted(bends[-2:], key=lambda pair: -abs(pair[0][0] - pair[1][0]) - abs(pair[0][1] - pair[1][1]))
    return [*last, *reversed(bends[:-2])]


def _around(points: Sequence[Point]) -> Rect:
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    return min(xs) - 1, min(ys) - 1, max(xs) + 1, max(ys) + 1


def _overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _written(text: str, x: float, y: float, wide: float) -> str:
    """A label around a point, on a ground that leaves nothing of the line that it stands on."""
    ground = f'x="{number(x - wide / 2 - 2)}" y="{number(y - _HALF)}" width="{number(wide + 4)}" height="12"'
    place = f'x="{number(x - wide / 2)}" y="{number(y + 3.5)}" textLength="{number(wide)}"'
    return f'<rect class="og" {ground}/><text class="o" {place} lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
