"""The clusters that tests stand on do what they are said to, with plain Dask."""

import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest
from dask_jobqueue import SLURMCluster
from distributed import Client, Security

from tests.clusters.daskcluster import Cluster
from tests.clusters.machines import LIMIT, eventually
from tests.clusters.network import Network
from tests.clusters.slurm import Slurm


def about_here() -> tuple[int, str, str]:
    """What tells processes and hosts apart."""
    return os.getpid(), socket.gethostname(), Path("/proc/sys/kernel/random/boot_id").read_text()


def exists(path: str) -> bool:
    return Path(path).exists()


def written(path: str) -> str:
    """What comes of writing a file."""
    try:
        Path(path).write_text("x")
    except OSError as error:
        return error.strerror or ""
    return "written"


def test_a_scheduler_and_workers_are_processes_that_nobody_without_a_certificate_reaches(cluster: Cluster) -> None:
    with cluster.client() as client:
        pids = set(client.run(os.getpid).values())
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert pids <= {process.pid for name in cluster.workers for process in cluster.processes(name)}
    with pytest.raises((OSError, TimeoutError)):
        Client(cluster.address.replace("tls", "tcp"), timeout=2)
    with pytest.raises((OSError, TimeoutError)):
        Client(cluster.address, security=Security.temporary(), timeout=2)


def test_a_cluster_leaves_no_process_behind(cluster: Cluster) -> None:
    with cluster.client():
        pass
    processes = [process for name in cluster.workers for process in cluster.processes(name)]
    assert len(processes) >= 4  # two workers with a nanny each
    cluster.close()
    assert not psutil.wait_procs([*processes, *_running(cluster.scheduler_pid)], timeout=LIMIT)[1]


def _running(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid)] if psutil.pid_exists(pid) else []


@pytest.mark.slow
def test_hosts_share_no_file_with_this_machine_or_each_other_and_pass_values(apart: Cluster, tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    with apart.client() as client:
        a, b = sorted(client.scheduler_info()["workers"], key=lambda address: str(address))
        there = [client.submit(about_here, workers=[worker], pure=False).result() for worker in (a, b)]
        assert len({*there, about_here()}) == len({host for _, host, _ in there} | {socket.gethostname()}) == 3
        assert len({boot for _, _, boot in [*there, about_here()]}) == 3
        assert not any(client.run(exists, str(tmp_path / "here")).values())
        assert set(client.run(written, str(Path(__file__).with_name("left"))).values()) == {"Read-only file system"}
        mine = str(apart.machine.path("of-a"))
        assert client.submit(written, mine, workers=[a], pure=False).result() == "written"
        assert client.submit(exists, mine, workers=[b], pure=False).result() is False
        large: Any = client.submit(bytes, 10_000_000, workers=[a])
        assert client.submit(len, large, workers=[b]).result() == 10_000_000


@pytest.mark.slow
def test_a_host_that_is_switched_off_takes_its_processes_with_it(network: Network) -> None:
    host = network.host("host-off")
    pid = host.run("sleeper", ["sleep", "1000"])
    process = psutil.Process(pid)
    assert process.name() == "sleep"
    host.off()
    eventually(lambda: not process.is_running())


@pytest.mark.slow
def test_a_queue_of_slurm_runs_a_worker_and_ends_it(slurm: Slurm, tmp_path: Path) -> None:
    with (
        SLURMCluster(
            cores=1, memory="1GB", processes=1, interface="lo", queue="main", walltime="00:10:00",
            security=True, shared_temp_directory=str(tmp_path), log_directory=str(tmp_path),
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        cluster.scale(jobs=1)
        client.wait_for_workers(1, timeout=LIMIT)
        assert client.submit(os.getenv, "SLURM_JOB_ID", pure=False).result(LIMIT) == slurm.jobs("running")[0]
    eventually(lambda: not slurm.jobs())


@pytest.mark.slow
def test_a_queue_of_slurm_makes_work_wait(slurm: Slurm) -> None:
    first = slurm.ask("sbatch", "--parsable", "--ntasks=2", "--output=/dev/null", "--wrap=sleep 1000")
    second = slurm.ask("sbatch", "--parsable", "--output=/dev/null", "--wrap=sleep 1000")
    eventually(lambda: slurm.jobs("running") == [first])
    assert slurm.jobs("pending") == [second]
    slurm.ask("scancel", first)
    eventually(lambda: slurm.jobs("running") == [second])
    subprocess.run(["scancel", second], check=True)
