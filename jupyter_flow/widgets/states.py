"""Arrays of states, compared and counted without an object for each node."""

from collections.abc import Iterator, Sequence

from ..model.events import EXPANDED, RUNNING
from ..render.groups import SEVERITY
from ..render.standing import STALE, STANDING_OF, Standing
from .pictures import NUMBER_OF

NUMBERS = STALE + 1  # statuses that are told: 0, RUNNING .. INTERRUPTED, STALE
BY_SEVERITY = tuple(NUMBER_OF[status] for status in SEVERITY)
_STRIDE = 256
_TOLD = bytes([0, 0, 0, *range(RUNNING, EXPANDED), RUNNING, *range(EXPANDED + 1, 256)])


def told(states: bytes) -> bytes:
    """States as they are told: a node that waits, however, is 0; an expanded one runs."""
    return states.translate(_TOLD)


def differences(before: bytes, after: bytes) -> list[int]:
    """Where two arrays of one length differ."""
    if before == after:
        return []
    return [i for start in _differing(before, after) for i in range(start, min(start + _STRIDE, len(after)))
            if before[i] != after[i]]  # fmt: skip


def _differing(before: bytes, after: bytes) -> Iterator[int]:
    for start in range(0, len(after), _STRIDE):
        if before[start : start + _STRIDE] != after[start : start + _STRIDE]:
            yield start


def counts_of(states: bytes) -> list[int]:
    """How many are in which state."""
    return [states.count(number) for number in range(NUMBERS)]


def by_severity(counts: Sequence[int]) -> dict[Standing, int]:
    """The same for `render`: the gravest first, no zeros."""
    return {STANDING_OF[number]: counts[number] for number in BY_SEVERITY if counts[number]}
