"""The executor for Dask clusters: one of the session's own, or any that there is already."""

import functools
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from ..model.errors import BuildError
from .base import Executor, Key, check_limits, check_resources, check_workers, path_text
from .clusters import Cluster

MISSING = 'a DaskExecutor needs Dask\'s scheduler, which is not installed: pip install "jupyter-flow[dask]"'


class _Located:
    """Remembers where its scheduler was, when what names that is closed or gone."""

    __slots__ = ("_place",)
    _place: tuple[Any, str | None]

    def _located(self, target: Any, secure: bool) -> str | None:
        try:
            self._place = target, address_of(target, secure)
        except BuildError:
            known, _ = getattr(self, "_place", (None, None))
            if known is None or known is not target:
                raise
        return self._place[1]

    def _remember(self, other: "_Located") -> None:
        self._place = getattr(other, "_place", (None, None))


@dataclass(slots=True)
class DaskExecutor(_Located, Executor):
    """Workers of a Dask cluster.

    scheduler_address: where its scheduler is (``tcp://host:8786``), the scheduler file it wrote, a cluster object
        (``SLURMCluster(…)``), a ``Client``, or a `Cluster` that is to be started when it is first needed. Unset: a
        cluster of the session's own on this machine, started then as well; nobody else can connect to it. All
        executors that name one scheduler share one connection.
    workers: how many of its electrons run at once (unset: as many as the cluster can).
    security: what a scheduler that asks for TLS is met with (a ``distributed.Security``); never written down.
    resources: what each of its electrons takes of a worker while it runs, in the words of the cluster's workers
        (``{"GPU": 1}``, for workers that were started with ``--resources GPU=1``), besides what electrons ask for
        themselves (cores, memory, gpus).
    priority: of its electrons among all that the cluster is to do; higher is earlier.
    log_stdout, log_stderr, workdir, create_unique_workdir, time_limit, retries: as for a LocalExecutor. The log
        files are this machine's, the working directories those of the workers.

    Raises BuildError where Dask is not installed, or the address can be none.
    """

    kind: ClassVar[str] = "dask"

    scheduler_address: Any = None
    workers: int | None = None
    security: Any = None
    log_stdout: str | None = None
    log_stderr: str | None = None
    workdir: str | None = None
    create_unique_workdir: bool = False
    time_limit: float | None = None
    retries: int = 0
    priority: int = 0
    resources: Any = None

    __hash__ = Executor.__hash__

    def __init__(
        self,
        scheduler_address: Any = None,
        *,
        workers: int | None = None,
        security: Any = None,
        log_stdout: str | os.PathLike[str] | None = None,
        log_stderr: str | os.PathLike[str] | None = None,
        workdir: str | os.PathLike[str] | None = None,
        create_unique_workdir: bool = False,
        time_limit: float | None = None,
        retries: int = 0,
        priority: int = 0,
        resources: Mapping[str, float] | None = None,
    ) -> None:
        if find_spec("distributed") is None:
            raise BuildError(MISSING)
        check_workers(workers)
        check_limits(time_limit, retries)
        self.scheduler_address = scheduler_address
        self.workers = workers
        self.security = security
        self.log_stdout = path_text(log_stdout)
        self.log_stderr = path_text(log_stderr)
        self.workdir = path_text(workdir)
        self.create_unique_workdir = bool(create_unique_workdir)
        self.time_limit = time_limit
        self.retries = retries
        self.priority = priority
        self.resources = check_resources(resources)
        if self.resources and not self.asks:
            raise BuildError("the session's own cluster offers no resources: name a cluster whose workers do")
        self.address()

    @property
    def asks(self) -> bool:
        """Whether electrons may ask for cores, memory and GPUs: workers of a cluster may offer them."""
        return self.scheduler_address is not None

    def address(self) -> str | None:
        """The scheduler's address, in the one spelling that all have; None for the session's own. Raises BuildError.

        Of a client or cluster that was closed meanwhile, or a file that is gone, it is the one that it named last.
        """
        return self._located(self.scheduler_address, self.security is not None)

    def key(self) -> Key:
        """What makes two of them the same."""
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        settings |= {"scheduler_address": self.address(), "security": id(self.security)}
        return (type(self).__name__, *settings.values())

    def resource(self) -> Key:
        """The cluster."""
        return (self.kind, self.address())

    def snapshot(self) -> Self:
        """A copy that names the same objects."""
        copied = object.__new__(type(self))
        for field in fields(self):
            setattr(copied, field.name, getattr(self, field.name))
        copied._remember(self)
        return copied

    def describe(self) -> dict[str, Any]:
        """Its settings, as text and numbers; credentials are none."""
        told = Executor.describe(self)
        if "scheduler_address" in told:
            told["scheduler_address"] = self.address()
        if self.resources:
            told["resources"] = dict(self.resources)
        if "security" in told:
            told["security"] = type(self.security).__name__
        return told

    def __getstate__(self) -> Any:
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        target = self.scheduler_address
        named = target if isinstance(target, Cluster) else self.address()
        return None, told | {"scheduler_address": named, "security": None}

    def __setstate__(self, state: Any) -> None:
        """As it was written down, perhaps by a version that knew fewer settings."""
        for field in fields(self):
            setattr(self, field.name, state[1].get(field.name, field.default))


def address_of(target: Any, secure: bool = False) -> str | None:
    """The address of a scheduler that is named by it, by a scheduler file, a cluster or a client. Raises BuildError."""
    if target is None:
        return None
    if isinstance(target, Cluster):
        return str(target)
    if isinstance(target, str | os.PathLike):
        return _written(os.fspath(target), secure)
    found = getattr(target, "scheduler_address", None) or getattr(getattr(target, "scheduler", None), "address", None)
    if not isinstance(found, str) or "://" not in found:
        raise BuildError(
            f"{target!r} names no scheduler: an address (tcp://host:8786), a scheduler file, a cluster that has been "
            "started, or a Client is expected"
        )
    return _normal(found)


def _written(text: str, secure: bool) -> str:
    if text.startswith(("http://", "https://")):
        raise BuildError(
            f"{text!r} is the address of a web page, Dask's dashboard it may be: its scheduler listens elsewhere "
            "(tcp://host:8786)"
        )
    path = Path(text).expanduser()
    if "://" not in text and (path.is_file() or path.suffix == ".json"):
        return _normal(_in_file(path))
    address = text if "://" in text else f"{'tls' if secure else 'tcp'}://{text}"
    try:
        if urlsplit(address).port is None and not address.startswith("inproc"):
            raise ValueError
    except ValueError:
        raise BuildError(f"{text!r} is no scheduler's address (tcp://host:8786), and no scheduler file") from None
    return _normal(address)


def _in_file(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BuildError(f"the scheduler file {path} cannot be read: {type(error).__name__}: {error}") from None


@functools.lru_cache(1000)
def _normal(address: str) -> str:
    """One spelling for one place."""
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        return address
    try:
        host = socket.gethostbyname(parts.hostname)
    except OSError:
        host = parts.hostname
    return f"{parts.scheme}://{host}:{parts.port}"
