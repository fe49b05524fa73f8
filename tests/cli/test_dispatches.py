"""What the command line tells of the store, and of itself."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.cli import group, main
from jupyter_flow.session import Session
from tests.cli.kernels import command


class Bomb:
    """A value that must not be unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _explode, ()


def _explode() -> None:
    raise AssertionError("unpickled")


def one() -> int:
    sys.stdout.write("printed\n")
    return 1


def dispatched(value: object = 1, electron: Any = one) -> jf.verbs.DispatchId:  # type: ignore[name-defined]
    electron = jf.electron(electron, executor="thread")

    @jf.lattice
    def listed(given: object) -> object:
        result: object = electron()
        return result

    id = jf.dispatch(listed)(value)
    jf.get_result(id, wait=True)
    return id


def test_ls_and_show_tell_of_the_store(capsys: pytest.CaptureFixture[str]) -> None:
    id = dispatched()
    assert main(["ls", "-n", "1"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "lattice", "status", "electrons", "dispatched"]
    assert line.split()[:4] == [str(id), "listed", "COMPLETED", "1"]
    assert main(["show", id[:13]]) == 0
    told = capsys.readouterr().out
    assert told.startswith("listed: 1 electron · 1 on thread · COMPLETED\n")
    assert "Node Outputs" in told


def test_ls_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    id = dispatched()
    assert main(["ls", "-n", "1", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["id"], told["name"], told["status"], told["electrons"]) == (id, "listed", "COMPLETED", 1)
    assert datetime.fromisoformat(told["created"]) <= datetime.fromisoformat(told["ended"])
    assert told["seconds"] > 0


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A session whose store has nothing of other tests'."""
    monkeypatch.setenv("JUPYTER_FLOW_STORE", str(tmp_path / "store"))
    here = Session()
    monkeypatch.setattr(sys.modules[Session.__module__], "_current", here)
    yield
    here.close()


@pytest.mark.usefixtures("empty")
def test_ls_of_one_status(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = dispatched(), dispatched(electron=_explode)
    assert main(["ls", "--status", "failed"]) == 0
    told = capsys.readouterr().out
    assert bad in told
    assert good not in told
    assert main(["ls", "--status", "RUNNING"]) == 0
    assert capsys.readouterr().out == "no dispatch is RUNNING\n"


def test_an_empty_store_is_said(tmp_path: Path) -> None:
    for words, status in ((["ls"], 0), (["show"], 2)):
        done = command(*words, JUPYTER_FLOW_STORE=str(tmp_path / "new"))
        assert done.returncode == status
        assert "nothing has been dispatched yet" in done.stdout + done.stderr


def test_ls_unpickles_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    dispatched()

    def refused(*args: object, **kwargs: object) -> None:
        raise AssertionError("unpickled")

    for name in ("loads", "load", "Unpickler"):
        monkeypatch.setattr(pickle, name, refused)
    assert main(["ls"]) == 0
    assert main(["ls", "--json"]) == 0
    assert "COMPLETED" in capsys.readouterr().out


def test_show_loads_no_value_it_does_not_print(capsys: pytest.CaptureFixture[str]) -> None:
    id = dispatched(Bomb())
    assert main(["show", id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["id"], told["status"]) == (id, "COMPLETED")
    [node] = told["nodes"]
    assert (node["name"], node["status"], node["resource"], node["attempts"]) == ("one", "COMPLETED", "thread", 1)
    assert "stdout" not in node
    assert main(["show", id, "--logs"]) == 0
    assert "printed" in capsys.readouterr().out
    assert main(["show", id, "--node", "one"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["1"]
    assert main(["show", id, "--node", "0", "--json", "--logs"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"][0]["stdout"] == "printed\n"


def test_show_of_a_failed_electron_tells_why(capsys: pytest.CaptureFixture[str]) -> None:
    id = dispatched(electron=_explode)
    assert main(["show", id, "--node", "0"]) == 0
    assert 'raise AssertionError("unpickled")' in capsys.readouterr().out
    assert main(["show", id, "--json"]) == 0
    error = json.loads(capsys.readouterr().out)["nodes"][0]["error"]
    assert error == {"kind": "raised", "type": "AssertionError", "message": "unpickled"}


@pytest.mark.parametrize("words", [["show", "no-such-id"], ["show", "--node", "7"], ["ls", "-n", "0"], ["nonsense"]])
def test_what_is_not_there_is_said(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    dispatched()
    assert main(words) == 2
    assert words[-1] in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", *group.commands])
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([*name.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert f"Usage: jupyter-flow {name}".rstrip() in told
    assert "Example" in told


def test_without_a_command_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    told = capsys.readouterr()
    assert "Commands:" in told.out + told.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_what_to_source(shell: str) -> None:
    done = command("completion", shell)
    assert done.returncode == 0
    assert "_JUPYTER_FLOW_COMPLETE" in done.stdout
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=True)


def completed(*words: str, **environment: str) -> list[str]:
    """What bash is offered for the last of the words."""
    line = " ".join(["jupyter-flow", *words])
    asked = {"_JUPYTER_FLOW_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    done = command(**asked, **environment)
    return [row.partition(",")[2] for row in done.stdout.split()]


def test_commands_and_ids_are_completed() -> None:
    id = dispatched()
    assert completed("sh") == ["show"]
    assert completed("show", id[:6]) == [id]
    assert id in completed("cancel", "''")
    assert [word.upper() for word in completed("ls", "--status", "F")] == ["FAILED"]


def test_completing_makes_no_store(tmp_path: Path) -> None:
    assert completed("show", "a", JUPYTER_FLOW_STORE=str(tmp_path / "none")) == []
    assert not (tmp_path / "none").exists()


def test_importing_the_package_leaves_the_library_of_the_command_line_alone() -> None:
    script = "import sys, jupyter_flow.notebook.extension, jupyter_flow.session; sys.exit('click' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], env={**os.environ}, check=False).returncode == 0
