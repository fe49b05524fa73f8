"""Clusters whose workers are asked of a queue, of other machines, or of Kubernetes, by the libraries that know how.

The scheduler of a queue's workers is in the session's own process for it, and asks for a certificate that is in a
folder of the store; workers that lose it end, and so do their jobs.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from inspect import isawaitable
from multiprocessing.connection import Connection
from typing import Any

from .cluster import Call, Plan, Started, Trouble
from .demands import option

LOOK = 1.0  # seconds
REFUSALS = 5  # in a row, after which a queue that has given nothing is not asked again


async def serve(channel: Connection, plan: Plan) -> None:
    """Start it, tell how it is reached, and grow as the kernel asks, until it closes the channel; then end all jobs."""
    import dask

    assert plan.call is not None
    dask.config.set({"distributed.scheduler.allowed-failures": 0, "distributed.deploy.lost-worker-timeout": "1s"})
    async with _made(plan.call, plan.folder) as cluster:
        channel.send(Started(cluster.scheduler_address, cluster.security, os.getpid()))
        workers = Workers(cluster, plan.workers, plan.call[1] != "SSHCluster", channel.send)
        loop = asyncio.get_running_loop()
        keeping = loop.create_task(workers.keep())
        try:
            while True:
                workers.wanted = await loop.run_in_executor(None, channel.recv)
        except (EOFError, OSError):
            keeping.cancel()


def ending(call: Call | None, folder: str) -> str:
    """What is to be known of the end of a queue's worker."""
    if call is None or call[0] != "dask_jobqueue":
        return ""
    return (
        f". A job that somebody cancels, or that comes to the end of its time or memory, ends so; its words are in "
        f"{folder} while the session lasts. What it ran had begun: it runs again, in another job, only with retries="
    )


class Workers:
    """As many as are wanted. elastic: they can be asked for; tell: is told why they do not come."""

    def __init__(self, cluster: Any, wanted: int, elastic: bool, tell: Callable[[Trouble], None]) -> None:
        self.wanted, self._asked, self._refusals = wanted, 0, 0
        self._cluster, self._elastic, self._tell = cluster, elastic, tell

    async def keep(self) -> None:
        """Ask for them, and, while there is work, again for those that are gone: jobs are cancelled, or over."""
        while self._elastic:
            if self.wanted != self._asked or getattr(self._cluster.scheduler, "tasks", None):
                await self.ask()
            await asyncio.sleep(LOOK)

    async def ask(self) -> None:
        """Ask for those that are missing, and tell if that is refused."""
        self._forget()
        try:
            scaled = self._cluster.scale(self.wanted)
            if isawaitable(scaled):
                await scaled
            if callable(settle := getattr(self._cluster, "_correct_state", None)):  # else only Dask's log has it
                await settle()
        except Exception as error:
            self._forget()
            self._refused(error)
        else:
            self._asked = self.wanted
            if self._refusals:
                self._refusals = 0
                self._tell(Trouble())

    def _forget(self) -> None:
        """Jobs that could not be handed in count as workers for Dask, which would not ask for them again."""
        for name, worker in list(self._jobs.items()):
            if str(getattr(worker, "status", "")).endswith("created"):
                del self._jobs[name]
                self._cluster._created.discard(worker)

    @property
    def _jobs(self) -> dict[Any, Any]:
        jobs = getattr(self._cluster, "workers", None)
        return jobs if isinstance(jobs, dict) else {}

    def _refused(self, error: Exception) -> None:
        self._refusals += 1
        hopeless = isinstance(error, FileNotFoundError) or self._refusals >= REFUSALS
        self._tell(Trouble(_told(error), hopeless and not self._jobs))


def _told(error: Exception) -> str:
    """What a queue has said, on one line."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return (
            f"there is no {os.path.basename(error.filename)} on this machine: the kernel has to run where the queue's "
            "commands are"
        )
    text, _, said = str(error).partition("stderr:\n")
    command = text.partition("Command:\n")[2].split()[:1]
    return " ".join(
        [*(f"{os.path.basename(name)} refused:" for name in command), *(said.strip() or str(error)).split()]
    )


def _made(call: Call, folder: str) -> Any:
    module, name, settings = call
    if module == "dask_jobqueue":
        ours = _of_a_queue(folder, "python" in settings, settings)
        more = settings.get("worker_extra_args", [])
        settings = {**ours, **settings, "worker_extra_args": [*ours["worker_extra_args"], *more]}
    return getattr(import_module(module), name)(asynchronous=True, **settings)


def _of_a_queue(folder: str, other_python: bool, settings: Mapping[str, Any]) -> dict[str, Any]:
    """One worker to a job, which offers what the job has; none without a certificate, and no web pages."""
    from distributed import Security

    from .quiet import QuietScheduler

    quiet = [] if other_python else ["--worker-class", "jupyter_flow.resources.dask.quiet.QuietWorker"]
    return {
        "processes": 1,
        "worker_extra_args": ["--nthreads", "1", "--no-dashboard", "--resources", _offers(settings), *quiet],
        "protocol": "tls://",
        "security": Security.temporary(),
        "shared_temp_directory": folder,
        "log_directory": folder,
        "scheduler_cls": QuietScheduler,
        "scheduler_options": {"dashboard": False},
    }


def _offers(settings: Mapping[str, Any]) -> str:
    """What a job's worker tells that it has; the settings' own worker_extra_args may tell otherwise."""
    from dask.utils import parse_bytes

    has = {"cores": float(settings.get("cores", 1)), "memory": float(parse_bytes(settings.get("memory", "2GB")))}
    return ",".join(option(name, amount) for name, amount in has.items())
