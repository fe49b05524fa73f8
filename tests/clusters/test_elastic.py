"""Workers that come and go, that run several things at once, that offer this and that, or are the kernel itself."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from jupyter_flow.model.errors import BuildError
from tests.clusters.daskcluster import Cluster
from tests.clusters.flows import begin, on, plus, run, stands, states, total
from tests.clusters.machines import Machine, eventually

LOCAL = {"dashboard_address": None, "silence_logs": 50, "host": "127.0.0.1"}


def resource(address: str) -> Any:
    return next(r for r in jf.session().dispatcher.resources if getattr(r, "_address", "") == address)


def info(address: str) -> Any:
    name = resource(address).id
    return next(info for info in jf.session().resources if info.id == name)


# a cluster that adapts ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_cluster_that_adapts_grows_for_what_waits_and_shrinks_again() -> None:
    with LocalCluster(n_workers=0, threads_per_worker=1, **LOCAL) as cluster:
        cluster.adapt(minimum=0, maximum=2, interval="100ms", wait_count=2)
        big = DaskExecutor(cluster)
        result = run(big, lambda: total([plus(n, 1) for n in range(200)]))
        assert result.result == sum(range(1, 201))
        eventually(lambda: info(cluster.scheduler_address).workers == 0)
        assert run(big, lambda: plus(1, 2)).result == 3  # there is one again
        assert info(cluster.scheduler_address).dashboard == ""
        id = begin(big, lambda: needy())
        here = jf.session().run(id)
        assert here is not None
        waited_for = "offers gpus=1 (none offers any) yet", "waiting for a worker of"
        eventually(lambda: any(what in here.held_up(0) for what in waited_for))
        jf.cancel(id)
        assert states(jf.get_result(id, wait=True, timeout=60)) == ["CANCELLED"]


@jf.electron(gpus=1)
def needy() -> int:
    return os.getpid()


@pytest.mark.slow
def test_workers_that_join_are_used_and_those_that_are_retired_cost_nothing_that_has_not_begun(tmp_path: Path) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, **LOCAL) as cluster:
        big = DaskExecutor(cluster)

        def flow(folder: str) -> Any:
            stands(folder)
            return total([plus(n, 1) for n in range(50)])

        id = begin(big, flow, str(tmp_path))
        eventually((tmp_path / "standing").exists)
        cluster.scale(2)
        eventually(lambda: jf.get_result(id).nodes[-1].status == "COMPLETED")
        busy = jf.get_result(id).nodes[0]
        assert busy.status == "RUNNING"
        assert busy.pid == int((tmp_path / "standing").read_text())
        assert info(cluster.scheduler_address).workers == 2
        assert busy.worker in cluster.scheduler.workers
        free = next(address for address in cluster.scheduler.workers if address != busy.worker)
        cluster.sync(cluster.scheduler.retire_workers, workers=[free])
        eventually(lambda: info(cluster.scheduler_address).workers == 1)
        (tmp_path / "gate").touch()
        result = jf.get_result(id, wait=True, timeout=60)
        assert result.result == sum(range(1, 51))
        assert set(states(result)) == {"COMPLETED"}


# the kernel itself ----------------------------------------------------------------------------------


@jf.electron
def waits(folder: str) -> int:
    Path(folder, "waiting").touch()
    while not Path(folder, "go").exists():
        threading.Event().wait(0.01)
    return os.getpid()


def test_a_cluster_in_the_kernel_runs_electrons_and_nothing_kills_that(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        here = DaskExecutor(cluster)
        result = run(here, lambda: (speaks("a"), total([plus(n, 1) for n in range(20)])))
        assert (result.result, result.nodes[0].stdout) == (("a", sum(range(1, 21))), "a\n")
        assert result.nodes[0].pid == os.getpid()
        id = begin(here, waits, str(tmp_path))
        eventually(lambda: states(jf.get_result(id)) == ["RUNNING"])
        assert jf.get_result(id).nodes[0].pid == os.getpid()
        jf.cancel(id)
        node = jf.get_result(id, wait=True, timeout=60).nodes[0]
        assert (str(node.status), "may still run" in node.error.message) == ("CANCELLED", True)
        (tmp_path / "go").touch()
        assert run(here, lambda: plus(1, 2)).result == 3
        assert "only what Python prints is kept" in info(cluster.scheduler_address).remark
        print("mine")  # noqa: T201
        assert capfd.readouterr().out == "to the kernel's own\nmine\n"


@jf.electron
def speaks(word: str) -> str:
    print(word)  # noqa: T201
    os.write(1, b"to the kernel's own\n")
    return word


# nobody there yet -----------------------------------------------------------------------------------


@jf.electron(cores=2)
def on_two() -> int:
    return 2


def test_an_address_without_workers_is_waited_for_and_a_worker_is_used_whatever_it_calls_its_cores() -> None:
    with LocalCluster(n_workers=0, processes=False, dashboard_address=None, resources={"CPU": 2}) as cluster:
        id = begin(DaskExecutor(cluster.scheduler_address), lambda: plus(plus(1, 1), plus(on_two(), 0)))
        here = jf.session().run(id)
        assert here is not None
        eventually(lambda: here.held_up() == f"waiting for a worker of {cluster.scheduler_address}")
        eventually(lambda: len(cluster.scheduler.tasks) >= 2)
        assert set(states(jf.get_result(id))) == {"NEW_OBJECT"}
        cluster.scale(1)
        assert jf.get_result(id, wait=True, timeout=20).result == 4
        assert here.held_up() == ""


# several things at once -----------------------------------------------------------------------------


@jf.electron
def together(folder: str, name: str, others: int) -> str:
    """Ends when so many others run as well."""
    Path(folder, name).touch()
    print(name)  # noqa: T201
    while len(os.listdir(folder)) <= others:
        threading.Event().wait(0.01)
    print(name)  # noqa: T201
    return name


@pytest.mark.slow
def test_threads_of_one_worker_keep_outputs_apart_and_a_cancelled_one_harms_no_other(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "broad")
    cluster = Cluster(machine, machine)
    cluster.worker("broad", machine, "--nthreads=4")
    try:
        _side_by_side(on(cluster.ready()), tmp_path)
    finally:
        cluster.close()


def _side_by_side(big: DaskExecutor, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    result = run(big, lambda: [together(str(tmp_path / "all"), f"electron {n}", 3) for n in range(4)])
    assert [node.stdout for node in result.nodes[:4]] == [f"electron {n}\n" * 2 for n in range(4)]
    assert len({node.pid for node in result.nodes[:4]}) == 1
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    id = begin(big, lambda: [waits(str(tmp_path / name)) for name in ("one", "two")])
    eventually(lambda: all((tmp_path / name / "waiting").exists() for name in ("one", "two")))
    eventually(lambda: states(jf.get_result(id))[:2] == ["RUNNING", "RUNNING"])
    jf.cancel(id, task_ids=[0])
    (tmp_path / "two" / "go").touch()
    nodes = jf.get_result(id, wait=True, timeout=60).nodes
    assert [str(node.status) for node in nodes[:2]] == ["CANCELLED", "COMPLETED"]
    assert "may still run" in nodes[0].error.message
    (tmp_path / "one" / "go").touch()


# what workers offer ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def offering() -> Iterator[DaskExecutor]:
    """A worker of four threads, with a GPU, two cores and 4 GB to offer."""
    offers = {"GPU": 1, "CPU": 2, "MEMORY": 4e9}
    settings = {"n_workers": 1, "threads_per_worker": 4, "processes": False, "dashboard_address": None}
    with LocalCluster(resources=offers, **settings) as cluster:
        yield DaskExecutor(cluster)


@jf.electron(gpus=1)
def on_the_gpu(n: int) -> int:
    threading.Event().wait(0.05)
    return n


def test_what_asks_for_the_only_gpu_runs_one_after_the_other(offering: DaskExecutor) -> None:
    result = run(offering, lambda: [on_the_gpu(n) for n in range(4)])
    assert result.result == list(range(4))
    times = sorted((node.start_time, node.end_time) for node in result.nodes[:4])
    assert all(before[1] <= after[0] for before, after in pairwise(times))


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ({"gpus": 2}, {}, "gpus=2 (the most that one offers is 1)"),
        ({"cores": 3}, {}, "cores=3 (the most that one offers is 2)"),
        ({"memory": "5GB"}, {}, "memory=5 GB (the most that one offers is 4 GB)"),
        ({}, {"resources": {"license": 1}}, "license=1 (none offers any)"),
    ],
)
def test_what_no_worker_offers_fails_at_once_and_says_what_there_is(
    offering: DaskExecutor, options: dict[str, Any], settings: dict[str, Any], said: str
) -> None:
    asking: Callable[..., Any] = jf.electron(**options)(lambda: 1)
    (node,) = run(DaskExecutor(offering.scheduler_address, **settings), lambda: asking()).nodes
    assert said in node.error.message
    assert "Start workers with --resources" in node.error.message


def test_what_a_worker_offers_is_had(offering: DaskExecutor) -> None:
    asking: Callable[..., Any] = jf.electron(cores=2, memory="3GB", gpus=1)(lambda: 7)
    assert run(DaskExecutor(offering.scheduler_address, resources={"GPU": 1}), lambda: asking()).result == 7


@pytest.mark.parametrize(
    ("options", "way_out"),
    [
        ({"gpus": 1}, "cannot give: DaskExecutor(address) can"),
        ({"cores": 2}, "cannot give: LocalExecutor(workers=2) can"),
        ({"memory": "1GB"}, "cannot hold it to: LocalExecutor() can"),
    ],
)
def test_the_sessions_own_cluster_refuses_what_nobody_counts_there_and_names_who_does(
    options: dict[str, Any], way_out: str
) -> None:
    asking: Callable[..., Any] = jf.electron(**options)(lambda: 1)
    with pytest.raises(BuildError, match=re.escape(f"which the session's own Dask cluster {way_out}")):
        jf.dispatch(jf.lattice(executor=DaskExecutor())(lambda: asking()))()
