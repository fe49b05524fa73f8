"""Notebooks run from the command line, each in a kernel of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from jupyter_flow.cli import main

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


def kept(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = nbformat.read(path.parent / ".jupyter_flow" / path.name, as_version=4).cells
    return cells


def test_a_failed_electron_is_named_with_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", *STEPS, "%dispatch half(0)")
    assert main(["run", str(path)]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "failed: ZeroDivisionError: integer division or modulo by zero (electron 'half', cell 3)"


def test_an_electron_cell_that_fails_late_is_shown_with_its_own_lines_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    electron = "%%electron -x thread bad\nd = {}\nx = d['k']"
    path = written(tmp_path / "a.ipynb", "%load_ext jupyter_flow", electron, "1")
    assert main(["run", str(path)]) == 1
    told = capsys.readouterr().out
    assert told.count("Traceback (most recent call last)") == 1
    assert told.count("x = d['k']") == 1
    assert "During handling" not in told


# What the notebook room answers when electrons of cells that have ended fail later.
LATE = """
import json
import jupyter_flow.notebook.unattended as unattended

def settled():
    time.sleep(1)
    print("late output")
    failed = {"execution_count": 2, "name": "fit", "ename": "ValueError", "evalue": "bad", "traceback": ["one", "two"]}
    return json.dumps([failed])

unattended.settled = settled
"""


def test_electrons_are_waited_for_and_a_failure_is_their_own_cells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.ipynb", "import time", "'the electron'", LATE, "'last'")
    assert main(["run", str(path)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "failed: ValueError: bad (electron 'fit', cell 2)"
    assert "      two" in told
    cells = kept(path)
    assert cells[1]["outputs"][-1] == {
        "output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["one", "two"],
    }  # fmt: skip
    assert [cell["execution_count"] for cell in cells] == [1, 2, 3, 4]


def test_they_are_waited_for_after_a_cell_that_failed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", "import time", "'the electron'", LATE, "1 / 0", "'never'")
    assert main(["run", str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "failed: ValueError: bad (electron 'fit', cell 2)"
    cells = kept(path)
    assert [cell["outputs"][-1]["ename"] for cell in (cells[1], cells[3])] == ["ValueError", "ZeroDivisionError"]
    assert cells[4]["outputs"] == []


ENDLESS = """
def settled():
    open("waiting", "w").close()
    time.sleep(600)

