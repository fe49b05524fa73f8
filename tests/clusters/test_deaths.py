"""What becomes of work when a cluster's processes die or stand still: it is said, and nothing runs twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client

import jupyter_flow as jf
from tests.clusters.daskcluster import Cluster
from tests.clusters.flows import LARGE, begin, counted, counted_large, on, plus, run, stands, states
from tests.clusters.machines import Machine, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of two workers, in which processes are killed."""
    machine = Machine(tmp_path / "cluster")
    cluster = Cluster(machine, machine)
    for name in ("one", "two"):
        cluster.worker(name)
    yield cluster.ready()
    cluster.close()


@jf.electron
def after(value: bytes, opened: str) -> int:
    return len(value)


def held_up(folder: str) -> Any:
    """A large value, and a consumer of it that waits until a gate is opened."""
    opened = stands(folder)
    return after(counted_large(f"{folder}/count"), opened)


def standing(folder: Path) -> int:
    """The process that stands at the gate."""
    eventually((folder / "standing").exists)
    return int((folder / "standing").read_text())


def ended(id: jf.DispatchId) -> jf.Result:
    """Its result, when it has ended."""
    return jf.get_result(id, wait=True, timeout=60)


def status(id: jf.DispatchId, node: int) -> str:
    return str(jf.get_result(id).nodes[node].status)


def test_a_value_in_the_store_outlives_the_worker_that_made_it_and_is_not_made_again(
    mortal: Cluster, tmp_path: Path
) -> None:
    id = begin(on(mortal), held_up, str(tmp_path))
    eventually(lambda: status(id, 1) == "COMPLETED")
    made = jf.get_result(id).nodes[1].pid
    assert made != standing(tmp_path)
    psutil.Process(made).kill()
    (tmp_path / "gate").touch()
    result = ended(id)
    assert states(result) == ["COMPLETED"] * 3, [node.error for node in result.nodes]
    assert result.result == LARGE
    assert (tmp_path / "count").read_bytes() == b"x"


def test_a_worker_that_dies_takes_what_it_runs_and_nothing_else(mortal: Cluster, tmp_path: Path) -> None:
    def flow(folder: str) -> Any:
        stands(folder)
        return plus(1, 2)

    id = begin(on(mortal), flow, str(tmp_path))
    pid = standing(tmp_path)
    psutil.Process(pid).kill()
    result = ended(id)
    assert states(result) == ["FAILED", "COMPLETED"]
    assert (result.nodes[0].error.kind, result.nodes[0].pid) == ("worker_lost", pid)
    assert str(pid) in result.nodes[0].error.message
    assert run(on(mortal), lambda: plus(3, 4)).result == 7


def test_the_death_of_the_scheduler_ends_what_runs_and_is_named(mortal: Cluster, tmp_path: Path) -> None:
    def flow(folder: str) -> Any:
        return plus(1, 1), after(b"", stands(folder))

    id = begin(on(mortal), flow, str(tmp_path))
    standing(tmp_path)
    eventually(lambda: status(id, 0) == "COMPLETED")
    mortal.kill_scheduler()
    result = ended(id)
    assert states(result) == ["COMPLETED", "FAILED", "SKIPPED"]
    assert result.nodes[0].output == 2
    assert result.nodes[1].error.kind == "worker_lost"
    assert mortal.address in result.nodes[1].error.message
    later = run(on(mortal), lambda: plus(1, 2))
    assert states(later) == ["FAILED"]
    assert mortal.address in later.nodes[0].error.message


@jf.electron
def hoards(megabytes: int) -> int:
    """Keeps memory that nobody has a name for."""
    jf.__dict__.setdefault("hoard", []).append(bytearray(b"x") * (megabytes << 20))
    return megabytes


def test_a_worker_that_is_paused_for_memory_gets_nothing_and_nothing_waits_for_it(
    mortal: Cluster, tmp_path: Path
) -> None:
    assert run(on(mortal), lambda: hoards(760)).result == 760  # of 1 GB: from 80 % on a worker is paused
    with Client(mortal.address, security=mortal.security, set_as_default=False) as client:
        eventually(lambda: "paused" in _statuses(client))
        files = [str(tmp_path / f"count{n}") for n in range(20)]
        result = run(on(mortal), lambda: [counted(file, n) for n, file in enumerate(files)])
        assert "paused" in _statuses(client)
    assert result.result == list(range(20))
    assert [Path(file).read_bytes() for file in files] == [b"x"] * 20


def _statuses(client: Client) -> list[str]:
    return [worker["status"] for worker in client.scheduler_info(n_workers=-1)["workers"].values()]
