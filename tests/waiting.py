"""Waiting for what other threads and processes do."""

import time
from collections.abc import Callable
from typing import Any

LIMIT = 60.0  # seconds; it only ends a test that fails


def until(holds: Callable[[], Any], seconds: float = LIMIT) -> Any:
    """Wait until something holds; what it is then."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.005)
    return found
