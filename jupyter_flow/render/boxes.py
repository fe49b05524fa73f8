"""A group as a box: how large it is, and how it is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from ..model.status import Status
from .groups import Group, counted
from .lettering import clean, cut, escape, seconds, shorten, width
from .palette import CLASS, LIGHT, By, mark, number
from .standing import Standing

_NAME = 13.0  # px, as all below; the sizes of two fonts
_SMALL = 10.0
_PAD = 10.0
_MARK = 16.0
_NAME_ROOM = 190.0
_CHIP_ROOM = 110.0
_ARGUMENT_ROOM = 150.0
_ARGUMENT_LINE = 14.0  # that a box with an argument is higher: the page's paint.ts knows
_NARROWEST = 76.0
_STACK = 5.0  # how far the cards of a group stick out behind it, to the right and up


@dataclass(frozen=True, slots=True)
class Scheme:
    """How nodes are coloured: the executors' colours, and the times at the ends of the scale."""

    by: By
    executors: Mapping[str, int]
    times: tuple[float, float] | None = None

    def step(self, value: float | None) -> int | None:
        """The place of a time on the scale of five, by its logarithm."""
        if value is None or self.times is None:
            return None
        low, high = self.times
        # Products only, compared instead of logarithms: those differ between platforms.
        place = prod([max(value, low) / low] * len(LIGHT.times))
        return sum([place > prod([high / low] * k) for k in range(1, len(LIGHT.times))])


@dataclass(frozen=True, slots=True)
class Box:
    """A group with its texts cut to measure; width and height in pixels."""

    group: Group
    name: str
    chip: str
    tail: str
    width: float
    height: float
    argument: str = ""  # that tells it from others of its name


def measure(group: Group, scheme: Scheme, argument: str = "") -> Box:
    """What a box says, and how much room that takes. ``argument``: what tells it from others of its name."""
    argument = shorten(argument, _ARGUMENT_ROOM, _SMALL)
    name = counted(shorten(clean(group.name), _NAME_ROOM, _NAME, bold=True) or "·", group.count)
    chip = shorten(_chip(group), _CHIP_ROOM, _SMALL)
    tail = _tail(group, scheme)
    first = _MARK + 7 + max(width(name, _NAME, bold=True), width(argument, _SMALL))
    second = _chip_width(chip) + (8 if chip and tail else 0) + width(tail, _SMALL)
    second += sum([19 + width(str(count), _SMALL) for count in _failed(group).values()])
    height = 28.0 + (20 if chip or tail else 2) + (9 if group.count > 1 else 0) + (_ARGUMENT_LINE if argument else 0)
    wide = max(_NARROWEST, 2 * _PAD + max(first, second))
    if group.kind == "sublattice":
        wide, height = wide + 8, height + 4
    deep = _STACK if group.count > 1 else 0.0
    return Box(group, name, chip, tail, wide + deep, height + deep, argument)


def _chip(group: Group) -> str:
    labels = [clean(label) for label in group.executors]
    return f"{labels[0]} +{len(labels) - 1}" if len(labels) > 1 else "".join(labels)


def _chip_width(chip: str) -> float:
    return 20 + width(chip, _SMALL) if chip else 0.0


def _tail(group: Group, scheme: Scheme) -> str:
    if scheme.by == "duration" and group.seconds is not None:
        return ("ø " if group.count > 1 else "") + seconds(group.seconds)
    return group.progress


def _failed(group: Group) -> dict[Standing, int]:
    """Members that did not complete, counted on the box of a group."""
    return group.failures() if group.count > 1 else {}


def draw(box: Box, x: float, y: float, scheme: Scheme) -> str:
    """A box around a centre."""
    group = box.group
    deep = _STACK if group.count > 1 else 0.0
    w, h = box.width - deep, box.height - deep
    left, top = x - box.width / 2, y - box.height / 2 + deep
    parts = [f"<g><title>{escape(describe(group, scheme.by, box.argument))}</title>"]
    parts += _outlines(group, (left, top, w, h), f"n {_colour(group, scheme)}")
    inside = left + _PAD + (4 if group.kind == "sublattice" else 0)
    parts.append(mark(group.status, inside + _MARK / 2, top + 17))
    text = inside + _MARK + 7
    parts.append(_text(box.name, text, top + 21.5, "h", width(box.name, _NAME, bold=True)))
    if box.argument:
        parts.append(_text(box.argument, text, top + 34, "p u", width(box.argument, _SMALL)))
        top, h = top + _ARGUMENT_LINE, h - _ARGUMENT_LINE
    parts += _second_row(box, inside, left + w - _PAD, top, scheme)
    if group.count > 1:
        parts.append(_bar(group, left + _PAD, top + h - 10, w - 2 * _PAD))
    return "".join(parts) + "</g>"


