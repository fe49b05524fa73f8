"""A scheduler and a worker without web pages: those are open to every user of the machine."""

from typing import Any

from distributed import Scheduler, Worker


class QuietScheduler(Scheduler):  # type: ignore[misc]
    """It listens for those who have the certificate, and for nobody else."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start none."""


class QuietWorker(Worker):  # type: ignore[misc]
    """It listens for those who have the certificate, and for nobody else."""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start none."""
