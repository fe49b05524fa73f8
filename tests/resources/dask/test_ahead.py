"""What follows goes to a cluster with what it follows: nothing comes back to the kernel in between."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from jupyter_flow.worker.tree import alive

Run = Callable[..., Any]
Eventually = Callable[..., None]


def gate() -> Any:
    """An electron that nobody has measured: one that is known to take no time goes in one batch with what follows."""
    new = uuid.uuid4().hex

    @jf.electron
    def wait_for(folder: str) -> int:
        """Tells its process, and goes on when it may."""
        Path(folder, new).write_text(str(os.getpid()))
        Path(folder, new).rename(Path(folder, "begun"))
        while not Path(folder, "go").exists():
            time.sleep(0.005)
        return 0

    return wait_for


@jf.electron
def add(folder: str, value: int) -> int:
    """Leaves a byte for each time it runs."""
    with Path(folder, f"ran-{value}").open("a") as ran:
        ran.write("x")
    return value + 1


def row(folder: str) -> Any:
    """A gate, and a chain behind it."""
    value = gate()(folder)
    for _ in range(4):
        value = add(folder, value)
    return value


def ran(folder: Path) -> list[str]:
    return [(folder / f"ran-{n}").read_text() for n in range(4) if (folder / f"ran-{n}").exists()]


def ahead() -> int:
    """How many electrons lie with clusters behind others."""
    books = [r._book for r in jf.session().dispatcher.resources if r.kind == "dask"]  # type: ignore[attr-defined]
    return sum(len(h.members) for book in books for h in list(book.handed.values()) if h.after and not h.withdrawn)


@pytest.fixture
def begin(big: DaskExecutor, tmp_path: Path, eventually: Eventually) -> Callable[..., jf.DispatchId]:
    """Dispatch the chain, and wait until all of it is on the cluster."""

    def begin_(**options: Any) -> jf.DispatchId:
        id = jf.dispatch(jf.lattice(executor=big, **options)(row))(str(tmp_path))
        eventually(lambda: (tmp_path / "begun").exists() and ahead() == 4, 120)
        return id

    return begin_


@pytest.fixture
def big() -> DaskExecutor:
    """The session's own cluster, which other tests use as well."""
    return DaskExecutor()


def states(id: jf.DispatchId) -> list[str]:
    return [str(node.status) for node in jf.get_result(id).nodes]


def test_a_chain_runs_to_its_end_without_the_kernel(
    begin: Callable[..., jf.DispatchId], tmp_path: Path, eventually: Eventually
) -> None:
    id = begin()
    eventually(lambda: states(id) == ["RUNNING"] + ["NEW_OBJECT"] * 4)
    with jf.session().dispatcher.lock:  # nothing is decided here
        (tmp_path / "go").touch()
        eventually(lambda: ran(tmp_path) == ["x"] * 4)
    assert jf.get_result(id, wait=True).result == 4


def test_nothing_that_follows_a_cancelled_electron_runs(
    begin: Callable[..., jf.DispatchId], tmp_path: Path, run: Run, big: DaskExecutor, eventually: Eventually
) -> None:
    id = begin()
    jf.cancel(id, task_ids=[2])
    eventually(lambda: ahead() <= 1)  # the others have been taken back
    (tmp_path / "go").touch()
    jf.get_result(id, wait=True)
    assert states(id) == ["COMPLETED", "COMPLETED", "CANCELLED", "SKIPPED", "SKIPPED"]
    assert run(jf.lattice(executor=big)(lambda: add(str(tmp_path), 9))).result == 10
    eventually(lambda: ahead() == 0)
    assert ran(tmp_path) == ["x"]


def test_what_follows_a_cancelled_electron_is_taken_back_at_once(
    begin: Callable[..., jf.DispatchId], tmp_path: Path, eventually: Eventually
) -> None:
    id = begin()
    jf.cancel(id, task_ids=[1])
    eventually(lambda: ahead() == 0)  # while the gate is closed
    (tmp_path / "go").touch()
    jf.get_result(id, wait=True)
    assert states(id) == ["COMPLETED", "CANCELLED"] + ["SKIPPED"] * 3
    assert ran(tmp_path) == []


def test_what_follows_a_worker_that_died_is_skipped_or_runs_once_after_the_retry(
    begin: Callable[..., jf.DispatchId], tmp_path: Path
) -> None:
    id = begin()
    os.kill(int((tmp_path / "begun").read_text()), signal.SIGKILL)
    jf.get_result(id, wait=True)
    assert states(id) == ["FAILED"] + ["SKIPPED"] * 4
    assert ran(tmp_path) == []
    (tmp_path / "begun").unlink()
    again = begin(retries=1)
    pid = int((tmp_path / "begun").read_text())
    (tmp_path / "begun").unlink()
    os.kill(pid, signal.SIGKILL)
    (tmp_path / "go").touch()
    outcome = jf.get_result(again, wait=True)
    assert (outcome.result, ran(tmp_path)) == (4, ["x"] * 4)
    assert [[tried.attempt for tried in node.attempts] for node in outcome.nodes] == [[1, 2], [1], [1], [1], [1]]


def test_what_was_cancelled_whole_leaves_nothing_on_the_cluster(
    begin: Callable[..., jf.DispatchId], tmp_path: Path, run: Run, big: DaskExecutor, eventually: Eventually
) -> None:
    id = begin()
    worker = psutil.Process(int((tmp_path / "begun").read_text()))
    jf.cancel(id)
    assert jf.get_result(id, wait=True).status == "CANCELLED"
    eventually(lambda: not worker.is_running() or not alive(worker))
    (tmp_path / "go").touch()
    assert run(jf.lattice(executor=big)(lambda: add(str(tmp_path), 9))).result == 10
    assert ran(tmp_path) == []


def test_values_that_died_with_a_worker_before_they_were_used_are_not_made_again(
    run: Run, big: DaskExecutor, tmp_path: Path, eventually: Eventually
) -> None:
    @jf.electron
    def make(folder: str) -> int:
        add(folder, 0)
        return os.getpid()

    @jf.lattice(executor=big)
    def flow(folder: str) -> Any:
        return add.with_options()(folder, total(make(folder), gate()(folder)))

    @jf.electron
    def total(pid: int, gate: int) -> int:
        return 1

    id = jf.dispatch(flow)(str(tmp_path))
    eventually(lambda: states(id)[:2] == ["COMPLETED", "RUNNING"] and ahead() == 2, 120)
    pid = jf.get_result(id).nodes[0].output
    if pid != int((tmp_path / "begun").read_text()):
        os.kill(pid, signal.SIGKILL)
    (tmp_path / "go").touch()
    outcome = jf.get_result(id, wait=True)
    assert (outcome.result, ran(tmp_path)) == (2, ["x", "x"])


def test_a_limit_holds_for_what_follows(run: Run, tmp_path: Path) -> None:
    one = DaskExecutor(workers=1)

    @jf.electron
    def alone(value: int, file: str) -> int:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL)  # fails where another one is there
        time.sleep(0.02)
        os.close(descriptor)
        os.unlink(file)
        return value + 1

    @jf.lattice(executor=one)
    def flow(file: str) -> Any:
        ends = []
        for chain in range(3):
            value: Any = chain
            for _ in range(3):
                value = alone(value, file)
            ends.append(value)
        return ends

    assert run(flow, str(tmp_path / "here")).result == [3, 4, 5]
