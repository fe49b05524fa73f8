import os
import signal
import subprocess
from pathlib import Path

import pytest

import jupyter_flow as jf
from jupyter_flow.cli import main
from jupyter_flow.executor import LocalExecutor, _executor_manager
from tests.cli.kernels import command, kernel

HELD = """
import os, sys, time
import jupyter_flow as jf

@jf.electron(executor="thread")
def first():
    open("ran", "a").write("first ")
    return 1

@jf.electron(executor="thread")
def held(n):
    open("ran", "a").write("held ")
    while not os.path.exists("go"):
        time.sleep(0.01)
    if os.path.exists("fail"):
        raise ValueError("as asked")
    return n + 1

@jf.lattice
def flow():
    return held(first())

id = jf.dispatch(flow)()
while not (os.path.exists("ran") and "held" in open("ran").read() and jf.get_result(id).nodes[0].status == "COMPLETED"):
    time.sleep(0.01)
print(id, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def interrupted() -> str:
    process, id = kernel(HELD)
    running = command("resume", id)
    assert (running.returncode, "still runs" in running.stderr) == (2, True)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    return id


def resumed(id: str) -> "subprocess.CompletedProcess[str]":
    return command("resume", id)


def test_it_runs_what_is_left_and_waits(interrupted: str) -> None:
    Path("go").touch()
    done = resumed(interrupted)
    assert done.returncode == 0, done.stderr
    begun, ended = done.stdout.splitlines()
    assert begun.startswith(f"resumed {interrupted} (flow) as ")
    assert begun.endswith("1 of 2 electrons taken over; the rest runs on thread")
    new = ended.split()[0]
    assert ended == f"{new} is COMPLETED"
    assert jf.get_result(new).result == 2
    assert Path("ran").read_text().split() == ["first", "held", "held"]
    told = resumed(new)
    assert told.returncode == 2
    assert "has completed, so nothing is left to run" in told.stderr


def test_its_status_tells_a_failure(interrupted: str) -> None:
    Path("go").touch()
    Path("fail").touch()
    done = resumed(interrupted)
    assert done.returncode == 1
    assert "is FAILED: " in done.stdout


def test_a_pinned_dispatch_is_listed_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    id = jf.dispatch(jf.lattice(lambda: jf.electron(executor="thread")(str)(5)))()
    id.result(60)
    assert main(["pin", id]) == 0
    assert main(["ls", "-n", "50"]) == 0
    assert f"{id} is pinned" in (told := capsys.readouterr().out)
    assert "COMPLETED, pinned" in told
    assert next(one for one in jf.dispatches() if one.id == id).pinned
    jf.pin(id, False)
    assert not next(one for one in jf.dispatches() if one.id == id).pinned
    assert main(["pin", "nothing"]) == 2


NAMED = """
import os, sys, time
import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor, _executor_manager

_executor_manager.register("cpu", LocalExecutor(workers=2))
_executor_manager.register("inner", LocalExecutor(workers=1))
_executor_manager.default = "cpu"

@jf.electron(executor="cpu")
def first():
    return 1

@jf.electron(executor="inner")
def held(n):
    open("held", "w").close()
    while not os.path.exists("go"):
        time.sleep(0.01)
    return n + 1

@jf.electron
@jf.lattice
def inside(n):
    return held(n)

@jf.lattice
def flow():
    return inside(first())

id = jf.dispatch(flow)()
while not os.path.exists("held"):
    time.sleep(0.01)
print(id, flush=True)
sys.stdin.readline()
"""


def test_executors_that_nobody_has_named_here_are_made_as_they_were(capsys: pytest.CaptureFixture[str]) -> None:
    process, id = kernel(NAMED)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    Path("go").touch()
    done = resumed(id)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 2 electrons taken over; the rest runs on cpu: local(workers=2)\n" in done.stdout
    new = jf.get_result(done.stdout.splitlines()[-1].split()[0])
    assert new.result == 2
    assert {str(node.executor) for node in new.nodes} == {"local(workers=2)"}
    assert main(["resume", id, "-x", "gpu"]) == 2
    assert "no executor is called 'gpu'; there are " in capsys.readouterr().err
    assert main(["resume", id, "-x", "inner"]) == 0
    assert "; the rest runs on inner: local(workers=1)\n" in capsys.readouterr().out
    _executor_manager.register("cpu", LocalExecutor(workers=1))
    try:
        with pytest.warns(UserWarning, match=r"^cpu is local\(workers=1\) now, and was local\(workers=2\)$"):
            again = jf.redispatch(new.dispatch_id)()  # of a repetition: what that had recalled is on its record as well
        assert again.result() == 2
    finally:
        _executor_manager.unregister("cpu")
