"""Long runs under fire: everything ends, and what comes after is as good as new."""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Run = Callable[..., Any]


@contextmanager
def killer(seconds: float, seed: int) -> Iterator[list[int]]:
    """Kill a random worker every so often."""
    kills: list[int] = []
    over = threading.Event()
    choose = random.Random(seed)

    def shoot() -> None:
        while not over.wait(seconds):
            pids = [pid for info in jf.session().resources if info.kind == "local" for pid in info.pids]
            if pids:
                try:
                    os.kill(choose.choice(pids), signal.SIGKILL)
                except ProcessLookupError:
                    continue
                kills.append(1)

    thread = threading.Thread(target=shoot)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()


@jf.electron
def work(n: int, seconds: float, folder: str, size: int = 1) -> Any:
    with open(os.path.join(folder, str(n)), "a") as file:
        file.write("|")
    time.sleep(seconds)
    return n if size == 1 else bytes([n]) * size


@jf.electron
def add(*numbers: int) -> int:
    return sum(numbers)


@jf.lattice
def wide(many: int, seconds: float, folder: str, size: int = 1) -> Any:
    return [work(n, seconds, folder, size) for n in range(many)]


@jf.lattice
def diamond(n: int) -> Any:
    return add(add(n, 1), add(add(n, 2), 3), 4)


@pytest.mark.parametrize(("seconds", "size"), [(0.05, 1), (0.0005, 1), (0.05, 300_000)])
def test_everything_ends_while_workers_are_killed(run: Run, tmp_path: Path, seconds: float, size: int) -> None:
    with killer(0.2, seed=1) as kills:
        outcome = run(wide, 200 if seconds > 0.01 else 5000, seconds, str(tmp_path), size)
    states = [str(node.status) for node in outcome.nodes]
    lost = [node for node in outcome.nodes if node.status != "COMPLETED"]
    assert set(states) <= {"COMPLETED", "FAILED"}
    assert {node.error.kind for node in lost} <= {"worker_lost"}
    assert len(lost) <= len(kills)
    right = [node.id if size == 1 else bytes([node.id]) * size for node in outcome.nodes]
    assert all(node.output == right[node.id] for node in outcome.nodes if node.status == "COMPLETED")
    ran = {int(path.name): len(path.read_text()) for path in tmp_path.iterdir()}
    assert all(ran[node.id] == 1 for node in outcome.nodes if node.status == "COMPLETED")
    assert max(ran.values()) == 1
    (tmp_path / "after").mkdir()
    assert run(wide, 20, 0, str(tmp_path / "after"), size).status == "COMPLETED"
    assert run(diamond, 1).result == 12
    sys.stderr.write(f"{len(outcome.nodes)} electrons of {size} B: {len(kills)} kills, {len(lost)} lost\n")


@pytest.mark.parametrize("size", [1, 300_000])
def test_with_retries_everything_completes_while_workers_are_killed(run: Run, tmp_path: Path, size: int) -> None:
    @jf.lattice
    def flow() -> Any:
        return [work.with_options(retries=20)(n, 0.05, str(tmp_path), size) for n in range(200)]

    with killer(0.2, seed=2) as kills:
        outcome = run(flow)
    assert outcome.result == [n if size == 1 else bytes([n]) * size for n in range(200)]
    tries = sum(len(node.attempts) for node in outcome.nodes)
    sys.stderr.write(f"200 electrons of {size} B with retries: {len(kills)} kills, {tries} attempts\n")
    assert tries <= 200 + len(kills)
    for node in outcome.nodes:
        assert [a.attempt for a in node.attempts] == list(range(1, len(node.attempts) + 1))


@pytest.mark.parametrize("executor", ["local", "thread", "inline"])
def test_hundreds_of_small_dispatches_from_many_threads_all_end(executor: str) -> None:
    flow = jf.lattice(executor=executor)(diamond.workflow_function)
    found: dict[int, list[Any]] = {}

    def some(number: int) -> None:
        found[number] = [jf.dispatch(flow)(n).result(120) for n in range(100)]

    threads = [threading.Thread(target=some, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [2 * n + 10 for n in range(100)] for number in range(8)}


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_cancels_at_random_moments_leave_no_dispatch_and_no_slot_behind(
    run: Run, tmp_path: Path, executor: str
) -> None:
    flow = jf.lattice(executor=executor)(wide.workflow_function)
    choose = random.Random(3)
    for turn in range(60):
        id = jf.dispatch(flow)(200, choose.choice([0, 0.001, 0.02]), str(tmp_path))
        time.sleep(choose.random() * 0.1)
        if turn % 2:
            id.cancel([choose.randrange(200) for _ in range(50)])
            time.sleep(choose.random() * 0.02)
        id.cancel()
        assert jf.get_result(id, wait=True, timeout=20).status in ("CANCELLED", "COMPLETED")
    assert run(flow, 50, 0, str(tmp_path)).result == list(range(50))
    assert not jf.session().dispatcher.runs


def test_timeouts_and_retries_at_random_all_end(run: Run, tmp_path: Path) -> None:
    @jf.electron(timeout=0.03, retries=2)
    def sometimes(n: int) -> int:
        time.sleep(random.Random(os.getpid() * 1000 + n).choice([0.0, 0.001, 0.029, 0.03, 0.031, 0.2]))
        return n

    @jf.lattice
    def flow() -> Any:
        return [sometimes(n) for n in range(150)]

    for executor in ("local", "thread"):
        outcome = run(jf.lattice(executor=executor)(flow.workflow_function))
        kinds = {node.error.kind for node in outcome.nodes if node.error}
        assert kinds <= {"timed_out", "worker_lost"}
    assert run(diamond, 1).result == 12
