"""Workers and schedulers die, are told to stop, and are interrupted: nothing hangs, nothing runs twice."""

import os
import signal
import time
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


@jf.electron
def die(file: str, how: str) -> None:
    with open(file, "a") as runs:
        runs.write("x")
    if how == "exit":
        os._exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


@jf.electron
def note(file: str) -> int:
    with open(file, "a") as runs:
        runs.write("x")
    return 1


@jf.electron
def hold(file: str, seconds: float = 60) -> None:
    import subprocess

    with open(file, "a") as pids:
        pids.write(f"{os.getpid()} ")
        with subprocess.Popen(["sleep", str(seconds)]) as sleep:
            pids.write(f"{sleep.pid} ")
            pids.flush()
            sleep.wait()


@jf.electron
def same(value: Any) -> Any:
    return value


def lives(pid: int) -> bool:
    try:
        return alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_an_electron_that_ends_its_worker_ran_once_and_is_lost_alone(
    run: Run, big: DaskExecutor, tmp_path: Path, how: str
) -> None:
    @jf.lattice(executor=big)
    def flow(folder: str) -> None:
        same(die(f"{folder}/died", how))
        for i in range(20):
            note(f"{folder}/{i}")

    outcome = run(flow, str(tmp_path))
    lost = outcome.nodes[0]
    assert (lost.error.kind, (tmp_path / "died").read_text()) == ("worker_lost", "x")
    assert f"pid {lost.pid}" in lost.error.message
    ended = "exited with code 3" if how == "exit" else "was killed by SIGKILL"
    gone = "has gone: it died, or its cluster let it go. What it ran had begun: it runs again only with retries="
    assert (ended if big.scheduler_address is None else gone) in lost.error.message
    assert outcome.nodes[1].status == "SKIPPED"
    assert {str(node.status) for node in outcome.nodes[2:]} == {"COMPLETED"}
    assert {(tmp_path / str(i)).read_text() for i in range(20)} == {"x"}


def test_retries_follow_the_death_of_a_worker(run: Run, big: DaskExecutor, tmp_path: Path) -> None:
    @jf.electron(retries=1)
    def once(file: str) -> str:
        if not os.path.exists(file):
            Path(file).touch()
            os._exit(1)
        return "alive"

    @jf.lattice(executor=big)
    def flow(file: str) -> Any:
        return once(file)

    outcome = run(flow, str(tmp_path / "file"))
    assert (outcome.result, len(outcome.nodes[0].attempts)) == ("alive", 2)


def test_what_a_dead_worker_completed_is_not_computed_again(
    run: Run, big: DaskExecutor, tmp_path: Path, eventually: Eventually
) -> None:
    @jf.electron
    def make(file: str) -> tuple[int, bytes]:
        with open(file, "a") as runs:
            runs.write("x")
        return os.getpid(), bytes(100_000)

    @jf.electron
    def gate(file: str) -> None:
        while not os.path.exists(file):
            time.sleep(0.01)

    @jf.lattice(executor=big)
    def flow(folder: str) -> Any:
        made = make(f"{folder}/made")
        late = same(made)
        jf.wait(late, gate(f"{folder}/gate"))
        return late

    id = jf.dispatch(flow)(str(tmp_path))
    eventually(lambda: jf.get_result(id).nodes[0].status == "COMPLETED")
    os.kill(jf.get_result(id).nodes[0].output[0], signal.SIGKILL)
    (tmp_path / "gate").touch()
    outcome = jf.get_result(id, wait=True)
    gone = outcome.nodes[1] if outcome.nodes[1].name == "gate" else outcome.nodes[2]
    assert (tmp_path / "made").read_text() == "x"
    assert outcome.nodes[0].status == "COMPLETED"
    assert outcome.status == "COMPLETED" or gone.error.kind == "worker_lost"


def test_cancel_ends_an_electron_and_what_it_has_started(
    run: Run, big: DaskExecutor, tmp_path: Path, eventually: Eventually
) -> None:
    @jf.lattice(executor=big)
    def flow(folder: str) -> None:
        hold(f"{folder}/held")
        for i in range(20):
            same(i)

    id = jf.dispatch(flow)(str(tmp_path))
    eventually(lambda: len((tmp_path / "held").read_text().split()) == 2 if (tmp_path / "held").exists() else False)
    eventually(lambda: jf.get_result(id).nodes[0].status == "RUNNING")
    jf.cancel(id, task_ids=[0])
    outcome = jf.get_result(id, wait=True)
    assert [str(node.status) for node in outcome.nodes] == ["CANCELLED"] + ["COMPLETED"] * 20
    pids = [int(pid) for pid in (tmp_path / "held").read_text().split()]
    eventually(lambda: not any(lives(pid) for pid in pids), 5)


def test_cancel_ends_an_electron_whose_worker_is_not_this_users(
    run: Run, big: DaskExecutor, tmp_path: Path, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    @jf.lattice(executor=big)
    def flow(file: str) -> None:
        hold(file)

    held = tmp_path / "held"
    id = jf.dispatch(flow)(str(held))
    eventually(lambda: held.exists() and len(held.read_text().split()) == 2)
    eventually(lambda: jf.get_result(id).nodes[0].status == "RUNNING")
    worker, kill = jf.get_result(id).nodes[0].pid, os.kill

    def forbidden(pid: int, number: int) -> None:
        if pid == worker:
            raise PermissionError("Operation not permitted")
        kill(pid, number)

    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", forbidden)
        jf.cancel(id)
        eventually(lambda: not any(lives(int(pid)) for pid in held.read_text().split()), 5)
    assert jf.get_result(id, wait=True).status == "CANCELLED"


def test_a_timeout_ends_work_that_ignores_signals(run: Run, big: DaskExecutor, tmp_path: Path) -> None:
    @jf.electron(timeout=2)
    def deaf(file: str) -> None:
        print("listening", flush=True)  # noqa: T201
        while True:
            Path(file).write_text(str(time.time()))
            time.sleep(0.01)

    @jf.lattice(executor=big)
    def flow(file: str) -> None:
        deaf(file)
        same(1)

    beats = tmp_path / "beats"
    outcome = run(flow, str(beats))
    assert (outcome.nodes[0].error.kind, outcome.nodes[0].stdout) == ("timed_out", "listening\n")
    assert outcome.nodes[1].status == "COMPLETED"
    ended = outcome.nodes[0].end_time.timestamp()
    last = 0.0
    while last != (beat := beats.stat().st_mtime):
        last = beat
        assert last - ended < 5
        time.sleep(0.2)


def test_cancelling_all_takes_back_what_has_not_begun(run: Run, big: DaskExecutor, tmp_path: Path) -> None:
    @jf.electron
    def slow(file: str) -> None:
        Path(file).touch()
        time.sleep(0.2)

    @jf.lattice(executor=big)
    def flow(folder: str) -> None:
        for i in range(50):
            slow(f"{folder}/{i}")

    id = jf.dispatch(flow)(str(tmp_path))
    while not list(tmp_path.iterdir()):
        time.sleep(0.01)
    jf.cancel(id)
    assert jf.get_result(id, wait=True).status == "CANCELLED"

    @jf.lattice(executor=big)
    def after() -> Any:
        return same(1)

    assert run(after).result == 1
    assert len(list(tmp_path.iterdir())) < 20
