"""States of nodes → boxes counted, as messages: one `Graph`, then numbered `Delta` of what has changed."""

from collections.abc import Iterator, Mapping, Sequence

from ..model.events import INTERRUPTED, RUNNING
from ..render import Group
from ..render.boxes import describe
from ..render.breath import paced
from ..render.picking import picked
from .folded import Placed
from .messages import By, Tally
from .pictures import NUMBER_OF
from .states import NUMBERS, by_severity, differences, ended

MANY = 3  # where a third of all nodes has changed, all are counted: that is quicker than to see which have


class Counted:
    """The boxes of a folding, counted. Each look costs as much as has changed since the last."""

    def __init__(self, placed: Placed, by: By) -> None:
        self.placed, self.by = placed, by
        self._folding = placed.folded.folding
        self._group_of = self._folding.group_of
        self._groups = placed.folded.groups
        self._states = bytes(len(self._group_of))
        self._counts = [[group.count, *[0] * (NUMBERS - 1)] for group in self._groups]
        self._seconds: Sequence[float | None] = ()
        self._bars: dict[int, float] = {}
        self._interrupted = False

    def look(
        self, states: bytes, seconds: Sequence[float | None], bars: Mapping[int, float], status: int = 0
    ) -> set[int]:
        """Take in the states as they are now; the boxes that have changed.

        ``bars``: progress by node. ``status``: the dispatch's own, for what has not run will not, once that is over.
        """
        turned = self._interrupted != (status == INTERRUPTED)
        self._interrupted = status == INTERRUPTED
        moved = self._forget(seconds) if seconds is not self._seconds else set()
        before, group_of, self._states = self._states, self._group_of, states
        moved.update([group for group, nodes in self._members(before, states) if self._count(group, nodes, before)])
        shown = {group_of[node]: value for node, value in bars.items() if states[node] == RUNNING}
        moved.update([group for group in {*shown, *self._bars} if shown.get(group) != self._bars.get(group)])
        self._bars = {group: value for group, value in shown.items() if group >= 0 and self._groups[group].count == 1}
        moved.discard(-1)
        return {*range(len(self._groups))} if turned else moved

    def _members(self, before: bytes, states: bytes) -> Iterator[tuple[int, Sequence[int]]]:
        """The boxes in which something has changed, at least, each with those of its nodes that have, at least."""
        changed = differences(before, states)
        if MANY * len(changed) > len(states):
            yield from paced(enumerate(self._folding.members))
            return
        groups = picked(self._group_of, changed)
        found: dict[int, list[int]] = {groups[0]: changed} if groups and groups.count(groups[0]) == len(groups) else {}
        for node, group in zip(paced(changed), groups, strict=True) if not found else ():
            found.setdefault(group, []).append(node)
        found.pop(-1, None)
        yield from found.items()

    def _count(self, group: int, nodes: Sequence[int], before: bytes) -> bool:
        """Take in what has become of nodes of a box; whether anything has."""
        was, now = bytes(picked(before, nodes)), bytes(picked(self._states, nodes))
        if was == now:
            return False
        count = self._counts[group]
        for number in range(NUMBERS):
            count[number] += now.count(number) - was.count(number)
        self._time(group, ended(nodes, was, now))
        return True

    def _time(self, group: int, nodes: Sequence[int]) -> None:
        """Take in how long nodes of a box took."""
        taken = [seconds for seconds in picked(self._seconds, nodes) if seconds is not None]
        self._sums[group] += sum(taken)
        self._timed[group] += len(taken)

    def _forget(self, seconds: Sequence[float | None]) -> set[int]:
        """Cells of a flow were run again: the run times are others, those of all that had ended; whose they are."""
        self._seconds, self._sums, self._timed = seconds, [0.0] * len(self._groups), [0] * len(self._groups)
        if not any(self._states):
            return set()
        again = set()
        for group, nodes in enumerate(self._folding.members):
            if over := ended(nodes, bytes(len(nodes)), bytes(picked(self._states, nodes))):
                self._time(group, over)
                again.add(group)
        return again

    def tallies(self, groups: Sequence[int] | None = None) -> list[Tally]:
        """What is to be told of these boxes, or of all."""
        return [self._tally(group) for group in (range(len(self._groups)) if groups is None else groups)]

    def _tally(self, number: int) -> Tally:
        group = self.group(number)
        return {
            "group": number,
            "status": NUMBER_OF[group.status],
            "counts": list(self._counts[number]),
            "executors": list(group.executors.items()),
            "seconds": group.seconds,
            "progress": self._bars.get(number),
            "words": describe(group, self.by),
        }

    def group(self, number: int) -> Group:
        """A box as it is now, for `render`."""
        timed = self._timed[number]
        seconds = self._sums[number] / timed if timed else None
        return self._groups[number].standing(by_severity(self._counts[number]), seconds, self._interrupted)
