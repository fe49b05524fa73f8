"""Kernels in which something goes wrong: each is fresh, with a store of its own."""

import ast
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.notebook.flow.kernels import Kernel

LIMIT = 30  # seconds that anything may take before a test says that it hangs
SOON = 5  # seconds: the limit that is promised for cancel, timeout and what a dead kernel leaves behind

EVERYWHERE = pytest.mark.parametrize("executor", ["local", "thread", "inline"])
ON_DASK = pytest.param("dask", marks=pytest.mark.slow)  # a cluster of the session's own, on this machine
# Where the inline executor does what threads do, it is tried in `make test-slow`.
IN_PROCESSES_AND_THREADS = pytest.mark.parametrize(
    "executor", ["local", "thread", pytest.param("inline", marks=pytest.mark.slow)]
)

ON_ALL = pytest.mark.parametrize(
    "executor", ["local", "thread", pytest.param("inline", marks=pytest.mark.slow), ON_DASK]
)

TOOLS = """
import os, pathlib, signal, subprocess, sys, threading, time
import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor, InlineExecutor, LocalExecutor, ThreadExecutor
EXECUTORS = {"local": LocalExecutor(workers=2), "thread": ThreadExecutor(workers=2), "inline": InlineExecutor()}
EXECUTORS["dask"] = DaskExecutor(workers=2)
def touch(name):  # one byte for each time an electron runs
    with open(pathlib.Path(FOLDER, name), "ab") as counter:
        counter.write(b"x")
def eventually(holds, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)
def states(id):
    return [str(node.status) for node in jf.get_result(id).nodes]
def ended(id):
    return [str(node.status) for node in jf.get_result(id, wait=True, timeout=30).nodes]
def errors(id):
    return [node.error and tuple(map(str, node.error[:4])) for node in jf.get_result(id).nodes]
def pids():
    return sorted(pid for info in jf.session().resources if info.kind == "local" for pid in info.pids)
@jf.electron
def plus(*numbers):
    return sum(numbers)
@jf.lattice
def small(*numbers):
    return plus(plus(*numbers), 1)
def works(kind):
    return jf.dispatch(jf.lattice(executor=EXECUTORS[kind])(small.workflow_function))(1, 2).result(30)
"""


class Fresh(Kernel):
    """A kernel that nobody has used, with the tools of these tests in it."""

    patience = LIMIT

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        self.pid: int = self.manager.provisioner.pid  # type: ignore[union-attr]
        self.prepare()

    def prepare(self) -> None:
        """Load the extension, and the tools."""
        self.begin(self.folder)
        self.goes(TOOLS)

    def ask(self, expression: str) -> Any:
        """The value of an expression that is a literal."""
        return ast.literal_eval(self.value(expression).strip())  # before it may have stood a line of progress

    def begin_dispatch(self, executor: str, name: str = "flow", arguments: str = "") -> None:
        """Dispatch a lattice of the notebook as `id`, on an executor."""
        self.goes(f"id = jf.dispatch(jf.lattice(executor=EXECUTORS[{executor!r}])({name}))({arguments})")

    def pause(self, seconds: float) -> None:
        """Hear what it says for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def below(self) -> list[psutil.Process]:
        """Its processes, workers and what they started."""
        return psutil.Process(self.pid).children(recursive=True)

    def shot(self) -> None:
        """Kill it, as the machine does when memory runs out; nothing of it is told beforehand."""
        os.kill(self.pid, signal.SIGKILL)

    def again(self) -> None:
        """The kernel that comes after, at once, with the same store: "restart now"."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=LIMIT)
        self.pid = self.manager.provisioner.pid  # type: ignore[union-attr]
        self.prepare()

    def bytes_of(self, name: str) -> int:
        """How often electrons have touched a counter."""
        path = self.folder / name
        return path.stat().st_size if path.exists() else 0


def gone(processes: list[psutil.Process], seconds: float = SOON) -> bool:
    """Whether processes have ended, within the limit that is promised."""
    return not psutil.wait_procs(processes, timeout=seconds)[1]


class Stable:
    """Fresh kernels, started ahead while the tests before them run: a kernel takes a second to come up."""

    def __init__(self, folders: Callable[[], Path], wanted: int, ahead: int = 3) -> None:
        self._folders, self._left, self._ahead = folders, wanted, ahead
        self._starters = ThreadPoolExecutor(2)
        self._coming: list[Future[Fresh]] = []

    def take(self) -> Fresh:
        """A kernel for the test that asks."""
        self._start(1)
        kernel = self._coming.pop(0)
        self._start(self._ahead)
        return kernel.result(4 * LIMIT)

    def _start(self, enough: int) -> None:
        while len(self._coming) < enough and (self._left > 0 or not self._coming):
            self._left -= 1
            self._coming.append(self._starters.submit(Fresh, self._folders()))

    def close(self) -> None:
        """Let those go that no test has taken."""
        for kernel in self._coming:
            kernel.result(4 * LIMIT).close()
        self._starters.shutdown()
