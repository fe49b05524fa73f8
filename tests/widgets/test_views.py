"""A page that applies what it is told knows the dispatch as it is, whatever happens in whichever order."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import jupyter_flow as jf
from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, INTERRUPTED, RUNNING, SKIPPED
from jupyter_flow.render.palette import DARK, LIGHT
from jupyter_flow.widgets.feed import Counted
from jupyter_flow.widgets.source import source_of, source_of_graph
from jupyter_flow.widgets.states import NUMBERS
from jupyter_flow.widgets.views import LARGE, DispatchView

from .scripted import Follower, fan, scripted

GRAPH = fan(30)
STATES = (0, RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED, INTERRUPTED)
Step = tuple[str, list[tuple[int, int]], int]


def expected(follower: Follower, states: bytes) -> None:
    """What the page shows is what the states are."""
    view, graph = follower.view, follower.graph
    assert view._counted is not None
    members = view._counted.placed.folded.folding.members
    assert [group["count"] for group in graph["groups"]] == [len(nodes) for nodes in members]
    for tally, nodes in zip(graph["tallies"], members, strict=True):
        counts = Counter(states[node] for node in nodes)
        assert tally["counts"] == [counts[number] for number in range(NUMBERS)]
    electrons = Counter(states[: GRAPH.electrons])
    assert graph["state"]["counts"] == [electrons[number] for number in range(NUMBERS)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pulse", "pulse", "pulse", "resync", "open", "by", "lose"]),
            st.lists(st.tuples(st.integers(0, len(GRAPH) - 1), st.sampled_from(STATES)), max_size=20),
            st.integers(0, len(GRAPH) - 1),
        ),
        max_size=12,
    )
)
def test_pictures_and_their_changes_add_up_to_the_state_of_the_dispatch(steps: list[Step]) -> None:
    source, facts = scripted(GRAPH)
    follower = Follower(DispatchView(source, "v"))
    follower.ask("open")
    opened: list[int] = []
    for what, changes, node in steps:
        for changed, state in changes:
            facts.set(changed, state)
        if what == "lose":
            follower.view.pulse()  # never arrives
        elif what == "resync":
            follower.ask("resync")
        elif what in ("open", "by"):
            opened = [node] if what == "open" else opened
            follower.ask("show", by="duration" if node % 2 else "status", orientation="down", opened=opened, path=[])
        follower.view._beat = 0.0  # a second has passed: what was lost is noticed at the next sign of life
        follower.hear(follower.view.pulse())
        if follower.missed:
            follower.ask("resync")
        expected(follower, facts.states())


def test_many_changes_between_two_pulses_are_one_message() -> None:
    source, facts = scripted(GRAPH)
    view = DispatchView(source, "v")
    (graph,) = view.handle({"kind": "open", "view": "v"})
    for node in range(1, 31):
        facts.set(node, RUNNING)
        facts.set(node, COMPLETED)
    (delta,) = view.pulse()
    assert delta["kind"] == "delta"
    assert graph["kind"] == "graph"
    assert delta["seq"] == graph["seq"] + 1
    assert len(delta["tallies"]) == 1


def test_how_long_a_node_took_counts_once_though_it_is_known_before_its_end_is_told() -> None:
    source, facts = scripted(GRAPH)
    counted = Counted(DispatchView(source, "v")._placed(facts.states()), "duration")
    seconds: list[float | None] = [None] * len(GRAPH)
    counted.look(bytes(len(GRAPH)), seconds, {})
    seconds[0] = 2.0  # another view has looked
    for state in (RUNNING, COMPLETED):
        counted.look(bytes([state, *[0] * (len(GRAPH) - 1)]), seconds, {})
    assert counted._timed[counted._group_of[0]] == 1


def test_a_dispatch_that_ended_is_told_once_and_then_nothing() -> None:
    source, facts = scripted(GRAPH)
    view = DispatchView(source, "v")
    view.handle({"kind": "open", "view": "v"})
    facts.end()
    assert not view.over
    (delta,) = view.pulse()
    assert delta["kind"] == "delta"
    assert delta["state"]["status"] == COMPLETED
    assert view.over
    assert view.pulse() == []


def test_nothing_moves_while_a_dispatch_runs_and_however_it_is_coloured() -> None:
    source, facts = scripted(GRAPH)
    follower = Follower(DispatchView(source, "v"))
    follower.ask("open")
    before = [(g["x"], g["y"], g["width"], g["height"]) for g in follower.graph["groups"]]
    for node in range(GRAPH.electrons):
        facts.set(node, FAILED if node % 3 else COMPLETED, 12.5)
    follower.ask("show", by="duration", orientation="down", opened=[], path=[])
    assert [(g["x"], g["y"], g["width"], g["height"]) for g in follower.graph["groups"]] == before
    assert follower.graph["times"] == (12.5, 12.5)


def test_an_opened_group_shows_its_members_and_which_group_they_are_of() -> None:
    source, _ = scripted(GRAPH)
    follower = Follower(DispatchView(source, "v"))
    follower.ask("open")
    (group,) = [group for group in follower.graph["groups"] if group["count"] == 30]
    assert not group["opened"]
    follower.ask("show", by="status", orientation="right", opened=[5], path=[])
    members = [group for group in follower.graph["groups"] if group["opened"]]
    assert [member["first"] for member in members] == list(range(1, 31))
    assert {member["family"] for member in members} == {group["first"]}


def test_glue_that_fails_is_shown() -> None:
    source, facts = scripted(GRAPH)
    follower = Follower(DispatchView(source, "v"))
    follower.ask("open")
    assert "glue" not in {group["node_kind"] for group in follower.graph["groups"]}
    facts.set(GRAPH.electrons + 2, FAILED)
    follower.hear(follower.view.pulse())
    assert [group["first"] for group in follower.graph["groups"] if group["node_kind"] == "glue"] == [
        GRAPH.electrons + 2
    ]


def test_what_does_not_exist_is_not_opened_nor_entered_nor_told() -> None:
    source, _ = scripted(GRAPH)
    view = DispatchView(source, "v")
    (graph,) = view.handle(
        {"kind": "show", "view": "v", "by": "status", "orientation": "down", "opened": [-1, 10**9], "path": [7, -3]}
    )
    assert graph["kind"] == "graph"
    assert (graph["opened"], len(graph["crumbs"])) == ([], 1)
    assert view.handle({"kind": "select", "view": "v", "node": 10**9}) == []
    view.handle({"kind": "close", "view": "v"})
    assert view.over
    assert view.handle({"kind": "open", "view": "v"}) == []


def test_a_large_picture_comes_with_the_next_pulse() -> None:
    source, _ = scripted(fan(LARGE))
    view = DispatchView(source, "v")
    assert view.handle({"kind": "open", "view": "v"}) == []
    assert not view.over
    assert [message["kind"] for message in view.pulse()] == ["graph"]


def test_a_lattice_that_has_not_run_is_a_picture_that_is_over() -> None:
    view = DispatchView(source_of_graph(GRAPH), "v")
    (graph,) = view.handle({"kind": "open", "view": "v"})
    assert graph["kind"] == "graph"
    assert graph["state"]["text"] == "not run: 32 electrons"
    assert graph["can"] == ["assign"]
    assert view.over


@jf.electron(executor="thread")
def step(value: int) -> int:
    """One more."""
    return value + 1


@jf.electron(executor="thread")
@jf.lattice
def inside(value: int) -> Any:
    """Two steps."""
    return step(step(value))


@jf.lattice
def outside(value: int) -> Any:
    """A sublattice after a step."""
    return inside(step(value))


def test_a_sublattice_is_entered_by_its_node_also_as_the_store_has_it() -> None:
    id = jf.dispatch(outside)(1)
    assert id.result() == 4
    run = jf.session().run(id)
    assert run is not None
    for source in (source_of(id), _as_stored(id)):
        follower = Follower(DispatchView(source, "v"))
        follower.ask("show", by="status", orientation="down", opened=[], path=[1])
        assert [crumb["name"] for crumb in follower.graph["crumbs"]] == ["outside", "inside"]
        assert follower.graph["state"]["counts"][COMPLETED] == 2
        assert follower.view.shown.id != id


def _as_stored(id: str) -> Any:
    from jupyter_flow.widgets.source import Source

    return Source(id)


def test_a_picture_can_be_had_as_svg_in_the_theme_of_the_page() -> None:
    source, facts = scripted(GRAPH)
    facts.end()
    grounds = []
    for dark in (False, True):
        (drawing,) = DispatchView(source, "v").handle({"kind": "export", "view": "v", "dark": dark})
        assert drawing["kind"] == "drawing"
        assert drawing["svg"].startswith("<svg")
        assert "prefers-color-scheme" not in drawing["svg"]
        grounds.append([theme.card in drawing["svg"].partition("</style>")[0] for theme in (LIGHT, DARK)])
    assert grounds == [[True, False], [False, True]]
