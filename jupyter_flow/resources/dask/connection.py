"""The kernel's connection to a scheduler: one client, made by us and closed by us, whoever the cluster belongs to."""

import logging
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any

from ...worker.tree import kill, kill_descendants, marked
from ..guardian import guardian
from ..spawning import launch
from .cluster import Plan, Started, main
from .overseer import Overseer

LOG = logging.getLogger("jupyter_flow")
PATIENCE = 30.0  # seconds for a scheduler to answer
START = 120.0  # seconds for one of ours to start

Hear = Callable[[str, dict[str, Any]], None]  # what, message


class Embedded:
    """The session's own cluster, as the kernel sees it."""

    def __init__(self, name: str, folder: str, workers: int) -> None:
        self._mark = name
        plan = Plan(os.getpid(), name, folder, workers)
        self.process: BaseProcess
        self.channel: Pipe
        self.process, self.channel = launch(main, f"jupyter-flow-{name}", (plan,))
        guardian.watch(self.process.pid or 0, name)
        os.set_blocking(self.channel.fileno(), True)
        self.told = self._started()

    def _started(self) -> Started:
        end = time.monotonic() + START
        while not self.channel.poll(0.2):
            if not self.process.is_alive() or time.monotonic() > end:
                self.close()
                raise OSError("the session's own Dask cluster did not start")
        told = self.channel.recv()
        if not isinstance(told, Started):
            self.close()
            raise OSError(f"the session's own Dask cluster did not start: {told}")
        return told

    def scale(self, workers: int) -> None:
        """Have so many workers."""
        self.channel.send(workers)

    def close(self) -> None:
        """End it, and all that its electrons have started."""
        pid = self.process.pid or 0
        kill_descendants(pid)
        self.process.kill()
        self.process.join(2)
        kill(list(marked(self._mark)))
        guardian.forget(pid)
        self.channel.close()


class Connection:
    """A client, and what hears from the scheduler through it."""

    def __init__(self, address: str, security: Any, name: str, hear: Hear) -> None:
        from distributed import Client

        self.client = Client(address, security=security, name=name, set_as_default=False, timeout=PATIENCE)
        self.address = address
        handlers = self.client._stream_handlers
        for what in ("news", "workers", "lost"):
            handlers[f"jupyter-flow-{what}"] = lambda what=what, **message: hear(what, message)
        self.client.register_plugin(Overseer())
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        hear("workers", {"workers": {address: worker["nthreads"] for address, worker in workers.items()}})

    @property
    def id(self) -> str:
        """What the scheduler calls it."""
        return str(self.client.id)

    @property
    def alive(self) -> bool:
        """Whether the scheduler is there."""
        return bool(self.client.status == "running")

    def bring(self, id: str, part: bytes, alone: bool) -> None:
        """Let workers know more of a dispatch."""
        self._send("dispatch", id=id, part=part, alone=alone)

    def forget(self, id: str) -> None:
        """A dispatch is over."""
        self._send("forget", id=id)

    def _send(self, what: str, **message: Any) -> None:
        self.client._send_to_scheduler({"op": f"jupyter-flow-{what}", **message})

    def close(self) -> None:
        """Let go of the scheduler."""
        try:
            self.client.close(timeout=2)
        except Exception:
            LOG.debug("closing the connection to %s failed", self.address, exc_info=True)
