"""The workers of the session's own cluster: each has a nanny, which starts it again when it has ended.

Dask's own clusters give a worker up for good if it is away at the moment they look, as one is that is killed for the
second time.
"""

import asyncio
import logging
from typing import Any

from distributed import Nanny
from distributed.core import Status

from .quiet import QuietWorker

LOG = logging.getLogger("distributed")
LOOK = 0.5  # seconds
LOST = (Status.closed, Status.failed)


class Nannies:
    """As many as are wanted."""

    def __init__(self, scheduler: str, options: dict[str, Any]) -> None:
        self.wanted = 0
        self._scheduler = scheduler
        self._options = {**options, "nthreads": 1, "memory_limit": 0, "worker_class": QuietWorker, "dashboard": False}
        self._live: list[Any] = []

    async def keep(self) -> None:
        """Start what is wanted and not there, for ever."""
        while True:
            self._live = [nanny for nanny in self._live if nanny.status not in LOST]
            missing = self.wanted - len(self._live)
            await asyncio.gather(*(self._start() for _ in range(missing)))
            await asyncio.sleep(LOOK)

    async def _start(self) -> None:
        nanny = Nanny(self._scheduler, **self._options)
        self._live.append(nanny)
        try:
            await nanny
        except Exception:
            LOG.exception("a worker could not be started")
            self._live.remove(nanny)
