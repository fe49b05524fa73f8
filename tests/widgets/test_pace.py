"""Looks are as far apart as they are dear."""

import threading

from jupyter_flow.widgets.pace import Pace


def test_a_look_that_had_to_wait_is_not_put_off_for_that() -> None:
    pace = Pace(0.0)
    with pace:
        threading.Event().wait(0.5)
    assert pace._due < pace_of_one_that_works()


def pace_of_one_that_works() -> float:
    """When a look is due again after one that computed for a while."""
    pace = Pace(0.0)
    with pace:
        sum(range(3_000_000))
    return pace._due
