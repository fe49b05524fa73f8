import os
import subprocess
from collections.abc import Iterator

import psutil
import pytest

from jupyter_flow.worker import recovery
from jupyter_flow.worker.birth import born
from jupyter_flow.worker.entries import Opened


@pytest.fixture
def other() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_process_is_the_same_after_the_clock_was_set(
    other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Opened(other.pid, born(other.pid), 1)
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: 0.0)  # it counts from a time of boot that moves
    monkeypatch.setattr(recovery, "PATIENCE", 0.0)
    recovery._await_end(writer)  # its kernel is dead, so it ought to be
    assert other.wait(10) < 0


def test_another_process_of_its_number_is_left_alone(
    other: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "PATIENCE", 0.0)
    recovery._await_end(Opened(other.pid, born(other.pid) + 1, 1))
    assert other.poll() is None


def test_one_that_is_gone_is_nobody() -> None:
    with subprocess.Popen(["true"]) as process:
        pass
    with pytest.raises(psutil.NoSuchProcess):
        born(process.pid)
    assert born(os.getpid()) == born(os.getpid())
