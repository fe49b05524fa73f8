"""How far an electron says it is: the progress bar that it writes, read from what it has printed."""

import re
from typing import NamedTuple

TAIL = 8 * 1024  # characters from the end of a stream that are looked at

_MOVES = re.compile(r"(\r|\n|\x1b\[[0-9;?]*[ -/]*[@-~])")
# The formats of tqdm 4: `desc:  45%|████▌     | 45/100 [00:01<00:01, 40.0it/s]`, and without a total
# `desc: 45it [00:01, 40.0it/s]`. Its source: tqdm.std.tqdm.format_meter.
# Both are searched for from a fixed beginning: whatever was printed, that takes time in proportion to it.
_BAR = re.compile(r"(\d{1,3})%\|[^|%]*\|(.*)")
_TIMED = re.compile(r" ?\[\d+:\d\d(?::\d\d)?, ")
_OF = re.compile(r"([\d.]+)/([\d.]+) ?(?:\[|$)")


class Progress(NamedTuple):
    """Where an electron is. `fraction`: from 0 to 1, None where it does not know its end."""

    fraction: float | None
    text: str  # without the bar itself: "train: 45/100 [00:01<00:01, 40.0it/s]"


def progress_in(text: str) -> Progress | None:
    """What the progress bar at the end of a text says, None where there is none.

    Of nested bars it is the outermost: tqdm goes down to draw an inner one, and comes back up.
    """
    rows, at = _screen(text[-TAIL:])
    bars = [progress for row in reversed(rows[: at + 1]) if (progress := _bar(row)) is not None]
    return bars[0] if bars else None


def _screen(text: str) -> tuple[list[str], int]:
    """The lines a terminal would show, and the number of the one its cursor is in."""
    rows, at, fresh = [""], 0, True
    for part in _MOVES.split(text):
        if part == "\r":
            fresh = True
        elif part == "\n":
            at, fresh = at + 1, False
            if at == len(rows):
                rows.append("")
        elif part == "\x1b[A":
            at = max(at - 1, 0)
        elif part and not part.startswith("\x1b"):
            rows[at] = part if fresh else rows[at] + part
            fresh = False
    return rows, at


def _bar(row: str) -> Progress | None:
    found = _BAR.search(row)
    if found:
        told = found[2].strip()
        return Progress(_fraction(found[1], told), _named(row[: found.start()], told or f"{found[1]}%"))
    found = _TIMED.search(row)
    if not found:
        return None
    name, _, count = row[: found.start()].rpartition(": ")
    return Progress(None, _named(name, count + row[found.start() :].rstrip())) if count[:1].isdigit() else None


def _fraction(percent: str, rest: str) -> float:
    counted = _OF.match(rest)
    try:
        if counted and float(counted[2]):
            return min(1.0, float(counted[1]) / float(counted[2]))
    except ValueError:  # 1.2.3/4 is nobody's count
        pass
    return min(1.0, int(percent) / 100)


def _named(desc: str, told: str) -> str:
    name = desc.strip().removesuffix(":")
    return f"{name}: {told}" if name else told
