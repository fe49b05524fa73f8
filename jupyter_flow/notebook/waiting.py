"""Waiting for a dispatch in a cell: a line of progress after a second, and an interrupt that stops only the waiting."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from IPython.core.displaypub import CapturingDisplayPublisher

from ..model.events import STATUS_OF
from ..model.visible import one_line
from ..session import session
from ..verbs import DispatchId
from .headless import headless
from .shell import Shell, running, say

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
        shell = running()
        self._line = _Displayed(shell) if getattr(shell, "kernel", None) is not None else _Written()
        captured = isinstance(getattr(shell, "display_pub", None), CapturingDisplayPublisher)
        in_thread = threading.current_thread() is not threading.main_thread()
        self._silent = headless() or captured or in_thread

    def tick(self) -> None:
        """Time has passed."""
        passed = time.monotonic() - self._began
        if not self._silent and passed > PATIENCE:
            self._line.write(f"{self._told()} · {passed:.0f} s")

    def clear(self) -> None:
        """Leave no trace."""
        if self._line.stands and self._wipe is not None:
            self._wipe()
        elif self._line.stands:
            self._line.erase()
        self._line.stands = False


class _Written:
    """A line of a terminal."""

    stands = False
    _wide = 0

    def write(self, text: str) -> None:
        sys.stdout.write("\r" + text.ljust(self._wide))
        sys.stdout.flush()
        self._wide, self.stands = len(text), True

    def erase(self) -> None:
        self.write("")
        sys.stdout.write("\r")
        sys.stdout.flush()


class _Displayed:
    """A line of a cell: a display of its own, since what is printed could not be taken back without an empty line."""

    stands = False

    def __init__(self, shell: Shell) -> None:
        self._publisher, self._transient = shell.display_pub, {"display_id": uuid4().hex}

    def write(self, text: str) -> None:
        update, self.stands = self.stands, True  # first: an interrupt may come before there is more
        self._publisher.publish({"text/plain": text}, {}, transient=self._transient, update=update)

    def erase(self) -> None:
        self._publisher.publish({}, {}, transient=self._transient, update=True)


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
