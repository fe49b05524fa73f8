from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.events import COMPLETED, FAILED, WAITING
from jupyter_flow.model.status import Status
from jupyter_flow.render import Picture, fold, tally
from jupyter_flow.render.folding import MOST_GROUPS, MOST_OPENED
from jupyter_flow.render.glue import dissolve_glue

from .pictures import chain, fan, pictures


def test_a_fan_of_any_width_is_three_groups() -> None:
    folding = fold(fan(1000))
    assert [len(members) for members in folding.members] == [1, 1000, 1]
    assert [(e.source, e.target, e.labels, e.count) for e in folding.edges] == [
        (0, 1, ("fold",), 1000),
        (1, 2, ("models",), 1000),
    ]


def test_a_graph_of_a_dozen_nodes_is_not_folded() -> None:
    assert len(fold(fan(10)).members) == 12


def test_in_a_small_graph_three_alike_stay_side_by_side_and_more_fold() -> None:
    few = Picture([f"n{i}" for i in range(12)] + ["same"] * 3, [WAITING] * 15)
    many = Picture([f"n{i}" for i in range(12)] + ["same"] * 4, [WAITING] * 16)
    assert len(fold(few).members) == 15
    assert len(fold(many).members) == 13


def test_electrons_on_different_executors_are_different_groups() -> None:
    picture = Picture(["train"] * 100, [WAITING] * 100, ["cpu", "gpu"] * 50)
    assert [len(members) for members in fold(picture).members] == [50, 50]


def test_a_thousand_executors_do_not_keep_a_fan_from_folding() -> None:
    picture = Picture(["train"] * 1000, [WAITING] * 1000, [f"executor {i}" for i in range(1000)])
    assert len(fold(picture).members) == 1


def test_failed_members_are_counted_in_their_group() -> None:
    picture = fan(1000, failed=3)
    group = tally(picture, fold(picture))[1]
    assert group.counts == {Status.FAILED: 3, Status.COMPLETED: 997}
    assert group.status is Status.FAILED
    assert group.progress == "997/1000"


def test_an_opened_group_is_shown_member_by_member_failures_first() -> None:
    picture = fan(1000, failed=0)
    statuses = list(picture.statuses)
    statuses[900] = FAILED
    picture = Picture(picture.names, statuses, edges=picture.edges)
    folding = fold(picture, opened=[5])
    sizes = sorted(map(len, folding.members))
    assert sizes == [1] * (MOST_OPENED + 2) + [1000 - MOST_OPENED]
    assert [900] in folding.members
    assert [5] in folding.members


def test_opening_what_is_not_there_changes_nothing() -> None:
    assert fold(fan(100), opened=[10**9]) == fold(fan(100))


def test_ten_thousand_different_names_still_fold() -> None:
    folding = fold(chain(10_000, distinct=True))
    assert len(folding.members) <= MOST_GROUPS
    assert folding.mixed


def test_a_chain_of_one_electron_folds_onto_itself() -> None:
    folding = fold(chain(100_000))
    assert [len(members) for members in folding.members] == [1, 1, 99_996, 1, 1]
    assert (2, 2) in {(e.source, e.target) for e in folding.edges}


def test_order_without_data_is_told_from_data() -> None:
    picture = Picture(["a", "b", "c"], [COMPLETED] * 3, edges=[(0, 1, "!waiting_edge"), (1, 2, "x")])
    assert [edge.waiting for edge in fold(picture).edges] == [True, False]


@given(pictures(), st.sets(st.integers(0, 40)), st.integers(1, 60))
def test_every_node_is_in_one_group_and_every_edge_in_the_quotient(
    picture: Picture, opened: set[int], most: int
) -> None:
    folding = fold(picture, opened, most=most)
    shown, edges = dissolve_glue(picture)
    assert sorted(i for members in folding.members for i in members) == shown
    for number, members in enumerate(folding.members):
        assert members
        assert all(folding.group_of[i] == number for i in members)
    assert sum(edge.count for edge in folding.edges) == len(edges)
    quotient = {(e.source, e.target, label) for e in folding.edges for label in e.labels}
    assert quotient == {(folding.group_of[a], folding.group_of[b], label) for a, b, label in edges}


@given(pictures(), st.integers(1, 60))
def test_there_are_never_more_groups_than_asked_for(picture: Picture, most: int) -> None:
    if len(dissolve_glue(picture)[0]) > 24:
        assert len(fold(picture, most=most).members) <= most


@given(pictures())
def test_the_counts_of_the_groups_are_those_of_the_nodes(picture: Picture) -> None:
    folding = fold(picture)
    groups = tally(picture, folding)
    assert sum(group.count for group in groups) == len(dissolve_glue(picture)[0])
    assert all(sum(group.counts.values()) == group.count for group in groups)
    assert all(sum(group.executors.values()) == group.count for group in groups)


@given(pictures())
def test_folding_is_deterministic(picture: Picture) -> None:
    assert fold(picture) == fold(picture)
