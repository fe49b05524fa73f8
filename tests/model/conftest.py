"""What the tests of tracing share."""

import pytest

from tests.model.evaluate import Evaluator, Stub


@pytest.fixture(scope="session")
def meaning(tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    """Builds a lattice and runs its graph in this process."""
    return Evaluator(tmp_path_factory.mktemp("blobs"))


@pytest.fixture
def stub(tmp_path_factory: pytest.TempPathFactory) -> Stub:
    """Surroundings of a tracer that remember what they were asked."""
    return Stub(tmp_path_factory.mktemp("stub"))
