"""A process that outlives the kernel for a moment, to end what would outlive it for longer.

Workers end themselves when their kernel is gone (`orphan`). But a thread does so, and one that waits for the
interpreter's lock, which C code holds, or whose process is stopped, does nothing. The guardian runs none of the
user's code, is in no process group that anybody signals, and SIGKILL needs nobody's cooperation.
"""

import os
import select
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import psutil

from .tree import alive, descendants, kill, marked

LOOK = 0.5  # seconds, where the end of a process cannot be waited for
GRACE = 1.0  # seconds in which workers may end themselves: they put their journals and logs in order
PATIENCE = 4.0  # seconds in which all must be gone
PAUSE = 0.05  # seconds


class Watched(NamedTuple):
    """A process to see to the end of; the name that it and its descendants are marked with; what it was forked by."""

    pid: int
    name: str
    listener: str  # the socket of the server that forked it, which nobody else removes


class Guard:
    """Knows the processes that the kernel has started, and sees to the end of what they leave behind."""

    def __init__(self, channel: Connection, kernel: int) -> None:
        self._channel, self._pid = channel, kernel
        self._kernel: psutil.Process | None = None  # gone before we had begun: what it started is there all the same
        with suppress(psutil.NoSuchProcess):
            self._kernel = psutil.Process(kernel)
        self._server = os.getppid()
        self._handles: dict[int, int | None] = {}  # descriptor: pid that it stands for; None for the kernel
        self._watched: dict[int, tuple[psutil.Process, str]] = {}
        self._listeners: set[str] = set()
        self._waits = self._handle(kernel, None)

    def serve(self) -> None:
        """Watch until the kernel has ended, or asks for the end; then end all that is left."""
        while not self._orphaned:
            if not self._heard():
                break
        while self._orphaned and self._channel.poll() and self._take():
            pass  # what it told last
        self._end_all()

    @property
    def _orphaned(self) -> bool:
        return self._kernel is None or not (self._kernel.is_running() and alive(self._kernel))

    def _heard(self) -> bool:
        """Wait for something to happen; False if it is the end."""
        with suppress(InterruptedError):
            talk = self._channel.fileno()
            ready, _, _ = select.select([talk, *self._handles], [], [], None if self._waits else LOOK)
            for handle in ready:
                if handle != talk:
                    pid = self._handles.pop(handle)
                    os.close(handle)
                    if pid is None:
                        return False
                    self._gone(pid)
            return self._take() if talk in ready else True
        return True

    def _take(self) -> bool:
        try:
            message: Any = self._channel.recv()
        except (EOFError, OSError):
            return False
        if message is None:
            return False
        pid, name, listener = message
        self._listeners.add(listener)
        with suppress(psutil.Error):
            self._watched[pid] = psutil.Process(pid), name
            self._handle(pid, pid)
        return True

    def _handle(self, process: int, pid: int | None) -> bool:
        try:
            self._handles[os.pidfd_open(process)] = pid
        except (AttributeError, OSError):
            return False
        return True

    def _gone(self, pid: int) -> None:
        _, name = self._watched.pop(pid)
        if name:
            kill(list(marked(name)))

    def _end_all(self) -> None:
        """Kill what is left, until nothing is; also the server that workers are forked from, if its kernel is dead."""
        end = time.monotonic() + PATIENCE
        if self._orphaned:
            self._await_their_own_end()
        while (found := self._left()) and time.monotonic() < end:
            kill(found)
            time.sleep(PAUSE)
        if self._orphaned and self._server == os.getppid() != self._pid:
            with suppress(OSError):
                os.kill(self._server, signal.SIGKILL)
            for listener in filter(None, self._listeners):
                _remove(listener)

    def _await_their_own_end(self) -> None:
        end = time.monotonic() + GRACE
        while any(map(_lives, self._watched.values())) and time.monotonic() < end:
            time.sleep(PAUSE)

    def _left(self) -> list[psutil.Process]:
        found = []
        for process, name in self._watched.values():
            if _lives((process, name)):
                found += [*descendants(process.pid), process]
            if name:
                found += filter(alive, marked(name))
        return found


def _lives(watched: tuple[psutil.Process, str]) -> bool:
    process, _ = watched
    return process.is_running() and alive(process)


def _remove(listener: str) -> None:
    """Remove a socket, and its folder if that was made for it alone: the kernel would have done so at its exit."""
    with suppress(OSError):
        os.unlink(listener)
        os.rmdir(os.path.dirname(listener))


def main(channel: Connection, kernel: int) -> None:
    """The body of the guardian. kernel: the process whose end it waits for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # whoever reads what the kernel prints is to see its end
        os.dup2(nothing, descriptor)
    Guard(channel, kernel).serve()
    os._exit(0)
