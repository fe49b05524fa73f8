"""Large pictures are laid out on another thread, while the page's requests are answered."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from .folded import Placed
from .messages import Orientation
from .source import Source
from .states import told

Later = Callable[[Callable[[], object]], bool]  # has something done on another thread; false if it will not be


class Aim(NamedTuple):
    """What is to be laid out."""

    shown: Source
    opened: tuple[int, ...]  # groups
    orientation: Orientation


class Made(NamedTuple):
    """What came of an aim."""

    aim: Aim
    placed: Placed | None  # None: it was given up, or failed


class BackgroundLayout:
    """One picture's layouts. What was aimed at last counts: what was before is not begun any more."""

    def __init__(self, later: Later) -> None:
        self._later = later
        self._aim: Aim | None = None  # what is being made
        self._made: Made | None = None
        self._stopped = False

    def look(self, aim: Aim) -> Made | None:
        """What was made, once; None as long as it is not, and then it will be."""
        made = self._made
        if made is not None and made.aim == aim:
            self._aim = self._made = None
            return made
        if self._aim != aim and self._later(partial(self._make, aim)):
            self._aim = aim
        return None

    def stop(self) -> None:
        """Nobody looks any more."""
        self._stopped = True

    def _make(self, aim: Aim) -> None:
        """(another thread)"""
        placed = None
        try:
            if not self._stopped and self._aim == aim:
                foldings = aim.shown.foldings
                folded = foldings.folded(told(aim.shown.facts.states()), aim.opened)
                placed = foldings.placed(folded, aim.orientation)
        finally:
            self._made = Made(aim, placed)
