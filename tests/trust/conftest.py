"""Secrets are looked for in what a test may have written."""

import time

import pytest

from tests.trust import searching


@pytest.fixture(autouse=True)
def beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment before which no file has anything of the test's secrets; file systems round times."""
    monkeypatch.setattr(searching, "began", time.time() - 5)
