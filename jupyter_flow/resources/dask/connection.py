"""The kernel's connection to a scheduler: one client, made by us and closed by us, whoever the cluster belongs to."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from distributed.core import Status
from distributed.versions import VersionMismatchWarning

from .guest import PACKAGE
from .luggage import Guest, SchedulerGuest
from .overseer import Overseer

LOG = logging.getLogger("jupyter_flow")
PATIENCE = 10.0  # seconds for a scheduler to answer
SOON = 0.001  # seconds that a message may wait for company: batches are made before, and Dask's 10 ms only delay them

Hear = Callable[[str, dict[str, Any]], None]  # what, message


class _Ended:
    """For a client, a cluster that does not come back: it does not look for its scheduler again, and complain."""

    status = Status.closed


class Connection:
    """A client, and what hears from the scheduler through it."""

    def __init__(self, address: str, security: Any, name: str, hear: Hear, ours: bool) -> None:
        """ours: its workers are this machine's, and have what the kernel has. Raises what connecting raises."""
        from distributed import Client

        with _told_by_us():
            self.client = Client(address, security=security, name=name, set_as_default=False, timeout=PATIENCE)
        self.address = address
        try:
            self._arrive(hear, ours)
        except BaseException:
            self.close()
            raise

    def _arrive(self, hear: Hear, ours: bool) -> None:
        self.client.scheduler_comm.interval = SOON
        handlers = self.client._stream_handlers
        for what in ("hello", "news", "workers", "lost", "get"):
            handlers[f"jupyter-flow-{what}"] = lambda what=what, **message: hear(what, message)
        self._oversee()
        self._dashboard = page_of(self.client)
        self.client.cluster = _Ended()
        if not ours:
            self._meet()
        hear("workers", self.client.sync(self.client.scheduler.jupyter_flow_workers))

    def _oversee(self) -> None:
        """Have our part on the scheduler, which may lack the whole package."""
        try:
            self._overseen()
        except ImportError as error:
            told = f"its scheduler lacks what electrons need ({error}): install jupyter-flow there, or what it names"
            raise ConnectionError(told) from error

    def _overseen(self) -> None:
        try:
            self.client.register_plugin(Overseer())
        except ModuleNotFoundError as error:
            if error.name != PACKAGE:
                raise
            self.client.register_plugin(SchedulerGuest())
            self.client.register_plugin(Overseer())

    def _meet(self) -> None:
        """Have workers look whether they are fit, now and when they join; those that are slow tell later."""
        try:
            guest = Guest()
            self.client.sync(
                self.client._register_worker_plugin,
                plugin=guest, name=guest.name, idempotent=False, callback_timeout=PATIENCE,
            )  # fmt: skip
        except Exception:  # one of them has gone meanwhile, or does not answer
            LOG.debug("not all workers of %s have said what they have", self.address, exc_info=True)

    @property
    def dashboard(self) -> str:
        """The address of the scheduler's web page; empty where it has none."""
        return self._dashboard

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

    def spread(self, held: list[tuple[str, bool]]) -> None:
        """Batches, and whether they have begun: what has not is to come back, if a worker is free for it."""
        self._send("spread", held=held)

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


@contextmanager
def _told_by_us() -> Iterator[None]:
    """Differences of versions are told in our words; Dask's are for those who made their clients themselves."""
    warnings.simplefilter("ignore", VersionMismatchWarning)
    ours = warnings.filters[0]
    try:
        yield
    finally:
        if ours in warnings.filters:
            warnings.filters.remove(ours)  # type: ignore[attr-defined]


def page_of(client: Any) -> str:
    """The address of the scheduler's web page; empty where there is none, or its address is none of the web."""
    link = str(client.dashboard_link or "") if client.sync(client.scheduler.jupyter_flow_has_page) else ""
    parts = urlsplit(link)
    return link if parts.scheme in ("http", "https") and parts.hostname else ""
