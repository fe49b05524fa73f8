"""What tests of live resources share."""

import time
from collections.abc import Callable
from typing import Any

import pytest

import jupyter_flow as jf
from tests.waiting import until

Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    """Dispatch a lattice, wait, and hand back the result, whatever its status."""

    def run_(workflow: Any, *args: Any) -> Any:
        return jf.dispatch_sync(workflow)(*args)

    return run_


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], None]:
    """Wait until something holds."""
    return until


@pytest.fixture
def processes(run: Run) -> Callable[[], list[int]]:
    """The worker processes, of which there is one for each core now."""

    @jf.electron
    def wait(seconds: float) -> None:
        time.sleep(seconds)

    @jf.lattice
    def spread() -> None:
        for _ in range(8):
            wait(0.02)

    def pids() -> list[int]:
        return next((info.pids for info in jf.session().resources if info.kind == "local"), [])

    run(spread)
    return pids
