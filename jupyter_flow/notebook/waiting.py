"""Waiting for a dispatch in a cell: a line of progress after a second, and an interrupt that stops only the waiting."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..model.events import STATUS_OF
from ..model.visible import one_line
from ..session import session
from ..verbs import DispatchId
from .headless import headless
from .shell import running, say

PATIENCE = 1.0  # seconds that need no explanation


@contextmanager
def watching(id: str) -> "Iterator[ProgressLine]":
    """A progress line while somebody waits for a dispatch. On an interrupt it goes on; how to cancel it is said."""
    line = ProgressLine(lambda: progress(id))
    try:
        yield line
    except (KeyboardInterrupt, asyncio.CancelledError):  # the second in a cell that awaits
        line.clear()
        say(f"interrupted: the dispatch goes on; to stop it: {_cancelling(id)}")
        raise
    finally:
        line.clear()


@contextmanager
def following(id: str) -> "Iterator[ProgressLine]":
    """A progress line for a process that ends with the dispatch."""
    line = ProgressLine(lambda: one_line(progress(id)))
    try:
        yield line
    finally:
        line.clear()


def _cancelling(id: str) -> str:
    """What cancels a dispatch wherever it is pasted."""
    shell = running()
    if shell is not None and "jupyter_flow" in shell.magics_manager.magics["line"]:
        return f"%jupyter_flow cancel {id.partition('-')[0]}"
    return f"import jupyter_flow; jupyter_flow.cancel({str(id)!r})"


class ProgressLine:
    """One line that is written over, and leaves nothing behind. Silent where nobody looks on, or in a thread."""

    def __init__(self, told: Callable[[], str], wipe: Callable[[], object] | None = None) -> None:
        self._told, self._wipe = told, wipe  # wipe: clears the cell, which shows nothing else yet
        self._began = time.monotonic()
        self._wide = 0
        self._silent = headless() or threading.current_thread() is not threading.main_thread()

    def tick(self) -> None:
        """Time has passed."""
        passed = time.monotonic() - self._began
        if not self._silent and passed > PATIENCE:
            self._write(f"{self._told()} · {passed:.0f} s")

    def clear(self) -> None:
        """Leave no trace."""
        if self._wide and self._wipe is not None:
            self._wipe()
            self._wide = 0
        if self._wide:
            self._write("")
            sys.stdout.write("\r")
            sys.stdout.flush()
            self._wide = 0

    def _write(self, text: str) -> None:
        sys.stdout.write("\r" + text.ljust(self._wide))
        sys.stdout.flush()
        self._wide = len(text)


def progress(id: str) -> str:
    """``fit_all: 612 of 1000 electrons``."""
    run = session().run(id)
    if run is None:
        return f"dispatch {DispatchId(id).partition('-')[0]} runs in another kernel"
    electrons = run.graph.electrons
    final = {number for number, status in enumerate(STATUS_OF) if status.final}
    done = sum(state in final for state in bytes(run.published[:electrons]))
    held_up = run.held_up()
    return f"{run.graph.name}: {done} of {electrons} electrons" + (f" · {held_up}" if held_up else "")