unattended.settled = settled
"""


def test_electrons_that_take_too_long_end_the_run_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", "import time, jupyter_flow.notebook.unattended as unattended", ENDLESS)
    assert main(["run", str(path), "--timeout", "2"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert "waiting for electrons that still run" in told
    assert told[-1] == "failed: waiting for the electrons took longer than 2 s"


def test_waiting_for_electrons_can_be_interrupted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.ipynb", "import time, jupyter_flow.notebook.unattended as unattended", ENDLESS)
    command = [sys.executable, "-m", "jupyter_flow.cli", "run", str(path)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while not (tmp_path / "waiting").exists():
        assert running.poll() is None
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    told, _ = running.communicate()
    assert running.returncode == 130
    assert told.splitlines()[-1] == "failed: interrupted"
    assert (tmp_path / ".jupyter_flow" / "a.ipynb").exists()


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("unattended.settled = lambda: 1 / 0", "failed: ZeroDivisionError: division by zero"),
        ("unattended.settled = lambda: '[]'", "done: 2 cells in"),
        ("1 / 0", "failed: ZeroDivisionError: division by zero (cell 2)"),
    ],
)
def test_what_the_kernel_says_last_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: str, why: str
) -> None:
    path = written(tmp_path / "a.ipynb", "import jupyter_flow.notebook.unattended as unattended", broken)
    assert main(["run", str(path)]) == why.startswith("failed")
    assert capsys.readouterr().out.splitlines()[-1].startswith(why)


def test_what_a_cell_shows_after_it_has_ended_is_its_own(tmp_path: Path) -> None:
    background = (
        "import threading, time\nfrom IPython.display import display\nhandle = display('pending', display_id=True)\n"
        "def later():\n    time.sleep(0.3)\n    handle.update('ready')\n"
        "thread = threading.Thread(target=later)\nthread.start()"
    )
    path = written(tmp_path / "a.ipynb", background, "thread.join()\nprint('mine')")
    assert main(["run", str(path)]) == 0
    first, second = kept(path)
    assert first["outputs"][0]["data"]["text/plain"] == "'ready'"
    assert [output["text"] for output in second["outputs"]] == ["mine\n"]


def test_parameters_are_papermills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", "import os", "alpha, name = 1, 'none'", "print([alpha, name, flag])")
    book = nbformat.read(path, as_version=4)
    book.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(book, path)
    given = ["-p", "alpha=0.5", "--parameter", "name=two words", "-p", "flag=true"]
    assert main(["run", str(path), *given, "--html", str(tmp_path / "deep" / "page.html")]) == 0
    assert "      [0.5, 'two words', True]" in capsys.readouterr().out
    cells = kept(path)
    assert cells[2]["metadata"]["tags"] == ["injected-parameters"]
    assert cells[2]["source"] == "# Parameters\nalpha = 0.5\nname = 'two words'\nflag = True"
    assert (tmp_path / "deep" / "page.html").exists()


@pytest.mark.parametrize("given", ["alpha", "1x=2", "=3", "class=1"])
def test_what_is_no_parameter_is_a_mistake_in_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    assert main(["run", str(written(tmp_path / "a.ipynb", "1")), "-p", given]) == 2
    assert "Invalid value for '-p' / '--parameter'" in capsys.readouterr().err
    assert not (tmp_path / ".jupyter_flow").exists()


@pytest.mark.slow
def test_nbval_forgives_ids_and_times_with_our_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nbval-sanitize"]) == 0
    place = capsys.readouterr().out.strip()
    cells = [
        "import os, time, uuid\nid = str(uuid.uuid4())\nid[:8]\nprint('cancelled dispatch', id[:8])",
        "print(id)",
        "print(f'pid {os.getpid()}, took {time.time() % 1:.3f} s, at {hex(id.__hash__() % 2**40 + 2**41)}')",
        "print(time.strftime('%Y-%m-%d %H:%M:%S'), f'/tmp/{id}/file.txt')",
        "print('kept', 12345678)",
    ]
    path = written(tmp_path / "a.ipynb", *cells)
    assert main(["run", str(path), "--output", str(tmp_path / "b.ipynb")]) == 0
    capsys.readouterr()
    pytest_of = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    plain = subprocess.run([*pytest_of, "b.ipynb"], capture_output=True, text=True, check=False)
    assert "4 failed, 1 passed" in plain.stdout
    forgiven = subprocess.run([*pytest_of, "--nbval-sanitize-with", place, "b.ipynb"], capture_output=True, text=True)
    assert "5 passed" in forgiven.stdout, forgiven.stdout


def test_a_notebook_is_exported_as_a_script_that_gives_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.ipynb", "n = 3", "%%electron square\nm = n * n", "print(m)")
    assert main(["export", str(path), "-o", str(tmp_path / "a.py")]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'a.py'}\n"
    done = subprocess.run([sys.executable, str(tmp_path / "a.py")], capture_output=True, text=True, check=True)
    assert done.stdout == "9\n"
    assert main(["export", str(path)]) == 0
    assert capsys.readouterr().out == (tmp_path / "a.py").read_text()


def test_what_no_script_can_do_is_refused_with_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "a.ipynb", "n = 1", "%%electron\nm = eval('n')")
    assert main(["export", str(path), "-o", str(tmp_path / "a.py")]) == 2
    assert "cell 2, line 2" in capsys.readouterr().err
    assert not (tmp_path / "a.py").exists()


def test_what_is_no_notebook_cannot_be_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.ipynb").write_text("no")
    assert main(["export", str(tmp_path / "a.ipynb")]) == 2
    assert "cannot be read as a notebook" in capsys.readouterr().err
