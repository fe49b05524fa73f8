"""A dispatch of one process, cancelled from another."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

import jupyter_flow as jf
from jupyter_flow.cli import main
from jupyter_flow.dispatch import distant
from tests.cli.kernels import command, kernel


@pytest.fixture
def other() -> "Iterator[tuple[subprocess.Popen[str], str]]":
    process, id = kernel()
    yield process, id
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def test_it_ends_in_the_kernel_that_runs_it(other: "tuple[subprocess.Popen[str], str]") -> None:
    process, id = other
    done = command("cancel", id[:13])
    assert (done.returncode, done.stdout) == (0, f"cancelled {id} (both)\n")
    told, _ = process.communicate("\n", timeout=60)
    assert told == "CANCELLED\n"
    assert [str(node.status) for node in jf.get_result(id).nodes] == ["COMPLETED", "CANCELLED", "CANCELLED"]
    assert list((jf.session().store.root / "requests").glob("*/*")) == []
    again = command("cancel", id)
    assert (again.returncode, again.stdout) == (0, f"{id} (both) had ended already: it is CANCELLED\n")


def test_another_kernel_may_cancel_it_too(other: "tuple[subprocess.Popen[str], str]") -> None:
    _, id = other
    assert jf.cancel(id) == f"Dispatch {id} cancelled."
    assert jf.get_result(id, wait=True).status == jf.status.CANCELLED


def test_nodes_alone(other: "tuple[subprocess.Popen[str], str]") -> None:
    _, id = other
    done = command("cancel", id, "1")
    assert (done.returncode, done.stdout) == (0, f"node 1 of {id}: CANCELLED\n")
    assert jf.get_result(id).status == jf.status.RUNNING
    wrong = command("cancel", id, "17")
    assert wrong.returncode == 2
    assert f"dispatch {id} has no node 17; it has" in wrong.stderr
    done = command("cancel", id, "0", "2")
    assert done.stdout == f"node 0 of {id}: COMPLETED\nnode 2 of {id}: CANCELLED\n"
    assert jf.get_result(id, wait=True).status == jf.status.CANCELLED


def test_without_waiting(other: "tuple[subprocess.Popen[str], str]") -> None:
    _, id = other
    done = command("cancel", "--no-wait", id)
    assert (done.returncode, done.stdout) == (0, f"the kernel that runs {id} is cancelling it\n")
    assert jf.get_result(id, wait=True).status == jf.status.CANCELLED


def test_a_dead_kernel_is_told_of(other: "tuple[subprocess.Popen[str], str]") -> None:
    process, id = other
    process.kill()
    process.wait()
    done = command("cancel", id)
    assert done.returncode == 1
    assert f"the kernel that ran {id} (both) has ended" in done.stdout


def test_a_kernel_that_does_not_answer_is_told_of(
    other: "tuple[subprocess.Popen[str], str]", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process, id = other
    monkeypatch.setattr(distant, "PATIENCE", 1.0)
    os.kill(process.pid, signal.SIGSTOP)
    assert main(["cancel", id]) == 2
    assert "has not answered for 1 s" in capsys.readouterr().err
    os.kill(process.pid, signal.SIGCONT)
    assert jf.get_result(id, wait=True).status == jf.status.CANCELLED


def test_what_is_unknown_or_has_ended_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    @jf.lattice
    def fine() -> int:
        result: int = jf.electron(lambda: 1, executor="thread")()
        return result

    id = jf.dispatch(fine)()
    id.result()
    assert main(["cancel", id]) == 1
    assert capsys.readouterr().out == f"{id} (fine) had ended already: it is COMPLETED\n"
    assert main(["cancel", "nosuch"]) == 2
    assert "has no dispatch 'nosuch'" in capsys.readouterr().err
