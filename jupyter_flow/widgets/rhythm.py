"""When a view is told what has changed: ten times a second if that is cheap, less often if there is much to tell."""

from typing import Any

from ..model.errors import FlowError
from ..model.events import FAILED
from .pace import Pace
from .source import Source

PULSE = 0.1  # seconds
SHARE = 50.0  # telling never takes more than a fiftieth of the time,
LONGEST = 1.0  # but is done once in as many seconds; an end and a failure are told at once


class Rhythm:
    """The pulses of one view. Use it as a context around a pulse."""

    def __init__(self) -> None:
        self._pace = Pace(0.0, SHARE, LONGEST)
        self._grave: Any = None  # what is to be seen at once; None while every pulse is cheap

    def hurry(self) -> None:
        """Somebody has asked for something."""
        self._pace.hurry()

    def due(self, source: Source) -> bool:
        """Whether it is time, or something has happened that is to be seen at once."""
        if self._grave is None and self._pace.due:
            return True
        before, self._grave = self._grave, _grave(source)
        return self._pace.due or self._grave != before

    def __enter__(self) -> None:
        self._pace.__enter__()

    def __exit__(self, *raised: object) -> None:
        self._pace.__exit__(*raised)
        if self._pace.rest <= PULSE:
            self._grave = None


def _grave(source: Source) -> Any:
    try:
        return source.over, source.facts.states().count(FAILED)
    except FlowError:  # the session may have been closed under us
        return ()
