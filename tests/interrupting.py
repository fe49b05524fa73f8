"""Interrupts at every line that a call runs, one after the other: as the stop button, which hits anywhere."""

import gc
import itertools
import linecache
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")


class _Interrupt:
    """Raises KeyboardInterrupt before the line of this number, in whatever is called."""

    def __init__(self, at: int) -> None:
        self.left = at
        self._entered: set[tuple[int, int]] = set()

    def __call__(self, frame: FrameType, event: str, arg: Any) -> "_Interrupt":
        if event == "line" and not self._leaves(frame):
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self

    def _leaves(self, frame: FrameType) -> bool:
        """Whether a `with` block is left: the trace stops there a second time, where no interrupt is looked for."""
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        place = id(frame), frame.f_lineno
        if not line.lstrip().startswith("with "):
            return False
        if place in self._entered:
            return True
        self._entered.add(place)
        return False


def interrupted(make: Callable[[], T], call: Callable[[T], object]) -> Iterator[T]:
    """Make a thing and call something with it, interrupted one line later each time, until that runs through."""
    for at in itertools.count(1):
        made, interrupt, before = make(), _Interrupt(at), sys.gettrace()
        gc.disable()  # libraries are called back by it, and what is raised there comes to nobody
        sys.settrace(interrupt)
        try:
            try:
                call(made)
            finally:
                sys.settrace(before)  # which may be hit as well, where a worker's surroundings have wrapped it
        except (KeyboardInterrupt, RuntimeError):  # the second where it hits `threading` with a lock let go
            sys.settrace(before)
        finally:
            gc.enable()
        if interrupt.left > 0:
            return
        yield made
