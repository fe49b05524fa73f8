"""The wheel, as a user gets it: installed in a clean environment, without node."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import jupyter_flow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # a whole environment is installed

CHECKOUT = Path(__file__).parent.parent

# As people write scripts: no main guard, relative log file, results printed.
SCRIPT = """
import jupyter_flow as ct
from jupyter_flow.executor import LocalExecutor

shared = LocalExecutor(log_stdout="./exec_stdout_common.txt")

@ct.electron(executor=shared)
def double(xs):
    return [2 * x for x in xs]

@ct.electron(executor=shared)
def total(xs):
    return sum(xs)

@ct.lattice
def workflow(n):
    return total(double(list(range(n))))

result = ct.get_result(ct.dispatch(workflow)(4), wait=True)
print(result.status, result.result)
"""

# `%` lines are IPython's own: the file ends in .ipy.
NOTEBOOK = """
%load_ext jupyter_flow
assert "jupyter_flow" in get_ipython().extension_manager.loaded
%executor
print("extension loaded")
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


def checked(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command and insist that it ends well, showing what it said if it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout by the standard front end."""
    target = tmp_path_factory.mktemp("wheel")
    checked([sys.executable, "-m", "build", "--wheel", "--outdir", str(target), str(CHECKOUT)])
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel and what it depends on."""
    home = tmp_path_factory.mktemp("environment")
    checked([sys.executable, "-m", "venv", str(home)])
    programs = home / "bin"
    checked([str(programs / "python"), "-m", "pip", "install", "--quiet", str(wheel)], env=clean(programs))
    return programs


@pytest.fixture
def run(environment: Path, tmp_path: Path) -> Run:
    """Run a program of the clean environment, away from the checkout."""

    def run_(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return checked([str(environment / program), *arguments], cwd=tmp_path, env=clean(environment))

    return run_


def clean(programs: Path) -> dict[str, str]:
    """This environment's variables, with nothing on the path but the given programs."""
    variables = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    variables["PATH"] = str(programs)
    assert shutil.which("node", path=variables["PATH"]) is None
    return variables


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "jupyter_flow/__init__.py" in names
    named = f"jupyter_flow-{jupyter_flow.__version__}"
    assert {name.split("/")[0] for name in names} == {"jupyter_flow", f"{named}.dist-info", f"{named}.data"}
    page = f"{named}.data/data/share/jupyter/labextensions/jupyter-flow/"
    assert all(name.startswith(page) for name in names if ".data/" in name)
    assert f"{page}package.json" in names


def test_the_installed_version_is_the_package_s_own(run: Run) -> None:
    done = run("python", "-c", "from importlib.metadata import version; print(version('jupyter-flow'))")
    assert done.stdout.strip() == jupyter_flow.__version__


def test_a_script_runs_to_completion(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    assert run("python", str(script)).stdout.split() == ["COMPLETED", "12"]


def test_the_extension_loads_in_ipython(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "cells.ipy"
    script.write_text(NOTEBOOK)
    assert "extension loaded" in run("ipython", "--no-banner", "--colors=NoColor", str(script)).stdout


def test_the_command_is_found_by_jupyter(run: Run) -> None:
    assert "run" in run("jupyter", "flow", "--help").stdout
