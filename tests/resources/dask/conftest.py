"""A real scheduler and its workers, as somebody else would have started them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from distributed import Client

from jupyter_flow.executor import DaskExecutor

CHECKOUT = Path(__file__).parents[3]


class Cluster:
    """A scheduler and two workers with nannies. hide: a folder that the workers do not see."""

    def __init__(self, folder: Path, *options: str, hide: Path | None = None) -> None:
        self.file = folder / "scheduler.json"
        self._folder = folder
        self._hide: Path | None = None
        self._environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        quiet = ["--scheduler-file", str(self.file), "--no-dashboard"]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", *quiet)
        while not (self.file.exists() and self.file.read_text().endswith("}")):
            assert self.scheduler.poll() is None, "the scheduler did not start"
            time.sleep(0.05)
        self._hide = hide
        self.workers = self._start("worker", "--nworkers", "2", "--nthreads", "1", *quiet, *options)
        self._settle()

    def _settle(self) -> None:
        """Wait until its nannies have begun: a worker that dies before that ends the whole command, as Dask has it."""
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            status = lambda dask_worker: str(dask_worker.status.name)  # noqa: E731  # travels by value
            while set(client.run(status, nanny=True).values()) != {"running"}:
                time.sleep(0.01)

    def _start(self, what: str, *options: str) -> "subprocess.Popen[bytes]":
        log = (self._folder / f"{what}.log").open("wb")
        command = [sys.executable, "-m", "dask", what, *options]
        if self._hide is not None:
            hidden = f'mount -t tmpfs none {self._hide} && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", hidden, "sh", *command]
        return subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)

    @property
    def address(self) -> str:
        """The scheduler's."""
        return str(json.loads(self.file.read_text())["address"])

    def told(self) -> str:
        """What lives of it, and what its scheduler and its workers have logged."""
        alive = {process: process.poll() is None for process in (self.scheduler, self.workers)}
        children = psutil.Process(self.workers.pid).children(recursive=True) if alive[self.workers] else []
        lives = f"scheduler: {alive[self.scheduler]}, workers: {alive[self.workers]}, below them {children}"
        logs = (f"{log.name}:\n{log.read_text()}" for log in sorted(self._folder.glob("*.log")))
        return "\n".join([lives, *logs])

    def close(self) -> None:
        """End it."""
        for process in (self.workers, self.scheduler):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()
            process.wait(20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed tells what the cluster had to say."""
    report = yield
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if report.failed and isinstance(cluster, Cluster):
        report.sections.append(("The cluster", cluster.told()))
    return report


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for the tests of a module."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


@pytest.fixture(params=["embedded", "address"])
def big(request: pytest.FixtureRequest, cluster: Cluster) -> DaskExecutor:
    """An executor for the session's own cluster, and one for somebody else's."""
    return DaskExecutor() if request.param == "embedded" else DaskExecutor(cluster.address)
