"""A scheduler and a worker without web pages: those are open to every user of the machine."""

from pathlib import Path
from typing import Any

from distributed import Scheduler, Worker
from distributed.nanny import WorkerProcess


class QuietScheduler(Scheduler):  # type: ignore[misc]
    """It listens for those who have the certificate, and for nobody else."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start none."""


class QuietWorker(Worker):  # type: ignore[misc]
    """It listens for those who have the certificate, and for nobody else."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start none."""


def tell_how_workers_end(folder: str) -> None:
    """Have the nannies of this process leave the exit codes of workers in a folder."""
    message = WorkerProcess._death_message

    def telling(self: Any, pid: int, exitcode: int) -> Any:
        Path(folder, f"{pid}.exit").write_text(str(exitcode))
        return message(self, pid, exitcode)

    WorkerProcess._death_message = telling
