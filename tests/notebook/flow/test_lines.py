from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_flow.notebook.flow import lines
from jupyter_flow.notebook.flow.execution import State
from jupyter_flow.notebook.flow.lines import awaited, how_far


@pytest.mark.parametrize(
    ("needed", "held_up", "said"),
    [
        ([], "", "waiting for a worker"),
        (["load"], "", "waiting for load"),
        ([], "the session's own Dask cluster starts", "waiting for a worker: the session's own Dask cluster starts"),
        ([], "waiting for a worker of tcp://10.0.0.1:8786", "waiting for a worker of tcp://10.0.0.1:8786"),
        (["load"], "waiting for a worker of tcp://a:1", "waiting for load: waiting for a worker of tcp://a:1"),
    ],
)
def test_a_cell_that_waits_says_what_for_once(needed: list[str], held_up: str, said: str) -> None:
    producers = [SimpleNamespace(name=name, state=SimpleNamespace(over=False)) for name in needed]
    execution: Any = SimpleNamespace(
        status=State.WAITING, producers=producers, run=SimpleNamespace(held_up=lambda: held_up)
    )
    assert how_far(execution) == said


def test_a_cell_that_needs_others_says_what_holds_them_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(name: str, status: State, held_up: str = "", over: bool = False) -> Any:
        ended = SimpleNamespace(is_set=lambda: over)
        return SimpleNamespace(name=name, status=status, ended=ended, run=SimpleNamespace(held_up=lambda: held_up))

    monkeypatch.setattr(lines, "answer", lambda execution: f"{execution.name}() → x · d")
    some = [one("a", State.DONE, over=True), one("b", State.RUNNING, "no"), one("c", State.WAITING)]
    assert awaited(some) == "waiting for b() → x; c() → x"
    held = [one(name, State.WAITING, "Dask starts") for name in "de"]
    assert awaited(some + held) == "waiting for b() → x; c() → x; d() → x; e() → x · Dask starts"
    held[0].run = None
    assert awaited(held[:1]) == "waiting for d() → x"
