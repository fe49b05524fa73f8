"""The kernel's side of its guardian: one for all the processes that it starts."""

import os
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from ..worker.guard import Watched, main
from .spawning import launch, listener


class Guardian:
    """Tells the guardian whom to see to the end of; starts it, and another one should it die."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: BaseProcess | None = None
        self._channel: Connection | None = None
        self._watched: dict[int, str] = {}

    def watch(self, process: int, name: str = "") -> None:
        """A process that must not outlive this one. name: what it and its descendants are marked with."""
        with self._lock:
            if self._owner != os.getpid():  # this process was forked from the one that had it
                self._owner, self._process, self._watched = os.getpid(), None, {}
            self._watched[process] = name
            if self._process is None or not self._process.is_alive() or not self._told(_about(process, name)):
                self._begin()

    def forget(self, process: int) -> None:
        """It has ended."""
        with self._lock:
            self._watched.pop(process, None)

    def close(self) -> None:
        """End all that is watched, and the guardian."""
        with self._lock:
            if self._process is None or self._owner != os.getpid():
                return
            self._told(None)
            self._process.join(5)
            assert self._channel is not None
            self._channel.close()
            self._process, self._watched = None, {}

    def _begin(self) -> None:
        self._process, self._channel = launch(main, "jupyter-flow-guardian", (os.getpid(),))
        for pid, name in list(self._watched.items()):
            self._told(_about(pid, name))

    def _told(self, message: Watched | None) -> bool:
        assert self._channel is not None
        with suppress(OSError):
            self._channel.send(message)
            return True
        return False


def _about(process: int, name: str) -> Watched:
    return Watched(process, name, listener())


guardian = Guardian()
