"""The list of dispatches is a list, and reads as a table."""

from datetime import datetime

from jupyter_flow.dispatch.listed import Dispatches, DispatchSummary
from jupyter_flow.model.status import Status

AT = datetime(2026, 3, 1, 9, 5, 7).astimezone().timestamp()
TWO = Dispatches([
    DispatchSummary("3f2a-1", "fit\x1b[2J", Status.COMPLETED, 12, AT, AT + 2, True),
    DispatchSummary("77b0-2", "load", Status.RUNNING, 1, AT, None),
])  # fmt: skip


def test_it_reads_as_a_table_with_times_of_day() -> None:
    assert repr(TWO) == (
        "id      lattice     status             electrons  dispatched\n"
        "3f2a-1  fit\\x1b[2J  COMPLETED, pinned         12  2026-03-01 09:05:07\n"
        "77b0-2  load        RUNNING                    1  2026-03-01 09:05:07"
    )
    assert repr(TWO[1:]).splitlines()[1] == "77b0-2  load     RUNNING          1  2026-03-01 09:05:07"
    assert repr(Dispatches()) == "nothing has been dispatched yet"


def test_it_is_a_list_of_values_that_can_be_computed_with() -> None:
    assert isinstance(TWO, list)
    assert TWO[0].created == AT
    assert (TWO[0].status, TWO[1].ended, len(TWO[1:])) == (Status.COMPLETED, None, 1)
    assert [dispatch.id for dispatch in TWO] == ["3f2a-1", "77b0-2"]


def test_a_long_list_is_cut_and_says_so() -> None:
    assert repr(Dispatches([*TWO] * 50)).endswith("\n… and 70 more")
