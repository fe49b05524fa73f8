"""A worker dies at each moment of an electron's life: that electron is lost, the others are done, each of them once."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor

Run = Callable[..., Any]


class KillsWhenLoaded:
    def __reduce__(self) -> Any:
        return kill_here, ()


class KillsWhenPacked:
    def __init__(self, pid: int) -> None:
        self.pid = pid

    def __reduce__(self) -> Any:
        if os.getpid() == self.pid:
            os.kill(self.pid, signal.SIGKILL)
        return KillsWhenPacked, (self.pid,)


def kill_here() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def shoot(pid: Path, holds: Callable[[], object]) -> None:
    """Kill the worker whose electron wrote its pid, as soon as something holds."""
    while not (pid.exists() and pid.read_text() and holds()):
        time.sleep(0.002)
    os.kill(int(pid.read_text()), signal.SIGKILL)


def being_written() -> bool:
    try:
        return any(path.stat().st_size > 1_000_000 for path in (jf.session().store.root / "tmp").iterdir())
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("moment", ["unpickling", "running", "packing", "writing", "reporting"])
def test_a_death_costs_the_electron_that_ran_and_no_other(run: Run, tmp_path: Path, moment: str) -> None:
    log, pid, marks = tmp_path / "log", tmp_path / "pid", tmp_path / "marks"
    marks.mkdir()
    if moment == "reporting":
        os.mkfifo(log)  # whoever opens it to write waits for a reader

    @jf.electron
    def victim(argument: Any) -> Any:
        pid.write_text(str(os.getpid()))
        if moment == "running":
            kill_here()
        if moment == "packing":
            return KillsWhenPacked(os.getpid())
        print("so that there is something to append")  # noqa: T201
        return bytearray(400_000_000) if moment == "writing" else None

    @jf.electron
    def sibling(n: int) -> int:
        with open(marks / str(n), "a") as file:
            file.write("|")
        return n

    @jf.lattice(executor=LocalExecutor(workers=1))
    def flow() -> None:
        for n in range(10):
            sibling(n)
        victim.with_options(executor=LocalExecutor(workers=1, log_stdout=log))(
            KillsWhenLoaded() if moment == "unpickling" else None
        )
        for n in range(10, 20):
            sibling(n)

    killer = threading.Thread(target=shoot, args=(pid, being_written if moment == "writing" else lambda: True))
    if moment in ("writing", "reporting"):
        killer.start()
    outcome = run(flow)
    lost = [node for node in outcome.nodes if node.status != "COMPLETED"]
    assert [node.name for node in lost] == ["victim"]
    assert lost[0].error.kind == "worker_lost"
    assert "SIGKILL" in lost[0].error.message
    assert {path.name: path.read_text() for path in marks.iterdir()} == {str(n): "|" for n in range(20)}
