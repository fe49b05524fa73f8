"""Numbers and times as a screen reader should hear them."""

from collections.abc import Sequence

from ..model.events import COMPLETED, INTERRUPTED, RUNNING
from ..render.groups import NOT_RUN, said
from ..render.standing import STALE, STANDING_OF
from .states import BY_SEVERITY

_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))


def spoken(seconds: float) -> str:
    """A duration: ``2 minutes 5 seconds``. Its two largest parts, the smaller ones rounded away."""
    if seconds < 0.9995:
        return "less than a second" if seconds < 0.05 else f"{seconds:.1f} seconds"
    if seconds < 9.95:
        return f"{seconds:.1f} seconds".replace(".0 ", " ").replace("1 seconds", "1 second", seconds < 1.05)
    left = round(seconds)
    if left >= 3600:
        left = round(left / 60) * 60
    parts = []
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' if count > 1 else ''}")
    return " ".join(parts[:2])


def electrons(count: int) -> str:
    """So many electrons."""
    return f"{count:,} electron{'' if count == 1 else 's'}"


def status_line(
    status: int, counts: Sequence[int], seconds: float | None, rate: float | None, left: float | None
) -> str:
    """A dispatch in a sentence; ``seconds`` is how long it took."""
    total, done = sum(counts), counts[COMPLETED]
    if status == RUNNING:
        parts = [f"{done:,} of {electrons(total)} completed", *_gone_wrong(counts)]
        parts += [f"{counts[RUNNING]:,} running"] if counts[RUNNING] else []
        parts += [f"{_rate(rate)} a second"] if rate is not None and rate >= 0.95 else []
        parts += [f"about {spoken(left)} left"] if left is not None else []
        return f"running: {', '.join(parts)}"
    if not status:
        return f"{NOT_RUN}: {electrons(total)}"
    wrong = _gone_wrong(counts)
    parts = [electrons(total)] if done == total else [f"{done:,} of {electrons(total)} completed", *wrong]
    took = f" in {spoken(seconds)}" if seconds is not None else ""
    return f"{said(STANDING_OF[status])}: {', '.join(parts)}{took}"


def way_on(status: int, resumable: str, given_up: int) -> str:
    """What else is to be said: how to go on with a dispatch that was interrupted, and what may go on by itself."""
    still = f"; {given_up:,} given up, may still run" if given_up else ""
    resume = f"; %dispatch --resume {resumable.partition('-')[0]} runs the rest" if resumable else ""
    return still + (resume if status == INTERRUPTED else "")


def _gone_wrong(counts: Sequence[int]) -> list[str]:
    grave = [number for number in BY_SEVERITY if number not in (0, RUNNING, COMPLETED, STALE)]
    return [f"{counts[number]:,} {said(STANDING_OF[number])}" for number in grave if counts[number]]


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 9.95 else f"{rate:.1f}"
