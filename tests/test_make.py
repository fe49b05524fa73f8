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
    program(folder / "venv" / "bin" / "jupyter", 'echo "jupyter $*"')
    program(folder / "bin" / "id", f"echo {user}")
    (folder / "venv" / ".installed").touch()
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    command = ["make", "--no-print-directory", "lab", f"VENV={folder / 'venv'}"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_is_told_to_be_root_in_the_lab(tmp_path: Path, user: int) -> None:
    told = lab(tmp_path, user)
    assert "jupyter lab --ServerApp.ip=127.0.0.1" in told
    assert ("--allow-root notebooks" in told) == (user == 0)
    assert ("you are root" in told) == (user == 0)
