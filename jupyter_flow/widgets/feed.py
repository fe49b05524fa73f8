"""States of nodes → boxes counted, as messages: one `Graph`, then numbered `Delta` of what has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..model.events import COMPLETED, INTERRUPTED, RUNNING
from ..render import Group
from ..render.boxes import describe
from ..render.breath import paced
from .folded import Placed
from .messages import By, Tally
from .pictures import NUMBER_OF
from .states import NUMBERS, by_severity, differences


class Counted:
    """The boxes of a folding, counted. Each look costs as much as has changed since the last."""

    def __init__(self, placed: Placed, by: By) -> None:
        self.placed, self.by = placed, by
        self._group_of = placed.folded.folding.group_of
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
        again = self._forget(seconds) if seconds is not self._seconds else set()
        before, group_of, counts = self._states, self._group_of, self._counts
        changed = differences(before, states)
        for node in paced(changed):
            group = group_of[node]
            if group >= 0:
                count = counts[group]
                count[before[node]] -= 1
                count[states[node]] += 1
                if before[node] < COMPLETED and (taken := seconds[node]) is not None:
                    self._sums[group] += taken
                    self._timed[group] += 1
        moved = {group_of[node] for node in changed} | again
        self._states = states
        shown = {group_of[node]: value for node, value in bars.items() if states[node] == RUNNING}
        moved.update([group for group in {*shown, *self._bars} if shown.get(group) != self._bars.get(group)])
        self._bars = {group: value for group, value in shown.items() if group >= 0 and self._groups[group].count == 1}
        moved.discard(-1)
        return {*range(len(self._groups))} if turned else moved

    def _forget(self, seconds: Sequence[float | None]) -> set[int]:
        """Cells of a flow were run again: the run times are others, those of all that had ended; whose they are."""
        self._seconds, self._sums, self._timed = seconds, [0.0] * len(self._groups), [0] * len(self._groups)
        ended = [node for node, state in enumerate(self._states) if state >= COMPLETED and self._group_of[node] >= 0]
        for node in ended:
            if (taken := seconds[node]) is not None:
                self._sums[self._group_of[node]] += taken
                self._timed[self._group_of[node]] += 1
        return {self._group_of[node] for node in ended}

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
        return replace(
            self._groups[number],
            counts=by_severity(self._counts[number]),
            seconds=self._sums[number] / timed if timed else None,
            interrupted=self._interrupted,
        )
