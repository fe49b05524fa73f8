"""The kernel's connection to a scheduler: one client, made by us and closed by us, whoever the cluster belongs to."""

import logging
from collections.abc import Callable
from typing import Any

from distributed.core import Status

from .overseer import Overseer

LOG = logging.getLogger("jupyter_flow")
PATIENCE = 10.0  # seconds for a scheduler to answer

Hear = Callable[[str, dict[str, Any]], None]  # what, message


class _Ended:
    """For a client, a cluster that does not come back: it does not look for its scheduler again, and complain."""

    status = Status.closed


class Connection:
    """A client, and what hears from the scheduler through it."""

    def __init__(self, address: str, security: Any, name: str, hear: Hear) -> None:
        from distributed import Client

        self.client = Client(address, security=security, name=name, set_as_default=False, timeout=PATIENCE)
        self.address = address
        handlers = self.client._stream_handlers
        for what in ("hello", "news", "workers", "lost", "get"):
            handlers[f"jupyter-flow-{what}"] = lambda what=what, **message: hear(what, message)
        self.client.register_plugin(Overseer())
        self.client.cluster = _Ended()
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

    def bring(self, id: str, part: bytes) -> None:
        """Let workers know more of a dispatch."""
        self._send("dispatch", id=id, part=part)

    def have(self, number: int, data: bytes, problem: str = "") -> None:
        """What a worker has asked for."""
        self._send("have", number=number, data=data, problem=problem)

    def pull(self, key: str, worker: str, digest: bytes, at: int, size: int) -> bytes:
        """A piece of what a batch has made. Raises what the connection raises, OSError where nobody has it any more."""
        asked = self.client.scheduler.jupyter_flow_pull
        piece: bytes = self.client.sync(asked, key=key, worker=worker, digest=digest, at=at, size=size)
        return piece

    def recall(self, key: str) -> None:
        """A batch is not to run, if it has not begun."""
        self._send("recall", key=key)

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
