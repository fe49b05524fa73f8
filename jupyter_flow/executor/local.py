"""Executors for this machine."""

import os
from dataclasses import dataclass
from typing import ClassVar

from .base import Executor, check_limits, check_workers, path_text


@dataclass(slots=True)
class LocalExecutor(Executor):
    """Worker processes of this machine: the default.

    workers: how many of its electrons run at once; the shared processes grow to the largest number any
        executor asks for (unset: one per core).
    log_stdout, log_stderr: files to which the electrons' output is appended; a relative path lies in the
        folder of the dispatch. One file for all the electrons that share the executor.
    workdir: the electrons' working directory (unset: the notebook's); create_unique_workdir gives each
        electron a directory of its own below it.
    time_limit: seconds an electron may run. retries: further attempts after a failure.
    max_tasks: how many of its electrons a worker process runs before a new one takes its place (unset: any number);
        for code that leaks memory or leaves other things behind.
    """

    kind: ClassVar[str] = "local"

    workers: int | None = None
    log_stdout: str | None = None
    log_stderr: str | None = None
    workdir: str | None = None
    create_unique_workdir: bool = False
    time_limit: float | None = None
    retries: int = 0
    max_tasks: int | None = None

    __hash__ = Executor.__hash__

    def __init__(
        self,
        workers: int | None = None,
        *,
        log_stdout: str | os.PathLike[str] | None = None,
        log_stderr: str | os.PathLike[str] | None = None,
        workdir: str | os.PathLike[str] | None = None,
        create_unique_workdir: bool = False,
        time_limit: float | None = None,
        retries: int = 0,
        max_tasks: int | None = None,
    ) -> None:
        check_workers(workers)
        check_workers(max_tasks, "max_tasks")
        check_limits(time_limit, retries)
        self.workers = workers
        self.log_stdout = path_text(log_stdout)
        self.log_stderr = path_text(log_stderr)
        self.workdir = path_text(workdir)
        self.create_unique_workdir = bool(create_unique_workdir)
        self.time_limit = time_limit
        self.retries = retries
        self.max_tasks = max_tasks


@dataclass(slots=True)
class ThreadExecutor(Executor):
    """Threads of the kernel: for waiting on files and networks, and for code that releases the GIL.

    Electrons on threads share each other's outputs, so one that changes its input changes it for all; a thread
    that runs cannot be stopped: it is given up, and its value dropped.
    """

    kind: ClassVar[str] = "thread"

    workers: int | None = None
    log_stdout: str | None = None
    log_stderr: str | None = None
    time_limit: float | None = None
    retries: int = 0

    __hash__ = Executor.__hash__

    def __init__(
        self,
        workers: int | None = None,
        *,
        log_stdout: str | os.PathLike[str] | None = None,
        log_stderr: str | os.PathLike[str] | None = None,
        time_limit: float | None = None,
        retries: int = 0,
    ) -> None:
        check_workers(workers)
        check_limits(time_limit, retries)
        self.workers = workers
        self.log_stdout = path_text(log_stdout)
        self.log_stderr = path_text(log_stderr)
        self.time_limit = time_limit
        self.retries = retries


@dataclass(slots=True)
class InlineExecutor(Executor):
    """One electron at a time, in one thread of the kernel: the simplest there is, for debugging and tests."""

    kind: ClassVar[str] = "inline"

    __hash__ = Executor.__hash__
