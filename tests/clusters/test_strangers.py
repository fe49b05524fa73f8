"""Another user of this machine finds no door into anything that a session has opened, a cluster of its own included."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.clusters import strangers
from tests.clusters.machines import ROOT, Machine, eventually
from tests.faults.kernels import Fresh

pytestmark = pytest.mark.slow


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Fresh]:
    kernel = Fresh(tmp_path)
    yield kernel
    kernel.close()


def opened(kernel: Fresh) -> tuple[set[int], set[str]]:
    """The ports and the sockets that a kernel and its processes listen at."""
    processes = [psutil.Process(kernel.pid), *kernel.below()]
    network = [one for process in processes for one in process.net_connections("inet")]
    ports = {one.laddr.port for one in network if one.status == psutil.CONN_LISTEN}
    assert {one.laddr.ip for one in network} <= {"127.0.0.1", "::1"}
    return ports, {one.laddr for process in processes for one in process.net_connections("unix") if one.laddr}


def reached(ports: set[int], sockets: set[str]) -> list[str]:
    """What nobody reaches of them."""
    command = [sys.executable, strangers.__file__, *map(str, sorted(ports)), "--", *sorted(sockets)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_nobody_reaches_anything_that_a_session_has_opened(kernel: Fresh) -> None:
    of_the_front_end, _ = opened(kernel)
    kernel.goes("from jupyter_flow.executor import DaskExecutor\nEXECUTORS['dask'] = DaskExecutor(workers=2)")
    for kind in ("local", "thread", "dask"):
        assert kernel.ask(f"works({kind!r})") == 4
    ports, sockets = opened(kernel)
    assert len(ports - of_the_front_end) >= 3  # a scheduler and two workers
    assert reached(ports - of_the_front_end, sockets) == []


def test_nobody_finds_the_doors_that_there_are(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "open")
    server = [sys.executable, "-m", "dask", "scheduler", "--host=127.0.0.1", "--port=0", "--no-dashboard"]
    machine.run("scheduler", [*server, f"--scheduler-file={machine.path('scheduler.json')}"])
    machine.run("web", [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"])
    try:
        file = machine.seen("scheduler.json")
        eventually(
            lambda: file.exists() and file.read_text().endswith("}") and "port" in machine.log("web").read_text()
        )
        web = int(re.search(r"port (\d+)", machine.log("web").read_text())[1])  # type: ignore[index]
        dask = int(json.loads(file.read_text())["address"].rpartition(":")[2])
        found = reached({web, dask}, set())
    finally:
        machine.close()
    assert sorted(int(line.partition(":")[0]) for line in found) == sorted((web, dask))
