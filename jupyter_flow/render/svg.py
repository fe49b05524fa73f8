"""A picture as SVG: one string that stands on any page, light or dark, without scripts, ids or references."""

from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import get_args

from . import boxes, edges, legend
from .arrangement import arranged, labels_of
from .boxes import Box, Scheme
from .breath import paced
from .folding import FoldedEdge, Folding, fold
from .groups import SEVERITY, Group, tally
from .labels import Labels
from .layout import Orientation, Point
from .lettering import clean, cut, escape
from .palette import By, number
from .picture import Picture
from .style import style
from .text import summary

Edge = tuple[FoldedEdge, list[Point], str]  # with its route and what is written on it

_MARGIN = 18.0
_DESCRIBED = 30  # groups that the description for screen readers names
_MOST_EDGES = 2000  # of more nobody can follow one, and they make a notebook large: the thickest


def draw_svg(
    picture: Picture,
    *,
    by: By = "status",
    orientation: Orientation = "down",
    opened: Collection[int] = (),
    folding: Folding | None = None,
    arguments: Sequence[str] = (),
    dark: bool | None = None,
) -> str:
    """Draw a folded graph, coloured ``by`` status, executor or duration.

    The same picture gives the same bytes everywhere. ``opened`` are node numbers whose
    groups are shown member by member (see `fold`); ``folding`` is what came of that, where
    it is known, and ``arguments`` what tells its groups from others of their name, for each.
    ``dark`` chooses the theme, which else is that of the reader's system.
    Raises ValueError for an unknown ``by`` or ``orientation``.
    """
    _check("by", by, get_args(By))
    _check("orientation", orientation, get_args(Orientation))
    return _Drawing(picture, folding or fold(picture, opened), by, orientation, dark, arguments).svg()


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{what} is one of {', '.join(known)}, not {value!r}")


class _Drawing:
    def __init__(
        self, picture: Picture, folding: Folding, by: By, orientation: Orientation, dark: bool | None,
        arguments: Sequence[str],
    ) -> None:  # fmt: skip
        self.picture, self.folding, self.orientation, self.dark = picture, folding, orientation, dark
        groups = tally(picture, folding)
        self.scheme = _scheme(picture, groups, by)
        said = arguments or [""] * len(groups)
        self.boxes = [boxes.measure(group, self.scheme, text) for group, text in zip(groups, said, strict=True)]
        self.labels = labels_of(folding)
        self.layout = arranged(self.boxes, folding, orientation)
        self.statuses = [s for s in SEVERITY if any(s in g.counts or s is g.status for g in groups)]
        if picture.status not in self.statuses:
            self.statuses.append(picture.status)

    def svg(self) -> str:
        header = legend.header(self.picture)
        footer = legend.footer(self.picture, self.scheme, self.statuses[: len(SEVERITY)], self._room(header))
        wide = max(self.layout.width + 12, header.width, footer.width) + 2 * _MARGIN
        graph_top = _MARGIN + header.height
        tall = graph_top + self.layout.height + footer.height + _MARGIN
        left = (wide - self.layout.width) / 2
        foot = tall - _MARGIN - footer.height
        line = f'<path class="v" d="M0 11H{number(wide - 2 * _MARGIN)}"/>' if footer.svg else ""
        body = (
            f'<rect class="bg" x=".5" y=".5" width="{number(wide - 1)}" height="{number(tall - 1)}" rx="10"/>'
            f'<g transform="translate({number(_MARGIN)} {number(_MARGIN)})">{header.svg}</g>'
            f'<g transform="translate({number(left)} {number(graph_top)})">{self._edges()}{self._boxes()}</g>'
            f'<g transform="translate({number(_MARGIN)} {number(foot)})">{line}{footer.svg}</g>'
        )
        return self._page(wide, tall, body)

    def _room(self, header: legend.Strip) -> float:
        return max(self.layout.width, header.width, 360.0)

    def _edges(self) -> str:
        lines, texts = [], []
        named = self._named() if any(self.labels) else None
        ranks = self.layout.ranks
        given = zip(self.folding.edges, self.layout.routes, self.labels, strict=True)
        for k, (edge, route, label) in enumerate(paced(_thickest([*given]))):
            if not route:
                box = self.boxes[edge.source]
                lines.append(edges.loop(self.layout.x[edge.source] + box.width / 2, self.layout.y[edge.source]))
                continue
            back = ranks[edge.target] < ranks[edge.source]
            lines.append(edges.draw(edge, route, self.orientation, back=back))
            if label and named is not None:
                texts.append(named.draw(k, label))
        return "".join(lines + texts)

    def _named(self) -> Labels:
        """Where names may stand. There are few edges then, and all are drawn."""
        placed = zip(self.boxes, self.layout.x, self.layout.y, strict=True)
        rects = [(x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2) for box, x, y in placed]
        return Labels(rects, self.layout.routes, self.orientation)

    def _missing(self) -> list[str]:
        many = len(self.folding.edges)
        return [f"of {many} edges the {_MOST_EDGES} thickest are drawn"] if many > _MOST_EDGES else []

    def _boxes(self) -> str:
        placed = zip(self.boxes, self.layout.x, self.layout.y, strict=True)
        return "".join(boxes.draw(box, x, y, self.scheme) for box, x, y in placed)

    def _page(self, wide: float, tall: float, body: str) -> str:
        w, h = number(wide), number(tall)
        title = escape(cut(clean(self.picture.title), 300))
        about = escape(" \n".join([summary(self.picture), *self._missing(), *map(_say, self.boxes[:_DESCRIBED])]))
        scope = "jf-" + blake2b(f"{w} {h} {self.scheme.by} {body}".encode(), digest_size=5).hexdigest()
        sheet = style(scope, self.statuses, len(self.scheme.executors), self.scheme.by, self.dark)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{scope}" role="img" aria-label="{title}"'
            f' width="{w}" height="{h}" viewBox="0 0 {w} {h}" style="max-width:100%;height:auto">'
            f"<title>{title}</title><desc>{about}</desc><style>{sheet}</style>{body}</svg>"
        )


def _thickest(edges: list[Edge]) -> list[Edge]:
    """As many as are drawn, in the order that they had."""
    if len(edges) <= _MOST_EDGES:
        return edges
    chosen = sorted(range(len(edges)), key=lambda k: -edges[k][0].count)[:_MOST_EDGES]
    return [edges[k] for k in sorted(chosen)]


def _say(box: Box) -> str:
    return boxes.describe(box.group, argument=box.argument)


def _scheme(picture: Picture, groups: list[Group], by: By) -> Scheme:
    """The colours of a picture's executors, in alphabetical order, and the span of its times."""
    labels = sorted({label for group in groups for label in group.executors})
    times = sorted(max(t, 1e-4) for t in picture.durations if t is not None) if by == "duration" else []
    span = (times[0], times[-1]) if times else None
    return Scheme(by, {label: k for k, label in enumerate(labels)}, span)
