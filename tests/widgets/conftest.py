"""Dispatches to look at."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from tests.waiting import until
from tests.widgets.steps import hold, ran, work


@pytest.fixture(autouse=True)
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where electrons write down that they ran."""
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))


@pytest.fixture
def done() -> str:
    """A dispatch of `work` that has ended."""
    id = jf.dispatch(work)(4)
    assert id.result() == (18, 30)
    ran()
    return str(id)


class Held:
    """A dispatch whose electron runs until it is let go."""

    def __init__(self, gate: Path) -> None:
        self.gate = gate
        self.id = jf.dispatch(hold)(str(gate))
        self.run: Any = jf.session().run(self.id)
        until(lambda: self.run.begun)

    def let_go(self) -> None:
        """Let it end."""
        self.gate.touch()
        jf.get_result(self.id, wait=True)


_names = itertools.count()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Held]:
    """A dispatch that runs."""
    made = Held(tmp_path / f"gate{next(_names)}")
    yield made
    made.let_go()
