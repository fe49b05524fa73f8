"""Bars by worker, of the whole or of a part; since when each could have run; the longest path."""

from itertools import pairwise
from typing import Any

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, RUNNING, Record
from jupyter_flow.widgets.messages import Range
from jupyter_flow.widgets.source import Source, source_of
from jupyter_flow.widgets.views import DispatchView

from .scripted import Scripted, fan, scripted, train


def test_what_waited_for_what_and_the_path_that_took_longest() -> None:
    source, facts = scripted(fan(3))
    facts.set(0, COMPLETED, 2.0, worker=1)
    for node, seconds in ((1, 1.0), (2, 5.0), (3, 1.0)):
        facts.set(node, COMPLETED, seconds, worker=node, start=3.0)
    facts.set(4, RUNNING)
    facts.started -= 10 * 10**9
    for record in list(facts.records.values()):
        facts.records[record.node] = record._replace(start=record.start - 10**10, end=record.end - 10**10)
    told = source.timelines.timeline("v")
    by_node = {one["node"]: one for one in told["bars"]}
    assert {node for node, one in by_node.items() if one["critical"]} >= {0, 2}
    assert not by_node[1]["critical"]
    assert abs(by_node[2]["ready"] - 2.0) < 1e-6
    assert abs(by_node[2]["start"] - 3.0) < 1e-6
    assert told["waiting"] >= 3.0
    assert by_node[4]["status"] == RUNNING


def busy(width: int) -> tuple[Source, Scripted]:
    """Ten milliseconds of work on two workers, one after the other, that has ended."""
    source, facts = scripted(fan(width))
    facts.set(0, COMPLETED, 0.01, worker=1)
    for node in range(1, width + 1):
        facts.set(node, COMPLETED, 0.01, worker=1 + node % 2, start=0.01 * (node // 2 + 1))
    facts.end()
    facts.ended = facts.started + 10**7 * (width // 2 + 3)
    return source, facts


def part(start: float | None, end: float | None, width: int = 800) -> Range:
    """A request for a part."""
    return {"kind": "range", "view": "v", "start": start, "end": end, "width": width}


def test_a_part_of_the_timeline_shows_every_bar_where_the_whole_cannot() -> None:
    source, _ = busy(6000)
    whole = source.timelines.timeline("v")
    assert (whole["start"], whole["end"], whole["width"]) == (0.0, whole["span"], 0)
    assert len(whole["bars"]) <= 2000
    assert sum(bar["count"] for bar in whole["bars"]) == 6001
    some = source.timelines.timeline("v", part(1.0, 2.0))
    assert {bar["count"] for bar in some["bars"]} == {1}
    assert 200 <= len(some["bars"]) <= 206
    assert all(bar["end"] >= 1.0 and bar["start"] <= 2.0 for bar in some["bars"])
    assert (some["lanes"], some["span"], some["critical"]) == (whole["lanes"], whole["span"], whole["critical"])


def test_a_part_beyond_the_ends_is_told_as_far_as_there_is_something() -> None:
    source, _ = busy(10)
    told = source.timelines.timeline("v", part(500.0, -3.0))
    assert (told["start"], told["end"]) == (0.0, told["span"])


def test_a_view_goes_on_with_the_part_that_was_asked_for_until_another_is() -> None:
    source, _ = busy(100)
    view = DispatchView(source, "v")
    view.handle({"kind": "open", "view": "v"})
    (some,) = view.handle(part(0.1, 0.2))
    (again,) = view.handle({"kind": "watch", "view": "v", "panes": ["timeline"]})
    (whole,) = view.handle(part(None, None, 0))
    assert (some, again["start"]) == (again, 0.1)  # type: ignore[typeddict-item]
    assert (whole["start"], whole["end"]) == (0.0, whole["span"])  # type: ignore[typeddict-item]


def test_the_whole_and_a_part_without_an_end_follow_a_dispatch_that_runs() -> None:
    source, facts = scripted(fan(3))
    facts.started -= 10**9
    facts.set(0, RUNNING)
    told = source.timelines.timeline("v", part(0.5, None))
    assert told["end"] == told["span"] >= 1.0
    assert abs(told["bars"][0]["end"] - told["end"]) < 1e-5


def test_what_ends_while_it_is_looked_at_is_in_the_next_look(monkeypatch: Any) -> None:
    monkeypatch.setattr("jupyter_flow.widgets.timeline.FRESH", 0.0)
    source, facts = scripted(fan(3))
    for node in range(4):
        facts.set(node, COMPLETED, 1.0, worker=1, start=0.1)
        assert [bar["status"] for bar in source.timelines.timeline("v")["bars"]] == [COMPLETED] * (node + 1)


@jf.electron
@jf.lattice
def inner(number: int) -> Any:
    """A dispatch inside."""
    return train(number)


def test_sublattices_that_run_at_once_stand_in_rows_of_their_lane() -> None:
    def body() -> Any:
        return [inner(number) for number in range(3)]

    source, facts = scripted(jf.lattice(body).build_graph())
    for node, start in enumerate((0.0, 0.5, 1.2)):
        facts.records[node] = Record(
            node, 1, COMPLETED, facts.started + int(start * 1e9), facts.started + int((start + 1) * 1e9), 1
        )
        facts.now[node] = COMPLETED
    facts.end()
    told = source.timelines.timeline("v")
    assert (told["lanes"], told["rows"]) == (["sublattices"], [2])
    assert [bar["row"] for bar in sorted(told["bars"], key=lambda bar: bar["node"])] == [0, 1, 0]


def test_bars_of_a_real_dispatch_do_not_overlap(done: str) -> None:
    told = source_of(done).timelines.timeline("v")
    places: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for bar in told["bars"]:
        places.setdefault((bar["lane"], bar["row"]), []).append((bar["start"], bar["end"]))
    assert sum(map(len, places.values())) == 5
    assert all(one[1] <= another[0] for row in places.values() for one, another in pairwise(sorted(row)))


def test_a_dispatch_that_turns_out_to_have_begun_later_moves_with_all_that_it_did() -> None:
    source, facts = scripted(fan(1))
    facts.set(0, COMPLETED, 2.0, worker=1, start=1.0)
    source.timelines.timeline("v")
    facts.set(1, COMPLETED, 4.0, worker=1, start=5.0)
    facts.started += 10**9  # another kernel's is known by when it was made, until it has ended
    facts.end()
    ready = {bar["node"]: bar["ready"] for bar in source.timelines.timeline("v")["bars"]}
    assert ready[1] == 2.0
