"""What ran, in rows of bars: none overlap in a row, and those too short to be told apart become one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from ..render.breath import paced
from .states import BY_SEVERITY

MOST = 2000  # bars
MOST_ROWS = 32  # of a lane; what runs beside so many shares the last
SET = 1e-6  # seconds by which works may overlap and share a row: clocks are set
SEVERITY = {number: place for place, number in enumerate(BY_SEVERITY)}


class Work(NamedTuple):
    """An attempt. Times are seconds after the dispatch began."""

    start: float
    end: float
    ready: float  # since when it could have run
    node: int
    status: int
    critical: bool  # on the longest path


class Stretch:
    """Neighbours of a row as one."""

    __slots__ = ("count", "critical", "end", "node", "nodes", "ready", "start", "status")

    def __init__(self, work: Work) -> None:
        self.start, self.end, self.ready, self.node, self.status, self.critical = work
        self.count = 1
        self.nodes = [work.node]  # some of them

    def add(self, work: Work) -> None:
        """Take in the next."""
        self.count += 1
        self.end = max(self.end, work.end)
        self.ready = min(self.ready, work.ready)
        if SEVERITY[work.status] < SEVERITY[self.status]:
            self.status = work.status
        if self.count < 8:
            self.nodes.append(work.node)


def rows_of(works: Sequence[Work]) -> list[list[Work]]:
    """The work of one lane in rows. What shares the last row because there are too many may overlap."""
    works = sorted(works)
    rows: list[list[Work]] = [[]]
    ends = [0.0]
    for work in paced(works):
        row = next((k for k, end in enumerate(ends) if end <= work.start + SET), len(ends))
        if row == len(ends) and row < MOST_ROWS:
            rows.append([])
            ends.append(0.0)
        row = min(row, MOST_ROWS - 1)
        rows[row].append(work)
        ends[row] = max(ends[row], work.end)
    return rows


def within(row: Sequence[Work], start: float, end: float) -> list[Work]:
    """The part of a row that touches a range; works of a row are sorted, and mostly one after the other."""
    last = bisect_right(row, end, key=lambda work: work.start)
    first = bisect_left(row, start, hi=last, key=lambda work: work.end)
    return [*row[first:last]]


def merged(rows: Sequence[list[Work]], start: float, end: float, width: int, most: int = MOST) -> list[list[Stretch]]:
    """Each row within a range, as few enough bars: at most one for each pixel, where they do not fit one by one.

    What is on the longest path is kept apart from what is not, and comes last in its row.
    """
    parts = [within(row, start, end) for row in rows]
    if sum(map(len, parts)) <= most:
        return [_merged(part, -1.0) for part in parts]
    span = max(end - start, 1e-6)
    least = max(span / width if width else 0.0, span * len([part for part in parts if part]) / most)
    while True:
        found = [_merged(part, least) for part in parts]
        if sum(map(len, found)) <= most:
            return found
        if least > 1e3 * span:
            return _cut(found, most)
        least *= 2


def _merged(part: Sequence[Work], least: float) -> list[Stretch]:
    found: tuple[list[Stretch], list[Stretch]] = ([], [])
    for work in paced(part):
        kept = found[work.critical]
        if kept and work.end - kept[-1].start <= least:
            kept[-1].add(work)
        else:
            kept.append(Stretch(work))
    return [*found[0], *found[1]]


def _cut(found: list[list[Stretch]], most: int) -> list[list[Stretch]]:
    """More rows than bars that may be told: those on the longest path come first."""
    room = most - sum([stretch.critical for row in found for stretch in row])
    cut = []
    for row in found:
        rest = [stretch for stretch in row if not stretch.critical][: max(0, room)]
        room -= len(rest)
        cut.append([*rest, *[stretch for stretch in row if stretch.critical]])
    return cut
