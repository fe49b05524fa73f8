"""A fresh kernel for each test: what a fault has done to one must not be seen by the next."""

from collections.abc import Iterator

import pytest

from tests.faults.kernels import Fresh, Stable


@pytest.fixture(scope="module")
def stable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stable]:
    """Kernels that are started ahead, as many as the module has tests for them."""
    wanted = sum("kernel" in item.fixturenames and item.path == request.path for item in request.session.items)
    stable = Stable(lambda: tmp_path_factory.mktemp("kernel"), wanted)
    yield stable
    stable.close()


@pytest.fixture
def kernel(stable: Stable) -> Iterator[Fresh]:
    """A fresh kernel."""
    kernel = stable.take()
    yield kernel
    kernel.close()
