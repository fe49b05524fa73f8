"""Work that an interrupt must not cut in two.

The interrupt button raises KeyboardInterrupt wherever the kernel's main thread happens to be: between
a dispatch that is written down and its start, say, or with a lock in hand. So that is done on a thread to which
no interrupt comes, and the main thread only waits for it.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from ..model.errors import SessionClosed
from ..store.latch import Latch

FAREWELL = 10  # seconds that the last jobs may take


class Job:
    """Something to do, and what came of it."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call = call
        self.done = Latch()
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do it."""
        try:
            self.value = self.call()
        except BaseException as error:
            self.error = error
        self.done.set()


def aside(call: Callable[[], object]) -> None:
    """Do something where no interrupt comes. If the wait for it is interrupted, it is done all the same."""
    if threading.current_thread() is not threading.main_thread():
        call()
        return
    job = Job(call)
    try:
        threading.Thread(target=job.run, name="jupyter-flow-aside", daemon=True).start()
    except RuntimeError:  # the process is ending, and starts no threads any more
        job.run()
    job.done.wait()
    if job.error is not None:
        raise job.error


class Launcher:
    """The thread, and the way to it."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="jupyter-flow-launcher", daemon=True)
        self._thread.start()

    def do(self, call: Callable[[], Any], undo: Callable[[Any], object]) -> Any:
        """The value of `call`, made on the thread; what it raises is raised here, and SessionClosed once it is.

        If the wait for it is interrupted, it is done all the same, and then undone.
        """
        job = Job(call)
        try:
            self._ask(job)
            job.done.wait()
        except BaseException:
            self._ask(Job(lambda: undo(job.value) if job.value is not None else None))
            raise
        if job.error is not None:
            raise job.error
        return job.value

    def close(self) -> None:
        """Let the thread go, when what was asked of it is done: nobody comes later."""
        self._jobs.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(FAREWELL)

    def _ask(self, job: Job) -> None:
        self._jobs.put(job)
        if self._closed:  # perhaps after the thread has looked for the last time
            self._refuse()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
        self._closed = True
        self._refuse()

    def _refuse(self) -> None:
        """What came too late is answered, or somebody would wait for it for ever."""
        with suppress(Empty):
            while True:
                if (job := self._jobs.get_nowait()) is not None:
                    job.error = SessionClosed()
                    job.done.set()
