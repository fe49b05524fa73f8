"""Somebody may want to see how a dispatch gets on while they wait for it: the notebook shows a line."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol


class Line(Protocol):
    """What is shown to whoever waits."""

    def tick(self) -> None:
        """Time has passed."""


class _Nothing:
    def tick(self) -> None:
        """Nobody looks on."""


Watcher = Callable[[str], AbstractContextManager[Any]]
_watcher: Watcher | None = None


def watch_with(watcher: Watcher | None) -> None:
    """Have every wait for a dispatch watched: ``with watcher(id) as line``, and `line.tick()` now and then."""
    global _watcher
    _watcher = watcher


def watched(id: str) -> AbstractContextManager[Line]:
    """The line for a wait that begins."""
    return nullcontext(_Nothing()) if _watcher is None else _watcher(id)
