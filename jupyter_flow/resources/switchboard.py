"""A thread that waits for many things at once: pipes, ends of processes, and words from other threads."""

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from .holding import write

LOG = logging.getLogger("jupyter_flow")
BREATH = 0.02  # seconds of rest after an error of ours

Command = Callable[[], None]


class Switchboard:
    """Calls `turn(what)` with the data of the descriptors that are ready, after every command, and each `timeout()`.

    The thread starts when it is first rung. `timeout` gives seconds, or None for as long as it takes.
    """

    def __init__(self, name: str, turn: Callable[[list[Any]], None], timeout: Callable[[], float | None]) -> None:
        self._name, self._turn, self._timeout = name, turn, timeout
        self._selector = selectors.DefaultSelector()
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._bell = socket.socketpair()
        for end in self._bell:
            end.setblocking(False)
        self._selector.register(self._bell[0], selectors.EVENT_READ)
        self._rung = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._stopped = False

    def ring(self) -> None:
        """Have a turn soon."""
        if self._thread is None and not self._stopped:
            self._start()
        if not self._rung:
            self._rung = True
            with contextlib.suppress(OSError):
                write(self._bell[1].fileno(), b"!")

    def tell(self, command: Command) -> None:
        """Have something done on the thread; here and now if that has ended."""
        if self._stopped:
            command()
            return
        self._commands.put(command)
        self.ring()

    def watch(self, descriptor: int, data: Any) -> None:
        """Wait for this too. On the thread only."""
        self._selector.register(descriptor, selectors.EVENT_READ, data)

    def watch_room(self, descriptor: int, wanted: bool) -> None:
        """Wait, besides, until something can be written there; or no longer. On the thread only."""
        key = self._selector.get_key(descriptor)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        if key.events != events:
            self._selector.modify(descriptor, events, key.data)

    def unwatch(self, descriptor: int) -> None:
        """Wait for it no more. On the thread only."""
        self._selector.unregister(descriptor)

    def stop(self) -> None:
        """End the thread."""
        self._stopped = True
        self.ring()
        with self._starting:  # whoever starts it, has
            thread = self._thread
        if thread is not None and thread.ident is not None:
            thread.join(5)

    def close(self) -> None:
        """After the end: do what was still to be done, and let go of everything."""
        self._obey()
        self._selector.close()
        for end in self._bell:
            end.close()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while not self._stopped:
            try:
                ready = [key.data for key, _ in self._selector.select(self._timeout())]
                if None in ready:
                    self._hush()
                self._obey()
                self._turn([data for data in ready if data is not None])
            except Exception:  # a mistake of ours must not leave every dispatch waiting for ever
                LOG.exception("the thread %s met an error, and goes on", self._name)
                self._rung = False
                self.ring()  # what this turn did not get to
                time.sleep(BREATH)

    def _hush(self) -> None:
        with contextlib.suppress(OSError):
            self._bell[0].recv(4096)
        self._rung = False  # last: who rings between the two has left its message already

    def _obey(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._commands.get_nowait()()
