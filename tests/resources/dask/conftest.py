"""A real scheduler and its workers, as somebody else would have started them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

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
        while not self.file.exists():
            assert self.scheduler.poll() is None, "the scheduler did not start"
            time.sleep(0.05)
        self._hide = hide
        self.workers = self._start("worker", "--nworkers", "2", "--nthreads", "1", *quiet, *options)

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

    def close(self) -> None:
        """End it."""
        for process in (self.workers, self.scheduler):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            process.kill()
            process.wait(20)


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
