import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def lab(folder: Path, user: int) -> str:
    """What `make lab` says, with a JupyterLab that tells what it was given, and for a user of that number."""
    program(folder / "venv" / "bin" / "jupyter", f'echo "jupyter $*"; echo "$*" >> {folder / "asked"}')
    program(folder / "bin" / "id", f"echo {user}")
    (folder / "venv" / ".installed").touch()
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["make", "--no-print-directory", "lab", f"VENV={folder / 'venv'}", f"LAB={folder / 'mine'}"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_is_told_to_be_root_in_the_lab(tmp_path: Path, user: int) -> None:
    told = lab(tmp_path, user)
    assert "jupyter lab --ServerApp.ip=127.0.0.1 --KernelSpecManager.allowed_kernelspecs=python3" in told
    assert (f"--allow-root {tmp_path / 'mine'}" in told) == (user == 0)
    assert ("you are root" in told) == (user == 0)


def test_the_lab_opens_copies_and_leaves_alone_what_was_changed_in_them(tmp_path: Path) -> None:
    lab(tmp_path, 1000)
    copies = tmp_path / "mine"
    assert {copy.name for copy in copies.iterdir()} == {book.name for book in (ROOT / "notebooks").glob("*.ipynb")}
    asked = tmp_path / "asked"
    trusted = asked.read_text().splitlines()[0].split()
    assert (trusted[0], {Path(name) for name in trusted[1:]}) == ("trust", set(copies.iterdir()))
    asked.unlink()
    (copies / "quickstart.ipynb").write_text("mine")
    (copies / "cells.ipynb").unlink()
    lab(tmp_path, 1000)
    assert (copies / "quickstart.ipynb").read_text() == "mine"
    assert (copies / "cells.ipynb").read_text() == (ROOT / "notebooks" / "cells.ipynb").read_text()
    assert asked.read_text().splitlines()[0] == f"trust {copies / 'cells.ipynb'}"


def test_installing_tells_how_far_it_is_and_shows_what_pip_said_where_that_fails(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    program(
        venv / "bin" / "python",
        "echo 'Collecting jupyterlab (from jupyter-flow)'; echo 'WARNING: ignored'; sleep 7; echo no space; exit 1",
    )
    command = ["make", "--no-print-directory", "setup", f"VENV={venv}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode
    assert " s: Collecting jupyterlab\n" in done.stdout
    assert "no space" in done.stdout
