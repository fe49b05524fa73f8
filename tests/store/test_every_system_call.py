"""Whichever system call fails, or is the last before the process is killed: what was told is true afterwards."""

import pytest

from tests.store import scenario
from tests.store.samples import output

CODE = "import sys\nfrom tests.store import scenario\nscenario.main(sys.argv[2:], int(sys.argv[1]))"
CALLS = 300  # there are more


def lived(step: int, *errors: str) -> None:
    lines = output(CODE, step, *errors, patience=100 if step > 1 else 1500).splitlines()
    tried = [int(line.partition(" ")[2]) for line in lines if line.startswith("tried ")]
    assert [line for line in lines if not line.startswith("tried ")] == []
    assert len(tried) == len(errors)
    assert min(tried) * step > CALLS


def test_any_one_of_some_calls_may_fail_or_be_the_last() -> None:
    lived(31, *scenario.ERRORS)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("error", scenario.ERRORS)
def test_any_one_of_all_calls_may_fail_or_be_the_last(error: str) -> None:
    lived(1, error)
