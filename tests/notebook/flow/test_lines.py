from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_flow.notebook.flow.execution import State
from jupyter_flow.notebook.flow.lines import how_far


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
