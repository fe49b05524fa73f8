"""A kernel for the tests of a module, and a new notebook in it for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.flow.kernels import Kernel


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel somebody sits at, with a different notebook for each test."""
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    yield kernel
    kernel.close()


@pytest.fixture
def kernel(running: Kernel, tmp_path: Path) -> Iterator[Kernel]:
    """A new notebook in a kernel that other tests have used before."""
    running.begin(tmp_path)
    yield running
    running.recover()
    running.run("%jupyter_flow flow cancel")
    running.run("%jupyter_flow flow auto off")
    running.goes("%unload_ext jupyter_flow")
    running.goes("%reset_selective -f ^[A-Za-z]")
