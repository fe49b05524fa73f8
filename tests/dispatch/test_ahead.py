"""What goes to a cluster before its inputs are made: `test_machine` has what becomes of it."""

from array import array
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.dispatch import ahead
from jupyter_flow.dispatch.lanes import LARGEST, Lane, Lanes, Plan
from jupyter_flow.dispatch.machine import Machine
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.events import WAITING
from jupyter_flow.model.graph import OUTPUTS, PLAIN
from jupyter_flow.model.options import Options
from jupyter_flow.resources.base import Claim, Share

TINY = 1000  # ns
RUN = 7


class Lies:
    """A claim that lies with a cluster."""

    def __init__(self, claim: Claim) -> None:
        self.claim, self.lent = claim, False


class Cluster:
    """A graph, all of it for one resource, and what that has of it."""

    def __init__(
        self, nodes: int, edges: Sequence[tuple[int, int]], waits: Sequence[tuple[int, int]] = (), cost: int = 0,
        limit: int | None = None, **version: Any,
    ) -> None:  # fmt: skip
        calls = [[a for a, b in edges if b == node] for node in range(nodes)]
        kinds = bytes(OUTPUTS if call else PLAIN for call in calls)
        options = Options(cores=1, cache=version.pop("cache", None))
        versions = [SimpleNamespace(**{"kind": "electron", "options": options, "fingerprint": b"", **version})]
        graph = SimpleNamespace(version=array("I", [0] * nodes), kinds=kinds, calls=calls, versions=versions)
        graph.waits = list(waits)
        both = sorted({*edges, *waits})
        waiting = array("I", [sum(child == node for _, child in both) for node in range(nodes)])
        consumers = [[child for parent, child in both if parent == node] for node in range(nodes)]
        self.machine = Machine(consumers, waiting, [0] * nodes)
        self.plan = Plan(graph, self.machine, {})
        self.plan.cost = [cost]
        self.share = Share(LocalExecutor(workers=limit))
        self.resource: Any = SimpleNamespace(workers=2)
        work: Any = SimpleNamespace(number=RUN)
        self.plan.lane_of = [Lane(work, self.plan, self.share, self.resource)]
        self.lanes = Lanes()
        self.lanes.add(self.plan.lane_of[0], self.machine.start().run)
        self.lying: dict[tuple[int, int], Lies] = {}

    def lies(self, claim: Claim | None) -> Claim:
        """A claim is handed over."""
        assert claim is not None
        lies = Lies(claim)
        self.lying.update(((RUN, member[0]), lies) for member in claim.members)
        return claim

    def give(self) -> Claim:
        """What is ready."""
        return self.lies(self.lanes.claim(2, 2))

    def follow(self, claim: Claim, most: int = 100) -> list[Claim]:
        """What can go after it."""
        found = ahead.claims(self.plan, claim, self.resource, self.lying, most)
        return [self.lies(one) for one in found]


def nodes_of(claim: Claim) -> list[int]:
    return [member[0] for member in claim.members]


def test_a_chain_of_what_was_never_measured_follows_one_by_one() -> None:
    cluster = Cluster(4, [(0, 1), (1, 2), (2, 3)])
    claims = [cluster.give()]
    for claim in claims:
        claims += cluster.follow(claim)
    assert [nodes_of(claim) for claim in claims] == [[0], [1], [2], [3]]
    assert [claim.needs for claim in claims] == [{}, {1: [0]}, {2: [1]}, {3: [2]}]


def test_what_needs_several_follows_when_the_last_of_them_lies_there() -> None:
    cluster = Cluster(3, [(0, 2), (1, 2)])
    assert cluster.follow(cluster.give()) == []
    (last,) = cluster.follow(cluster.give())
    assert {node: set(needed) for node, needed in last.needs.items()} == {2: {0, 1}}


def test_what_has_completed_need_not_lie_there() -> None:
    cluster = Cluster(3, [(0, 2), (1, 2)])
    cluster.give()
    second = cluster.give()
    del cluster.lying[RUN, 0]
    cluster.machine.completed([0])
    assert [claim.needs for claim in cluster.follow(second)] == [{2: [1]}]


