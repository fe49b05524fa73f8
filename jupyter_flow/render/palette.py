"""Colours and marks: every status has both, so that colour is never the only sign.

The hues follow Okabe and Ito (2008) and Tol's muted scheme, darkened or lightened for
contrast on their background; marks are paths, drawn in a circle of radius 8 around 0,0.
"""

from dataclasses import dataclass
from typing import Literal

from ..model.status import Status
from .standing import Beside, Standing

By = Literal["status", "executor", "duration"]


@dataclass(frozen=True, slots=True)
class Theme:
    """One of the two sets of colours; by status: line and tint."""

    card: str
    rim: str
    text: str
    muted: str
    edge: str
    plain: str  # a node that has no colour of its own
    status: dict[Standing, tuple[str, str]]
    executors: tuple[str, ...]
    times: tuple[str, ...]  # short to long
    tint: float  # how much of an executor's colour fills a node or a chip


LIGHT = Theme(
    card="#ffffff",
    rim="#dde2ea",
    text="#1b2430",
    muted="#566172",
    edge="#94a0b2",
    plain="#f7f8fa",
    status={
        Status.NEW_OBJECT: ("#768295", "#f6f7f9"),
        Status.RUNNING: ("#1f6fd6", "#e9f2fd"),
        Status.COMPLETED: ("#0a8060", "#eaf6f1"),
        Status.FAILED: ("#c63d12", "#fdece5"),
        Status.CANCELLED: ("#8a4f9e", "#f6eef9"),
        Status.SKIPPED: ("#80868f", "#f4f4f2"),
        Status.INTERRUPTED: ("#9a6a00", "#fdf4dc"),
        Beside.STALE: ("#9a6a00", "#fdf4dc"),
    },
    executors=("#3b6fb6", "#c2571a", "#2f8f83", "#a33f86", "#8a7a14", "#5b4fb0", "#b8405a", "#4d7c2a"),
    times=("#f3f6fb", "#d6e4f5", "#b0cdec", "#84b0df", "#5b94d1"),
    tint=0.13,
)
DARK = Theme(
    card="#12161d",
    rim="#2b323e",
    text="#e8ecf2",
    muted="#9ca8b8",
    edge="#66748a",
    plain="#1b212b",
    status={
        Status.NEW_OBJECT: ("#8b98ab", "#1b212b"),
        Status.RUNNING: ("#5aa2f7", "#15253d"),
        Status.COMPLETED: ("#35c29a", "#12291f"),
        Status.FAILED: ("#ff7f52", "#381a10"),
        Status.CANCELLED: ("#c792d8", "#2b1c32"),
        Status.SKIPPED: ("#939aa5", "#1d2126"),
        Status.INTERRUPTED: ("#e3b341", "#2e240d"),
        Beside.STALE: ("#e3b341", "#2e240d"),
    },
    executors=("#7fb0ee", "#f0935a", "#5ccabb", "#de86c4", "#d0bf55", "#a79cf2", "#f08a9f", "#9acb74"),
    times=("#1a222e", "#1e3350", "#244a78", "#2b5c9a", "#3670b8"),
    tint=0.2,
)

CLASS: dict[Standing, str] = {
    Status.NEW_OBJECT: "w",
    Status.RUNNING: "r",
    Status.COMPLETED: "c",
    Status.FAILED: "f",
    Status.CANCELLED: "x",
    Status.SKIPPED: "k",
    Status.INTERRUPTED: "i",
    Beside.STALE: "j",
}  # what a status is called in the style sheet
_MARKS: dict[Standing, str] = {
    Status.NEW_OBJECT: '<path class="l" d="M-3.6 0h.01M0 0h.01M3.6 0h.01"/>',
    Status.RUNNING: '<path class="g" d="M-2.6 -4.2L4.6 0L-2.6 4.2Z"/>',
    Status.COMPLETED: '<path class="l" d="M-3.7 .3L-1.1 3L3.8 -2.8"/>',
    Status.FAILED: '<path class="l" d="M-2.9 -2.9L2.9 2.9M2.9 -2.9L-2.9 2.9"/>',
    Status.CANCELLED: '<path class="g" d="M-3 -3H3V3H-3Z"/>',
    Status.SKIPPED: '<path class="l" d="M-3.4 -3L-.4 0L-3.4 3M.8 -3L3.8 0L.8 3"/>',
    Status.INTERRUPTED: '<path class="g" d="M1.4 -5.2L-3.4 1H-.5L-1.4 5.2L3.4 -1H.5Z"/>',
    Beside.STALE: '<path class="l" d="M3.6 -2.6A4.4 4.4 0 1 0 4.4 .6M4.4 -4.6V-2H1.8"/>',
}
SIGN: dict[Standing, str] = {
    Status.NEW_OBJECT: "○",
    Status.RUNNING: "▶",
    Status.COMPLETED: "✓",
    Status.FAILED: "✕",
    Status.CANCELLED: "■",
    Status.SKIPPED: "»",
    Status.INTERRUPTED: "!",
    Beside.STALE: "↻",
}  # the same in text


def mark(status: Standing, x: float, y: float, scale: float = 1.0) -> str:
    """The mark of a status around a point, 16 px across at scale 1."""
    at = f"translate({number(x)} {number(y)})" + (f" scale({number(scale)})" if scale != 1 else "")
    return f'<g class="m {CLASS[status]}" transform="{at}"><circle r="8"/>{_MARKS[status]}</g>'


def drawn(status: Standing) -> str:
    """The inside of a mark: a path of class ``l`` (a line) or ``g`` (filled)."""
    return _MARKS[status]


def number(value: float) -> str:
    """A coordinate in as few characters as show: at most two decimals, no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
