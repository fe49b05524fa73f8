"""Kernels that are restarted, shut down or killed while electron cells run."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.notebook.flow.kernels import Kernel


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path)
    kernel.begin(tmp_path)
    yield kernel
    kernel.close()


def at_work(kernel: Kernel) -> list[psutil.Process]:
    """The kernel's processes while two electron cells run and one waits."""
    kernel.goes("%%electron one\ngate('a')\na = 1")
    kernel.goes("%%electron two\ngate('b')\nb = 1")
    kernel.goes("%%electron three\nnote('three')\nc = a + b")
    kernel.reached("a", "b")
    main = psutil.Process(int(kernel.value("__import__('os').getpid()")))
    below = main.children(recursive=True)
    assert len(below) >= 2
    return below


def gone(kernel: Kernel, processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=20)[1]


@pytest.mark.parametrize("now", [False, True], ids=["shutdown", "kill"])
def test_no_process_outlives_a_kernel_that_ends(kernel: Kernel, now: bool) -> None:
    processes = at_work(kernel)
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=now)
    assert gone(kernel, processes)
    assert kernel.noted() == []


def test_a_restarted_kernel_begins_anew(kernel: Kernel) -> None:
    processes = at_work(kernel)
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=20)
    assert gone(kernel, processes)
    kernel.begin(kernel.folder)
    assert "no electron cell has been run yet" in kernel.goes("%flow status")
    kernel.goes("%%electron one\na = 2")
    assert kernel.value("a") == "2"
    assert kernel.noted() == []


def test_reset_loses_values_and_not_the_flow(kernel: Kernel) -> None:
    kernel.goes("%reset -f")
    kernel.goes("%%electron one\nx = 1")
    assert kernel.value("x") == "1"
    kernel.goes("%reset -f")
    kernel.goes("%%electron two\ny = 2")
    assert kernel.value("y") == "2"