def test_what_comes_after_something_that_lies_elsewhere_does_not_go_ahead() -> None:
    cluster = Cluster(3, [(0, 2), (1, 2)])
    cluster.give()
    second = cluster.give()
    del cluster.lying[RUN, 0]
    assert cluster.follow(second) == []


def test_order_without_data_is_kept_too() -> None:
    cluster = Cluster(2, [], waits=[(0, 1)])
    assert [claim.needs for claim in cluster.follow(cluster.give())] == [{1: [0]}]


@pytest.mark.parametrize("version", [{"kind": "sublattice"}, {"cache": True, "fingerprint": b"known"}])
def test_what_follows_a_sublattice_or_is_looked_up_in_the_cache_does_not_go_ahead(version: dict[str, Any]) -> None:
    cluster = Cluster(2, [(0, 1)], **version)
    assert cluster.follow(cluster.give()) == []


def test_what_is_for_another_resource_does_not_go_ahead() -> None:
    cluster = Cluster(2, [(0, 1)])
    claim = cluster.give()
    cluster.resource = SimpleNamespace(workers=2)
    assert cluster.follow(claim) == []


def test_no_more_goes_ahead_than_there_is_room_for() -> None:
    cluster = Cluster(100, [(0, child) for child in range(1, 100)])
    assert len(cluster.follow(cluster.give(), most=3)) == 3


def test_what_is_cheap_goes_ahead_in_batches() -> None:
    cluster = Cluster(21, [(0, child) for child in range(1, 21)], cost=TINY)
    cluster.plan.cost = [0]
    first = cluster.give()
    cluster.plan.cost = [TINY]
    (claim,) = cluster.follow(first)
    assert sorted(nodes_of(claim)) == list(range(1, 21))
    assert claim.needs == {node: [0] for node in range(1, 21)}
    assert len(claim.members) <= LARGEST


def test_within_a_limit_what_follows_has_the_place_of_one_that_it_follows() -> None:
    cluster = Cluster(5, [(0, 2), (0, 3), (1, 4)], limit=2)
    first, second = cluster.give(), cluster.give()
    (heir,) = cluster.follow(first)  # the other consumer of the first would have no place
    (other,) = cluster.follow(second)
    assert [nodes_of(heir), nodes_of(other)] == [[2], [4]]
    assert (cluster.share.busy, cluster.share.ahead, cluster.share.free) == (4, 2, False)
    assert heir.lender is cluster.lying[RUN, 0]


@given(st.integers(1, 14), st.sampled_from([0, TINY]), st.sampled_from([None, 1, 2]), st.data())
def test_whatever_goes_ahead_names_all_that_it_comes_after_and_leaves_once(
    nodes: int, cost: int, limit: int | None, data: Any
) -> None:
    pairs = [(a, b) for b in range(nodes) for a in range(b)]
    some = st.sets(st.sampled_from(pairs), max_size=20) if pairs else st.just(set())
    edges, waits = sorted(data.draw(some)), sorted(data.draw(some))
    cluster = Cluster(nodes, edges, waits, cost, limit)
    handed: list[int] = []
    done: set[int] = set()
    while (claim := cluster.lanes.claim(2, 2)) is not None:
        flying = [cluster.lies(claim)]
        for one in flying:
            flying += cluster.follow(one, most=data.draw(st.integers(0, 4)))
        for one in flying:
            for place, node in enumerate(nodes_of(one)):
                known = done | set(one.needs.get(node, ())) | set(nodes_of(one)[:place])
                assert {a for a, b in [*edges, *waits] if b == node} <= known
                assert set(one.needs.get(node, ())) <= set(handed)
            handed += nodes_of(one)
        for one in flying:
            cluster.share.busy -= 1
            cluster.share.ahead -= one.lender is not None
            done |= set(nodes_of(one))
            cluster.lying.clear()
            cluster.lanes.add(cluster.plan.lane_of[0], cluster.machine.completed(nodes_of(one)))
    assert sorted(handed) == list(range(nodes))
    assert WAITING not in cluster.machine.state
