"""Electrons as jobs of a real Slurm: by its short form, and by a cluster object; jobs that are cancelled, or wait."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from dask_jobqueue import SLURMCluster

import jupyter_flow as jf
from jupyter_flow.executor import Cluster, DaskExecutor
from tests.clusters.flows import begin, plus, run, stands, states, total
from tests.clusters.machines import eventually
from tests.clusters.slurm import Slurm
from tests.faults.kernels import Fresh

pytestmark = pytest.mark.slow
ON = {"partition": "main", "interface": "lo", "memory": "500MB"}


@jf.electron
def job() -> str | None:
    return os.environ.get("SLURM_JOB_ID")


@jf.electron
def job_when_opened(folder: str, opened: str) -> str | None:
    return os.environ.get("SLURM_JOB_ID")


@pytest.fixture
def kernel(slurm: Slurm, tmp_path: Path) -> Iterator[Fresh]:
    """A kernel that finds the queue."""
    kernel = Fresh(tmp_path)
    yield kernel
    kernel.close()


def test_the_short_form_runs_electrons_as_jobs_that_end_with_the_session(kernel: Fresh, slurm: Slurm) -> None:
    said = kernel.run("%executor hpc slurm --partition main -n 2 --interface lo --memory 500MB")
    assert said.text.startswith("hpc: dask(scheduler_address=")
    assert "partition='main'" in said.text
    assert slurm.jobs() == []  # a name and a value: nothing was asked for
    kernel.goes("EXECUTORS['hpc'] = hpc\n@jf.electron\ndef job():\n    return os.environ['SLURM_JOB_ID']")
    assert kernel.ask("works('hpc')") == 4
    eventually(lambda: len(slurm.jobs("running")) == 2)
    kernel.begin_dispatch("hpc", "job")
    assert kernel.ask("id.result(30)") in slurm.jobs("running")
    kernel.goes("jf.session().close()")
    eventually(lambda: slurm.jobs() == [])


def test_jobs_end_when_the_kernel_is_killed(kernel: Fresh, slurm: Slurm) -> None:
    kernel.goes("%executor hpc slurm --partition main --interface lo --memory 500MB\nEXECUTORS['hpc'] = hpc")
    assert kernel.ask("works('hpc')") == 4
    assert len(slurm.jobs("running")) == 1
    kernel.shot()
    eventually(lambda: slurm.jobs() == [])


def test_a_cluster_object_is_used_and_left_to_its_owner(slurm: Slurm, tmp_path: Path) -> None:
    with SLURMCluster(
        cores=1, memory="500MB", processes=1, interface="lo", queue="main", security=True,
        shared_temp_directory=str(tmp_path), log_directory=str(tmp_path), scheduler_options={"dashboard": False},
    ) as cluster:  # fmt: skip
        cluster.scale(jobs=1)
        result = run(DaskExecutor(cluster), lambda: (job(), total([plus(n, 1) for n in range(20)])))
        assert result.result == (slurm.jobs("running")[0], sum(range(1, 21)))
    eventually(lambda: slurm.jobs() == [])


def test_a_job_that_is_cancelled_costs_what_it_ran_and_another_one_goes_on(slurm: Slurm, tmp_path: Path) -> None:
    executor = DaskExecutor(Cluster("slurm", **ON))

    def flow(folder: str) -> Any:
        return plus(1, 2), stands(folder)

    id = begin(executor, flow, str(tmp_path))
    eventually((tmp_path / "standing").exists)
    (number,) = slurm.jobs("running")
    slurm.ask("scancel", number)
    result = jf.get_result(id, wait=True, timeout=60)
    assert states(result) == ["COMPLETED", "FAILED"]
    assert result.nodes[1].error.kind == "worker_lost"
    assert "it runs again, in another job, only with retries=" in result.nodes[1].error.message
    assert not psutil.pid_exists(int((tmp_path / "standing").read_text()))
    assert run(executor, lambda: plus(3, 4)).result == 7
    jf.session().close()
    eventually(lambda: slurm.jobs() == [])


def test_work_waits_for_its_turn_in_the_queue(slurm: Slurm, tmp_path: Path) -> None:
    others = slurm.ask("sbatch", "--parsable", "--ntasks=2", "--output=/dev/null", "--wrap=sleep 1000")
    eventually(lambda: slurm.jobs("running") == [others])
    id = begin(DaskExecutor(Cluster("slurm", **ON)), lambda: plus(1, 2))
    eventually(lambda: slurm.jobs("pending"))
    assert [str(node.status) for node in jf.get_result(id).nodes] == ["NEW_OBJECT"]
    slurm.ask("scancel", others)
    assert id.result(60) == 3
    jf.session().close()
    eventually(lambda: slurm.jobs() == [])
