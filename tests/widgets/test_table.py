"""The table is sorted and filtered in the kernel; the page gets the part that it shows."""

from typing import Any

from jupyter_flow.model.events import COMPLETED, FAILED, INTERRUPTED, RUNNING
from jupyter_flow.widgets.table import rows

from .scripted import fan, scripted


def ask(**fields: Any) -> Any:
    """A request for the table."""
    plain = {"sort": "node", "descending": False, "filter": "", "offset": 0, "limit": 100}
    return {"kind": "table", "view": "v", **plain, **fields}


def shown(source: Any, **fields: Any) -> list[int]:
    """The nodes of the rows that are told."""
    return [row["node"] for row in rows(source, ask(**fields))["rows"]]


def test_electrons_are_rows_and_glue_is_one_where_it_failed() -> None:
    source, facts = scripted(fan(4))
    assert shown(source) == [0, 1, 2, 3, 4, 5]
    facts.set(7, FAILED)
    assert shown(source) == [0, 1, 2, 3, 4, 5, 7]


def test_what_has_no_time_comes_last_either_way() -> None:
    source, facts = scripted(fan(4))
    facts.set(1, COMPLETED, 3.0)
    facts.set(2, COMPLETED, 1.0)
    source.times.learn(facts.states(), facts.record)
    assert shown(source, sort="seconds") == [2, 1, 0, 3, 4, 5]
    assert shown(source, sort="seconds", descending=True) == [1, 2, 0, 3, 4, 5]


def test_the_gravest_come_first_by_status() -> None:
    source, facts = scripted(fan(4))
    facts.set(3, FAILED)
    facts.set(2, RUNNING)
    facts.set(1, COMPLETED)
    assert shown(source, sort="status")[:2] == [3, 2]
    assert shown(source, sort="status")[-1] == 1


def test_all_words_of_the_filter_are_found_in_a_row() -> None:
    source, facts = scripted(fan(4))
    facts.set(3, FAILED)
    assert shown(source, filter="TRAIN failed") == [3]
    assert shown(source, filter="thread") == [5]
    assert shown(source, filter="nothing like that") == []


def test_what_an_interrupted_dispatch_had_not_begun_is_found_so_and_waits_no_more() -> None:
    source, facts = scripted(fan(4))
    facts.set(1, COMPLETED)
    assert shown(source, filter="never begun") == []
    facts.end(INTERRUPTED)
    assert shown(source, filter="never begun") == [0, 2, 3, 4, 5]
    assert shown(source, filter="waiting") == []


def test_a_page_of_the_table_is_told_with_how_many_there_are() -> None:
    source, _ = scripted(fan(50))
    told = rows(source, ask(offset=10, limit=5))
    assert (told["total"], told["offset"], [row["node"] for row in told["rows"]]) == (52, 10, [10, 11, 12, 13, 14])
    beyond = rows(source, ask(offset=10_000, limit=10_000))
    assert (beyond["total"], beyond["rows"]) == (52, [])
