"""What the panel lists."""

from typing import Any

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, FAILED, SKIPPED
from jupyter_flow.notebook.overview import Overview


@jf.electron(executor="thread")
def picky(number: int) -> int:
    """All but one."""
    if number == 3:
        raise ValueError("not this one")
    return number


@jf.lattice
def some() -> Any:
    """Ten, and one that needs the one that fails."""
    made = [picky(number) for number in range(10)]
    return made, picky(made[3])


def test_a_dispatch_that_failed_is_listed_with_how_its_electrons_did() -> None:
    id = jf.dispatch(some)()
    jf.get_result(id, wait=True)
    (listed, *_), _ = Overview().dispatches(10)
    assert listed["dispatch"] == id
    counts = listed["state"]["counts"]
    assert (counts[COMPLETED], counts[FAILED], counts[SKIPPED], sum(counts)) == (9, 1, 1, listed["total"])
