"""The command line, mostly in this process; a kernel is started where a notebook runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.cli import group, main

STEPS = ["%load_ext jupyter_flow", "%%electron -x thread\ndef half(x):\n    return 8 // x"]


def written(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)
    return path


def test_run_prints_what_cells_show_and_keeps_the_executed_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.ipynb", *STEPS, "%dispatch half(2)", "open('here', 'w').close()\nprint('last')")
    before = path.read_bytes()
    assert main(["run", str(path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "[3/4] %dispatch half(2)" in told
    assert "      half: 1 electron · 1 on thread · COMPLETED" in told
    assert "      last" in told
    kept = json.loads((tmp_path / ".jupyter_flow" / "a.ipynb").read_text())
    assert "image/svg+xml" in kept["cells"][2]["outputs"][0]["data"]
    assert "data:image/svg+xml" in (tmp_path / ".jupyter_flow" / "a.html").read_text()
    assert (tmp_path / "here").exists()
    assert path.read_bytes() == before


def test_run_fails_where_a_cell_fails_and_shows_its_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", *STEPS, "%dispatch half(0)", "print('never')")
    assert main(["run", str(path), "--output", str(tmp_path / "out" / "b.ipynb")]) == 1
    told = capsys.readouterr().out
    assert "return 8 // x" in told
    assert "failed: ZeroDivisionError: integer division or modulo by zero" in told
    assert "never" not in told.replace("print('never')", "")
    assert (tmp_path / "out" / "b.ipynb").exists()


@pytest.mark.parametrize(
    ("cell", "options", "why"),
    [
        ("import os; os._exit(3)", [], "the kernel died"),
        ("import time; time.sleep(600)", ["--timeout", "1"], "a cell took longer than 1 s"),
    ],
)
def test_run_ends_whatever_the_kernel_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cell: str, options: list[str], why: str
) -> None:
    assert main(["run", str(written(tmp_path / "a.ipynb", cell)), *options]) == 1
    assert f"failed: {why}" in capsys.readouterr().out


def test_a_polite_kill_ends_the_kernel_too(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "import os, time\nopen('pid', 'w').write(f'{os.getpid()} ')\ntime.sleep(600)")
    running = subprocess.Popen([sys.executable, "-m", "jupyter_flow.cli", "run", str(path)], stdout=subprocess.DEVNULL)
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text().endswith(" ")):
        assert running.poll() is None
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGTERM)
    assert running.wait() == 130
    assert not psutil.pid_exists(int(pid.read_text()))


@pytest.mark.parametrize("text", [None, "{}", "not json"])
def test_what_is_no_notebook_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None) -> None:
    path = tmp_path / "a.ipynb"
    if text is not None:
        path.write_text(text)
    assert main(["run", str(path)]) == 2
    assert capsys.readouterr().err.startswith("jupyter-flow: ")


def test_ls_and_show_tell_of_the_store(capsys: pytest.CaptureFixture[str]) -> None:
    @jf.electron(executor="thread")
    def one() -> int:
        return 1

    @jf.lattice
    def listed() -> int:
        result: int = one()
        return result

    id = jf.dispatch(listed)()
    id.result()
    assert main(["ls", "-n", "1"]) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "lattice", "status", "electrons", "dispatched"]
    assert line.split()[:4] == [str(id), "listed", "COMPLETED", "1"]
    assert main(["show", id[:13]]) == 0
    told = capsys.readouterr().out
    assert told.startswith("listed: 1 electron · 1 on thread · COMPLETED\n")
    assert "Node Outputs" in told


def test_an_unknown_id_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "no-such-id"]) == 2
    assert "no-such-id" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", *group.commands])
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main([*command.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert f"Usage: jupyter-flow {command}".rstrip() in told
    assert "Example" in told
