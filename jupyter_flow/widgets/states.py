"""Arrays of states, compared and counted without an object for each node."""

from collections.abc import Iterator, Sequence
from itertools import compress

from ..model.events import COMPLETED, EXPANDED, RUNNING
from ..render.groups import SEVERITY
from ..render.standing import STALE, STANDING_OF, Standing
from .pictures import NUMBER_OF

NUMBERS = STALE + 1  # statuses that are told: 0, RUNNING .. INTERRUPTED, STALE
BY_SEVERITY = tuple(NUMBER_OF[status] for status in SEVERITY)
_STRIDE = 1024
_OPEN = bytes([state < COMPLETED for state in range(256)])
_OVER = bytes([state >= COMPLETED for state in range(256)])
_TOLD = bytes([0, 0, 0, *range(RUNNING, EXPANDED), RUNNING, *range(EXPANDED + 1, 256)])


def told(states: bytes) -> bytes:
    """States as they are told: a node that waits, however, is 0; an expanded one runs."""
    return states.translate(_TOLD)


def differences(before: bytes, after: bytes) -> list[int]:
    """Where two arrays of one length differ."""
    if before == after:
        return []
    return [*_differing(before, after)]


def _differing(before: bytes, after: bytes) -> Iterator[int]:
    for start in range(0, len(after), _STRIDE):
        was, now = before[start : start + _STRIDE], after[start : start + _STRIDE]
        if was != now:
            differ = int.from_bytes(was, "big") ^ int.from_bytes(now, "big")
            yield from compress(range(start, start + len(now)), differ.to_bytes(len(now), "big"))


def ended(nodes: Sequence[int], before: bytes, after: bytes) -> list[int]:
    """Those of some nodes, whose states are given, that have ended meanwhile."""
    both = int.from_bytes(before.translate(_OPEN), "big") & int.from_bytes(after.translate(_OVER), "big")
    return [*compress(nodes, both.to_bytes(len(nodes), "big"))]


def parted(nodes: Sequence[int], states: bytes) -> tuple[Sequence[int], Sequence[int]]:
    """Those of some nodes, whose states are given, that have not ended, and those that have."""
    over = states.translate(_OVER)
    if 0 not in over:
        return [], nodes
    return [*compress(nodes, states.translate(_OPEN))], [*compress(nodes, over)]


def counts_of(states: bytes) -> list[int]:
    """How many are in which state."""
    return [states.count(number) for number in range(NUMBERS)]


def by_severity(counts: Sequence[int]) -> dict[Standing, int]:
    """The same for `render`: the gravest first, no zeros."""
    return {STANDING_OF[number]: counts[number] for number in BY_SEVERITY if counts[number]}
