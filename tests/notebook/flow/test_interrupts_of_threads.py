"""Cells ask threads of ours to do things; an interrupt at any moment of asking leaves those able to do them."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_flow.notebook.flow.execution import State
from jupyter_flow.notebook.flow.lookout import Lookout
from jupyter_flow.notebook.flow.scheduler import Scheduler
from jupyter_flow.notebook.live import LivePictures
from tests.interrupting import interrupted
from tests.waiting import until

PATIENCE = 30  # seconds until something that does not happen is a failure


class Cell:
    """An execution that is over; it notes that it was looked at."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    @property
    def state(self) -> State:
        self.seen.set()
        return State.DONE


def test_who_starts_cells_goes_on() -> None:
    first: Any = Cell()
    for scheduler in interrupted(lambda: Scheduler(lambda execution: None), lambda scheduler: scheduler.wake(first)):
        cell: Any = Cell()
        scheduler.wake(cell)
        assert cell.seen.wait(PATIENCE)


def test_who_looks_for_stale_cells_goes_on() -> None:
    looked = threading.Event()
    flow: Any = SimpleNamespace(survey=looked.set, live=SimpleNamespace(stir=int))

    def cell(lookout: Lookout) -> None:
        lookout.cell_begins()
        lookout.look()
        lookout.cell_ended()

    for lookout in interrupted(lambda: Lookout(flow), cell):
        cell(lookout)
        looked.clear()
        lookout.look()
        assert looked.wait(PATIENCE)
        lookout.quiet()


def test_who_keeps_pictures_up_to_date_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_flow.notebook.live.PULSE", 0.001)
    for live in interrupted(lambda: LivePictures(SimpleNamespace()), lambda live: live.keep(Shown())):  # type: ignore[arg-type]
        shown = Shown()
        live.keep(shown)
        until(lambda shown=shown: not shown.left)  # type: ignore[misc]


class Shown:
    """A display that changes once."""

    def __init__(self) -> None:
        self.left = 1

    def draw(self, update: bool) -> None:
        pass

    def keep_up(self) -> bool:
        self.left -= 1
        return self.left > 0
