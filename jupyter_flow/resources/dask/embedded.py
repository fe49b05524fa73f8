"""The session's own cluster, as the kernel sees it."""

import os
import shutil
import time
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path

from ...store.location import private_folder
from ...worker.tree import kill, kill_descendants, marked
from ..guardian import guardian
from ..spawning import launch
from .cluster import Call, Plan, Started, Trouble, main

START = 120.0  # seconds to start
FAREWELL = 4.0  # seconds to take jobs out of a queue


class Embedded:
    """A process that has a scheduler and workers. Raises OSError where it does not start."""

    def __init__(self, name: str, folder: str, workers: int, call: Call | None = None) -> None:
        self._mark, self._folder, self._call = name, folder, call
        self._what = "the session's own Dask cluster" if call is None else f"a {call[1]}"
        shutil.rmtree(folder, ignore_errors=True)
        private_folder(Path(folder))
        plan = Plan(os.getpid(), name, folder, workers, dict(os.environ), call)
        self.process: BaseProcess
        self.channel: Pipe
        self.process, self.channel = launch(main, f"jupyter-flow-{name}", (plan,))
        guardian.watch(self.process.pid or 0, name)
        os.set_blocking(self.channel.fileno(), True)
        self.told = self._started()
        self._trouble = Trouble()

    def _started(self) -> Started:
        end = time.monotonic() + START
        while not self.channel.poll(0.2):
            if not self.process.is_alive() or time.monotonic() > end:
                self.close()
                raise OSError(f"{self._what} did not start")
        told = self.channel.recv()
        if not isinstance(told, Started):
            self.close()
            raise OSError(f"{self._what} did not start: {told}")
        return told

    @property
    def trouble(self) -> Trouble:
        """Why the workers that were asked for do not come, as far as is known."""
        with suppress(OSError, EOFError):
            while self.channel.poll():
                self._trouble = self.channel.recv()
        return self._trouble

    def scale(self, workers: int) -> None:
        """Have so many workers."""
        self.channel.send(workers)

    def close(self) -> None:
        """End it, and all that its electrons have started."""
        pid = self.process.pid or 0
        if self._call is not None:  # its workers are not below it: it has to ask for their end
            self.channel.close()
            self.process.join(FAREWELL)
        kill_descendants(pid)
        self.process.kill()
        self.process.join(2)
        kill(list(marked(self._mark)))
        guardian.forget(pid)
        self.channel.close()
        shutil.rmtree(self._folder, ignore_errors=True)
