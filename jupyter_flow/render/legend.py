"""What stands above and below the graph: its title and state, and what colours and marks mean."""

from dataclasses import dataclass

from ..model.status import Status
from .boxes import Scheme, chip
from .groups import NOT_RUN, count_states, said
from .lettering import clean, escape, seconds, shorten, width
from .palette import CLASS, LIGHT, mark, number
from .picture import Picture
from .standing import Standing
from .text import about

_ROW = 20.0
_MOST_EXECUTORS = 8


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a picture with its size."""

    svg: str
    width: float
    height: float


def header(picture: Picture) -> Strip:
    """The title with the state of the whole, and a line about what is in it."""
    title = shorten(clean(picture.title), 420, 13, bold=True)
    after = 24 + width(title, 13, bold=True) + 10
    line = shorten(about(picture), 620, 11)
    word = NOT_RUN if picture.status is Status.NEW_OBJECT else said(picture.status)
    svg = (
        mark(picture.status, 8, 8)
        + f'<text class="h" x="24" y="12.5">{escape(title)}</text>'
        + f'<text class="{CLASS[picture.status]}" x="{number(after)}" y="12.5">{word}</text>'
        + f'<text class="u" x="24" y="30">{escape(line)}</text>'
    )
    wide = max(after + width(word, 11), 24 + width(line, 11))
    return Strip(svg, wide, 52.0)


def footer(picture: Picture, scheme: Scheme, statuses: list[Standing], room: float) -> Strip:
    """The statuses and executors in use and, where it colours the nodes, the scale of times."""
    present = count_states(picture, picture.electrons())
    items = [
        _status(status, picture.status is Status.INTERRUPTED) for status in reversed(statuses) if status in present
    ]
    shown = list(scheme.executors.items())[:_MOST_EXECUTORS]
    items += [_executor(label, shade) for label, shade in shown]
    if len(scheme.executors) > len(shown):
        items.append(_words(f"and {len(scheme.executors) - len(shown)} more executors"))
    if scheme.times:
        items.append(_scale(*scheme.times))
    if not items:
        return Strip("", 0.0, 0.0)
    return _flow(items, room)


def _flow(items: list[Strip], room: float) -> Strip:
    """Items in rows, like words."""
    parts, x, y, wide = [], 0.0, 22.0, 0.0
    for item in items:
        if x and x + item.width > room:
            x, y = 0.0, y + _ROW
        parts.append(f'<g transform="translate({number(x)} {number(y)})">{item.svg}</g>')
        x += item.width + 14
        wide = max(wide, x - 14)
    return Strip("".join(parts), wide, y + 15)


def _status(status: Standing, interrupted: bool) -> Strip:
    word = said(status, interrupted)
    svg = mark(status, 7, 7.5, 0.8) + f'<text class="p u" x="18" y="11">{word}</text>'
    return Strip(svg, 18 + width(word, 10), 15)


def _executor(label: str, shade: int) -> Strip:
    text = shorten(clean(label), 150, 10)
    return Strip(chip(text, 0, 0, shade % len(LIGHT.executors)), 20 + width(text, 10), 15)


def _words(text: str) -> Strip:
    return Strip(f'<text class="p u" x="0" y="11">{escape(text)}</text>', width(text, 10), 15)


def _scale(low: float, high: float) -> Strip:
    first, last = seconds(low), seconds(high)
    start = width(first, 10) + 6
    steps = len(LIGHT.times)
    cells = "".join(
        f'<rect class="n z{k}" x="{number(start + 18 * k)}" y="2" width="18" height="11"/>' for k in range(steps)
    )
    end = start + 18 * steps + 6
    svg = _words(first).svg + cells + f'<text class="p u" x="{number(end)}" y="11">{last}</text>'
    return Strip(svg, end + width(last, 10), 15)
