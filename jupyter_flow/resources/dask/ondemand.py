"""Clusters whose workers are asked of a queue, of other machines, or of Kubernetes, by the libraries that know how.

The scheduler of a queue's workers is in the session's own process for it, and asks for a certificate that is in a
folder of the store; workers that lose it end, and so do their jobs.
"""

import asyncio
import os
from collections.abc import Mapping
from importlib import import_module
from inspect import isawaitable
from multiprocessing.connection import Connection
from typing import Any

from .cluster import Call, Plan, Started
from .demands import option

LOOK = 1.0  # seconds


async def serve(channel: Connection, plan: Plan) -> None:
    """Start it, tell how it is reached, and grow as the kernel asks, until it closes the channel; then end all jobs."""
    import dask

    assert plan.call is not None
    dask.config.set({"distributed.scheduler.allowed-failures": 0, "distributed.deploy.lost-worker-timeout": "1s"})
    async with _made(plan.call, plan.folder) as cluster:
        channel.send(Started(cluster.scheduler_address, cluster.security, os.getpid()))
        workers = Workers(cluster, plan.workers, elastic=plan.call[1] != "SSHCluster")
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
    """As many as are wanted. elastic: they can be asked for."""

    def __init__(self, cluster: Any, wanted: int, elastic: bool) -> None:
        self.wanted, self._asked = wanted, 0
        self._cluster, self._elastic = cluster, elastic

    async def keep(self) -> None:
        """Ask for them, and, while there is work, again for those that are gone: jobs are cancelled, or over."""
        while self._elastic:
            if self.wanted != self._asked or getattr(self._cluster.scheduler, "tasks", None):
                scaled = self._cluster.scale(self.wanted)
                if isawaitable(scaled):
                    await scaled
                self._asked = self.wanted
            await asyncio.sleep(LOOK)


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
