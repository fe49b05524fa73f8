"""A cluster of the session's own: a process with a scheduler, and one for each worker.

Not in the kernel: there an interrupt would end it, and the scheduler would share the interpreter with the notebook.
Everything is on the loopback address, and asks for a certificate that only this session has; Dask's web pages,
which ask for nothing, are left out.
"""

import asyncio
import os
import signal
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import current_process
from typing import Any, NamedTuple

from ...worker.orphan import die_with, end
from ...worker.tree import MARK

Call = tuple[str, str, dict[str, Any]]  # a class by its module and name, and what it is called with


class Plan(NamedTuple):
    """What the cluster's process is told."""

    kernel: int  # the process to die with
    mark: str
    folder: str
    workers: int
    environ: dict[str, str]  # the kernel's, as it is now: where a queue's commands are, and how they are configured
    call: Call | None = None  # of what starts the workers; None: processes of this machine


class Started(NamedTuple):
    """How to reach the scheduler."""

    address: str
    security: Any
    pid: int


class Trouble(NamedTuple):
    """Why workers that were asked for do not come; final: none is there, and none will be."""

    text: str = ""
    final: bool = False


def main(channel: Connection, plan: Plan) -> None:
    """The body of the process. Sends a `Started`, or an error's text, then `Trouble`; receives numbers of workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with(plan.kernel)
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # else it could start no workers
    _own_tracker()
    _log(os.path.join(plan.folder, "cluster.log"))
    os.environ.clear()
    os.environ.update(plan.environ, **{MARK: plan.mark})
    try:
        asyncio.run(_serve(channel, plan))
    except Exception as error:
        with suppress(OSError):
            channel.send(f"{type(error).__name__}: {error}")
    end(0)


def _own_tracker() -> None:
    """The kernel's would complain, in the end, of what a killed cluster has not tidied up."""
    tracker: Any = resource_tracker._resource_tracker
    tracker._fd = tracker._pid = None


def _log(path: str) -> None:
    """What Dask has to say is not for the kernel's terminal."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


async def _serve(channel: Connection, plan: Plan) -> None:
    if plan.call is not None:
        from .ondemand import serve

        return await serve(channel, plan)
    import dask
    from distributed import Security

    from .nannies import Nannies
    from .quiet import QuietScheduler, tell_how_workers_end

    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    tell_how_workers_end(plan.folder)
    common = {"host": "127.0.0.1", "protocol": "tls://", "security": Security.temporary()}
    async with QuietScheduler(**common, port=0, dashboard=False) as scheduler:
        channel.send(Started(scheduler.address, common["security"], os.getpid()))
        nannies = Nannies(scheduler.address, {**common, "local_directory": plan.folder})
        nannies.wanted = plan.workers
        loop = asyncio.get_running_loop()
        keeping = loop.create_task(nannies.keep())
        try:
            while True:
                nannies.wanted = await loop.run_in_executor(None, channel.recv)
        except (EOFError, OSError):  # the kernel has closed its end
            keeping.cancel()
            end(0)
