"""Worker processes in the making. Each start has a thread of its own: it takes long, and nobody is to wait for it."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from ..store.location import private_folder
from ..store.records import new_worker
from ..worker.process import About
from .base import Services
from .guardian import guardian
from .spawning import start
from .workerprocess import WorkerProcess

Tell = Callable[[Callable[[], None]], None]


class Starter:
    """Starts workers and hands them to the thread that will serve them.

    tell: runs something on that thread. adopt, failed: what to run there.
    """

    def __init__(
        self,
        resource: str,
        services: Services,
        tell: Tell,
        adopt: Callable[[WorkerProcess], None],
        failed: Callable[[str], None],
    ) -> None:
        self.pending = 0
        self._resource, self._services = resource, services
        self._tell, self._adopt, self._failed = tell, adopt, failed
        self._count = 0

    def begin(self) -> None:
        """Start one more worker. Called on the serving thread, as are `adopt` and `failed`."""
        self.pending += 1
        self._count += 1
        name = f"{self._resource}-{self._count}"
        thread = threading.Thread(target=self._start, args=(name,), name=f"jupyter-flow-start-{name}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no more threads to be had
            self._tell(partial(self._done, self._failed, f"{type(error).__name__}: {error}"))

    def _start(self, name: str) -> None:
        try:
            worker = self._made(name)
        except BaseException as error:
            self._tell(partial(self._done, self._failed, f"{type(error).__name__}: {error}"))
        else:
            self._tell(partial(self._done, self._adopt, worker))
            if not worker.killed:  # as when all was closed meanwhile
                with suppress(OSError):  # no more processes to be had: workers see to their end themselves
                    guardian.watch(worker.pid, worker.mark)

    def _made(self, name: str) -> WorkerProcess:
        services = self._services
        private_folder(Path(services.folder))
        prefix = os.path.join(services.folder, f"{name}-{time.time_ns():x}")
        number = new_worker()
        mark = f"{services.store.session_id}-{os.path.basename(prefix)}"
        about = About(os.getpid(), services.store.journal_key(os.path.basename(prefix)), number, mark)
        process, channel = start(name, prefix, str(services.store.root), services.durability, about)
        try:
            services.store.add_worker(self._resource, "process", process.pid, name, number)
        except BaseException:  # the session was closed meanwhile
            process.kill()
            channel.close()
            raise
        return WorkerProcess(number, process, channel, prefix, mark, services.store)

    def _done(self, then: Callable[[Any], None], what: Any) -> None:
        self.pending -= 1
        then(what)
