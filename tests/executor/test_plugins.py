"""Executors of installed packages: a real package on the path, with the metadata that installing it would leave."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import jupyter_flow as jf
from jupyter_flow.cli.doctor import doctor
from jupyter_flow.executor import BaseExecutor, _executor_manager
from jupyter_flow.executor.names import ExecutorNames
from jupyter_flow.model.errors import BuildError

Install = Callable[..., None]

CODE = """
import threading
from jupyter_flow.executor import BaseExecutor
calls = []
class Noting(BaseExecutor):
    workers = 2
    def __init__(self, workers=None):
        self.workers = workers or type(self).workers
    def setup(self, task_metadata):
        calls.append(("setup", task_metadata["node_id"]))
    def run(self, function, args, kwargs, task_metadata):
        calls.append(("run", function.__name__, list(args), dict(kwargs), task_metadata["attempt"]))
        return function(*args, **kwargs)
    def teardown(self, task_metadata):
        calls.append(("teardown", task_metadata["node_id"]))
class Asynchronous(Noting):
    async def setup(self, task_metadata):
        calls.append("awaited")
    async def run(self, function, args, kwargs, task_metadata):
        import asyncio
        await asyncio.sleep(0)
        return function(*args, **kwargs)
    async def teardown(self, task_metadata):
        calls.append("awaited")
class Picky(BaseExecutor):
    def __init__(self, queue):
        self.queue = queue
no_class = 3
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package: `install("lab", noting="lab_plugin:Noting")`."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "lab_plugin.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.delitem(sys.modules, "lab_plugin", raising=False)

    def install_(package: str, **points: str) -> None:
        info = site / f"{package}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[jupyter_flow.executors]\n{lines}")

    return install_


def dispatched(executor: Any) -> Any:
    @jf.electron
    def plus(a: int, b: int) -> int:
        return a + b

    @jf.lattice(executor=executor)
    def flow() -> Any:
        return plus(plus(1, b=2), 3)

    return jf.dispatch_sync(flow)()


def test_a_plug_in_is_imported_when_its_kind_is_asked_for_and_runs_electrons(install: Install) -> None:
    install("lab", noting="lab_plugin:Noting")
    assert "noting" in ExecutorNames().list_executors(False)
    assert "lab_plugin" not in sys.modules
    outcome = dispatched("noting")
    assert outcome.result == 6
    calls = sys.modules["lab_plugin"].calls
    assert calls[:3] == [("setup", 0), ("run", "plus", [1], {"b": 2}, 1), ("teardown", 0)]
    assert len(calls) == 6
    _executor_manager._plugged.clear()


def test_one_that_is_asynchronous_is_awaited(install: Install) -> None:
    install("lab", waits="lab_plugin:Asynchronous")
    assert dispatched("waits").result == 6
    assert sys.modules["lab_plugin"].calls == ["awaited"] * 4
    _executor_manager._plugged.clear()


def test_asked_for_by_its_kind_there_is_one_of_it(install: Install) -> None:
    install("lab", noting="lab_plugin:Noting")
    names = ExecutorNames()
    made = names.get_executor("noting")
    assert isinstance(made, BaseExecutor)
    assert names.get_executor("noting") is made
    assert names.kind("noting") is type(made)
    assert names.kind("moon") is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("nowhere:Noting", r"'bad' of broken 1\.2 \(nowhere:Noting\) cannot be loaded: ModuleNotFoundError"),
        ("lab_plugin:Missing", "cannot be loaded: AttributeError"),
        ("lab_plugin:no_class", r"is no subclass of jupyter_flow\.executor\.BaseExecutor, but 3"),
        ("lab_plugin:Picky", "cannot be made: TypeError: .*'queue'"),
    ],
)
def test_a_broken_plug_in_is_named_and_harms_nothing_else(install: Install, value: str, told: str) -> None:
    install("broken", bad=value)
    install("lab", noting="lab_plugin:Noting")
    names = ExecutorNames()
    with pytest.raises(BuildError, match=told):
        names.get_executor("bad")
    assert str(names.get_executor("noting")) == "Noting"
    assert str(names.get_executor("thread")) == "thread"


def test_two_packages_with_one_name_are_both_named(install: Install) -> None:
    install("lab", noting="lab_plugin:Noting")
    install("other", noting="lab_plugin:Asynchronous")
    told = r"two packages bring an executor 'noting': (lab|other) 1\.2 .* and (lab|other) 1\.2"
    with pytest.raises(BuildError, match=told):
        ExecutorNames().get_executor("noting")


def test_our_own_kinds_cannot_be_replaced(install: Install) -> None:
    install("lab", thread="lab_plugin:Noting")
    assert str(ExecutorNames().get_executor("thread")) == "thread"


def test_a_name_may_be_that_of_a_plug_in(install: Install) -> None:
    install("lab", noting="lab_plugin:Noting")
    names = ExecutorNames()
    names.register("noting", "noting")
    assert names.get_executor("noting") is names.named["noting"]


def test_importing_the_package_looks_for_no_plug_in() -> None:
    code = "import jupyter_flow.executor, sys; print('importlib.metadata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_doctor_lists_them_and_what_is_wrong_with_them(install: Install) -> None:
    install("lab", noting="lab_plugin:Noting", thread="lab_plugin:Noting")
    install("broken", bad="nowhere:Noting")
    told = CliRunner().invoke(doctor, []).output
    assert "ok       noting: lab_plugin:Noting of lab 1.2" in told
    assert "warning  thread: lab_plugin:Noting of lab 1.2, is not used. 'thread' is a kind of ours" in told
    assert "problem  bad: the executor plug-in 'bad' of broken 1.2 (nowhere:Noting) cannot be loaded" in told
