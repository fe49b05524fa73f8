"""Other kernels may ask this one to cancel what it runs; it looks only while something runs."""

import logging
import threading
from collections.abc import Callable

from ..store.requests import Request, Requests

LOOK = 0.5  # seconds between two looks
ENDED = 5.0  # seconds that the end of the session waits for what was asked to be done

LOG = logging.getLogger("jupyter_flow")


class Listener:
    """A daemon thread that sleeps while nothing runs."""

    def __init__(self, requests: Requests, busy: Callable[[], bool], act: Callable[[Request], object]) -> None:
        self._requests, self._busy, self._act = requests, busy, act
        self._work = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Something runs. Not from the thread that interrupts come to: an event's lock would stay held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="jupyter-flow-requests", daemon=True)
            self._thread.start()
        self._work.set()

    def close(self) -> None:
        """Nothing runs any more."""
        self._closed.set()
        self._work.set()
        if self._thread is not None:
            if self._thread.ident is not None:  # else it is just being started, and ends by itself
                self._thread.join(ENDED)
            self._requests.close()

    def _listen(self) -> None:
        while self._work.wait() and not self._closed.is_set():
            self._work.clear()
            while self._busy() and not self._closed.wait(LOOK):
                try:
                    self._requests.serve(self._act)
                except Exception:  # a folder that cannot be read just now
                    LOG.exception("looking for requests of other kernels met an error, and goes on")
