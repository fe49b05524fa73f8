"""What electrons may use of the machine's memory, and what becomes of those that use more."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.sizes import bytes_in, size_text
from jupyter_flow.worker.memory import machine

Run = Callable[..., Any]


@jf.electron(memory="250MB")
def fill(megabytes: int, seconds: float = 30) -> int:
    held = b"x" * (megabytes * 1_000_000)
    time.sleep(seconds)
    return len(held)


def only(electron: Any, *args: Any) -> Any:
    @jf.lattice
    def flow() -> Any:
        return electron(*args)

    return flow


def test_an_electron_that_uses_more_than_it_may_fails_and_says_how_much(run: Run) -> None:
    @jf.lattice
    def flow() -> None:
        fill(400)
        fill(1, 0.5)

    outcome = run(flow)
    large, small = outcome.nodes
    assert small.status == "COMPLETED"
    assert large.error.kind == "out_of_memory"
    assert "its limit is memory='250MB'" in large.error.message
    used = bytes_in(large.error.message.partition("it used ")[2].partition(",")[0])
    assert 250e6 <= used < 600e6
    with pytest.raises(jf.errors.OutOfMemory, match="250MB"):
        outcome.raise_for_status()


def test_what_it_starts_counts_and_ends_with_it(run: Run, tmp_path: Path, eventually: Callable[..., None]) -> None:
    note = tmp_path / "pid"

    @jf.electron(memory="250MB")
    def outside() -> None:
        script = "import time; held = b'x' * 400_000_000; time.sleep(60)"
        child = subprocess.Popen([sys.executable, "-c", script])
        note.write_text(str(child.pid))
        child.wait()

    assert run(only(outside)).nodes[0].error.kind == "out_of_memory"
    pid = int(note.read_text())
    eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def test_files_of_the_store_that_are_mapped_do_not_count_nor_what_is_reserved(run: Run) -> None:
    @jf.electron
    def make() -> Any:
        return numpy.ones(50_000_000)

    @jf.electron(memory="250MB")
    def look(array: Any) -> float:
        reserved = numpy.empty(200_000_000)
        time.sleep(0.5)
        return float(array.sum()) + 0 * len(reserved)

    @jf.lattice
    def flow() -> Any:
        return look(make())

    assert run(flow).result == 50_000_000


def test_what_an_earlier_electron_left_in_a_worker_does_not_count_against_the_next(run: Run) -> None:
    executor = LocalExecutor(workers=1)

    @jf.electron(executor=executor)
    def hoard() -> int:
        sys.hoarded = b"x" * 300_000_000  # type: ignore[attr-defined]
        return os.getpid()

    @jf.electron(executor=executor, memory="250MB")
    def modest() -> int:
        time.sleep(0.5)
        return os.getpid()

    @jf.lattice
    def flow() -> Any:
        hoarder, other = hoard(), modest()
        jf.wait(other, [hoarder])
        return [hoarder, other]

    hoarder, other = run(flow).result
    assert hoarder != other


def test_so_many_run_at_once_as_there_is_memory_for(run: Run, tmp_path: Path) -> None:
    @jf.electron(memory=int(machine() * 0.6))
    def most(n: int) -> int:
        path = tmp_path / "running"
        with open(path, "x"):
            time.sleep(0.1)
        path.unlink()
        return n

    @jf.lattice
    def flow() -> Any:
        return [most(n) for n in range(4)]

    assert run(flow).result == [0, 1, 2, 3]


@pytest.mark.parametrize("executor", ["thread", "inline"])
def test_an_executor_that_cannot_hold_it_to_that_refuses_it_at_once(executor: str) -> None:
    with pytest.raises(jf.errors.BuildError, match="memory='250MB'"):
        jf.dispatch(only(fill.with_options(executor=executor), 1))()


def test_more_than_the_machine_has_is_refused_at_once() -> None:
    with pytest.raises(jf.errors.BuildError, match="this machine has"):
        jf.dispatch(only(fill.with_options(memory="999TB"), 1))()


@pytest.mark.parametrize("wrong", ["2 parsecs", "-1GB", "GB", 0, True, 2.5])
def test_what_is_no_amount_is_refused(wrong: Any) -> None:
    with pytest.raises(jf.errors.BuildError, match="memory="):
        jf.electron(memory=wrong)


def test_amounts_are_read_as_people_write_them() -> None:
    written = ["2GB", "1.5 GiB", "512mb", "100", 7]
    assert [bytes_in(size) for size in written] == [2 * 10**9, 3 * 2**29, 512 * 10**6, 100, 7]
    assert [size_text(size) for size in (12, 2.1e9, 3.02e14)] == ["12 B", "2.1 GB", "302 TB"]
