"""Importing the package is cheap: counted in modules, since seconds depend on the machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
HEAVY = [
    "IPython",
    "anywidget",
    "dask",
    "distributed",
    "graphviz",
    "ipywidgets",
    "jupyterlab",
    "matplotlib",
    "networkx",
    "numpy",
    "pandas",
]
LATER = [  # what few need, or nobody before the first dispatch
    "asyncio",
    "concurrent",
    "ctypes",
    "email",
    "hashlib",
    "hmac",
    "multiprocessing",
    "psutil",
    "random",
    "secrets",
    "shutil",
    "subprocess",
    "tempfile",
]
MOST_MODULES = 270  # half of them our own, which are small


def modules_after(statement: str) -> set[str]:
    """The modules that a new interpreter has loaded after one statement."""
    script = f"{statement}\nimport sys\nloaded = sorted(sys.modules)\nimport json\nprint(json.dumps(loaded))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.fixture(scope="module")
def brought() -> set[str]:
    """What importing the package brings on top of a bare interpreter."""
    return modules_after("import jupyter_flow") - modules_after("pass")


@pytest.mark.parametrize("library", HEAVY + LATER)
def test_importing_the_package_leaves_heavy_libraries_alone(brought: set[str], library: str) -> None:
    assert sorted(name for name in brought if name.split(".")[0] == library) == []


def test_importing_the_package_brings_few_modules(brought: set[str]) -> None:
    assert "jupyter_flow" in brought
    assert len(brought) < MOST_MODULES, sorted(brought)


def test_the_count_sees_a_heavy_import() -> None:
    assert "networkx" in modules_after("import networkx")
