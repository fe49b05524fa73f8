"""Bars by worker, merged where they are too short to be seen; since when each could have run; the longest path."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING
from jupyter_flow.widgets.messages import Bar
from jupyter_flow.widgets.timeline import merged

from .scripted import fan, scripted


def bar(lane: int, start: float, length: float, status: int = COMPLETED) -> Bar:
    """A bar of one node."""
    return {
        "lane": lane, "row": 0, "node": 0, "count": 1, "name": "a", "status": status,
        "start": start, "end": start + length, "ready": start, "critical": False,
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 100), st.floats(0, 10)), max_size=200), st.integers(20, 60))
def test_few_bars_are_told_and_every_node_is_in_one(found: list[tuple[int, float, float]], most: int) -> None:
    bars = [bar(*one) for one in found]
    told = merged(bars, 110.0, most)
    assert len(told) <= max(most, 4)
    assert sum(one["count"] for one in told) == len(bars)
    for lane in {one["lane"] for one in bars}:
        assert min(o["start"] for o in told if o["lane"] == lane) == min(o["start"] for o in bars if o["lane"] == lane)


def test_a_failure_among_merged_bars_is_seen() -> None:
    told = merged([bar(0, i / 1000, 0.0005, FAILED if i == 500 else COMPLETED) for i in range(1000)], 1.0, 50)
    assert sum(one["status"] == FAILED for one in told) == 1


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