def _outlines(group: Group, frame: tuple[float, float, float, float], classes: str) -> list[str]:
    """One box, several behind each other for a group, one inside the other for a sublattice; frame: as `_rect`."""
    left, top, w, h = frame
    behind = [_rect(left + d, top - d, w, h, 8, classes) for d in (_STACK, _STACK / 2) if group.count > 1]
    front = _rect(left, top, w, h, 8 if group.kind != "glue" else h / 2, classes)
    if group.kind != "sublattice":
        return [*behind, front]
    return [*behind, front, _rect(left + 3, top + 3, w - 6, h - 6, 5.5, f"{classes} in")]


def _colour(group: Group, scheme: Scheme) -> str:
    """The classes that colour a box; the status also tells whether its border is dashed."""
    status = CLASS[group.status]
    if scheme.by == "executor" and group.executors:
        return f"{status} y{_shade(next(iter(group.executors)), scheme)}"
    step = scheme.step(group.seconds) if scheme.by == "duration" else None
    return status if step is None else f"{status} z{step}"


def _shade(executor: str, scheme: Scheme) -> int:
    return scheme.executors[executor] % len(LIGHT.executors)


def _second_row(box: Box, left: float, right: float, top: float, scheme: Scheme) -> list[str]:
    parts = []
    plain = scheme.by == "duration"  # on the long times' colours no other can be read
    if box.chip:
        shade = _shade(next(iter(box.group.executors)), scheme)
        parts.append(chip(box.chip, left, top + 29, shade))
    at = right - width(box.tail, _SMALL)
    if box.tail:
        parts.append(_text(box.tail, at, top + 39.5, "p" if plain else "p u", width(box.tail, _SMALL)))
        at -= 6
    for status, count in reversed(_failed(box.group).items()):
        at -= width(str(count), _SMALL)
        kind = "p" if plain else f"p {CLASS[status]}"
        parts.append(_text(str(count), at, top + 39.5, kind, width(str(count), _SMALL)))
        parts.append(mark(status, at - 8, top + 36, 0.66))
        at -= 19
    return parts


def chip(label: str, left: float, top: float, shade: int) -> str:
    """An executor's label on its colour, 15 px high; `_chip_width` wide."""
    wide = _chip_width(label)
    return (
        _rect(left, top, wide, 15, 7.5, f"c{shade}")
        + f'<circle class="d{shade}" cx="{number(left + 8)}" cy="{number(top + 7.5)}" r="3"/>'
        + _text(label, left + 14, top + 11, "p", width(label, _SMALL))
    )


def _bar(group: Group, left: float, top: float, wide: float) -> str:
    """The states of the members as parts of a bar, those that completed first."""
    parts = [_rect(left, top, wide, 4, 2, "t")]
    at = left
    for status, count in reversed(group.counts.items()):
        part = wide * count / group.count
        if status is not Status.NEW_OBJECT:
            # A single failure among thousands must still be seen.
            seen = max(part, 2.0)
            parts.append(_rect(min(at, left + wide - seen), top, seen, 4, 2 if part >= 4 else 0, f"s {CLASS[status]}"))
            at += part
    return "".join(parts)


def _rect(x: float, y: float, w: float, h: float, r: float, kind: str) -> str:
    place = f'x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}"'
    return f'<rect class="{kind}" {place} rx="{number(r)}"/>'


def _text(text: str, x: float, y: float, kind: str, wide: float) -> str:
    """A text that keeps to its measured width, whichever font is found."""
    return (
        f'<text class="{kind}" x="{number(x)}" y="{number(y)}" textLength="{number(wide)}"'
        f' lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def describe(group: Group, by: By = "status", argument: str = "") -> str:
    """A group in words, for tooltips and screen readers."""
    name = cut(clean(group.name), 300)
    parts = [counted(name, group.count) if group.count > 1 else f"{name} (node {group.first})"]
    if group.kind != "electron":
        parts.append(group.kind)
    parts += [argument] if argument else []
    parts.append(", ".join(_count(group, status, count) for status, count in group.counts.items()))
    if group.given_up:
        parts.append("it may still run" if group.count == 1 else f"{group.given_up} may still run")
    if group.executors:
        parts.append("on " + executors(group.executors))
    if by == "duration" and group.seconds is not None:
        parts.append(("mean " if group.count > 1 else "") + seconds(group.seconds))
    return " · ".join(parts)


def _count(group: Group, status: Standing, count: int) -> str:
    return f"{count} {group.said(status)}" if group.count > 1 else group.said(status)


def executors(labels: Mapping[str, int], most: int = 4) -> str:
    """Executors with how many electrons each has, if there are several."""
    shown: Sequence[str] = [cut(clean(label), 60) for label in labels]
    if len(shown) > most:
        return ", ".join(shown[: most - 1]) + f" and {len(shown) - most + 1} more"
    return ", ".join(shown)
