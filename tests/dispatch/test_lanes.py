from array import array
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow.dispatch.lanes import BUDGET, LARGEST, LITTLE, Lane, Lanes, Plan
from jupyter_flow.dispatch.machine import Machine
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.events import READY
from jupyter_flow.model.options import Options
from jupyter_flow.resources.base import Claim, Share

TINY = 1000  # ns: a handful is given to one worker whole
CHEAP = LITTLE  # ns


def share(workers: int | None = None) -> Share:
    return Share(LocalExecutor(workers=workers))


def lane_of(
    nodes: int,
    *,
    edges: Sequence[tuple[int, int]] = (),
    waits: Sequence[tuple[int, int]] = (),
    cores: Sequence[int] = (1,),
    version: Sequence[int] | None = None,
    cost: Sequence[int] = (CHEAP,),
    shared: Share | None = None,
) -> Lane:
    """A lane that knows a graph with so many nodes and a version for each of `cores`."""
    versions = [SimpleNamespace(kind="electron", options=Options(cores=k), fingerprint=b"") for k in cores]
    which = array("I", version or [0] * nodes)
    graph = SimpleNamespace(version=which, kinds=bytes(nodes), calls=[()] * nodes, versions=versions, waits=waits)
    consumers: list[list[int]] = [[] for _ in range(nodes)]
    waiting = array("I", [0] * nodes)
    for parent, child in [*edges, *waits]:
        consumers[parent].append(child)
        waiting[child] += 1
    machine = Machine(consumers, waiting, [0] * nodes)
    plan = Plan(graph, machine, {})
    plan.cost = list(cost) * (len(cores) if len(cost) == 1 else 1)
    lane = Lane(SimpleNamespace(name="work"), plan, shared or share(), None)  # type: ignore[arg-type]
    plan.lane_of = [lane] * len(cores)
    return lane


def lanes_with(*lanes: Lane) -> Lanes:
    """Lanes in which these have begun."""
    all_of_them = Lanes()
    for lane in lanes:
        all_of_them.add(lane, lane.plan.machine.start().run)
    return all_of_them


def nodes_of(claim: Claim | None) -> list[int]:
    assert claim is not None
    return [member[0] for member in claim.members]


# batches --------------------------------------------------------------------------------


def test_what_was_never_measured_travels_alone() -> None:
    lanes = lanes_with(lane_of(100, cost=[0]))
    assert nodes_of(lanes.claim(2, 2)) == [0]
    assert nodes_of(lanes.claim(2, 2)) == [1]


def test_cheap_electrons_travel_in_batches_that_leave_some_for_the_others() -> None:
    lanes = lanes_with(lane_of(40))
    assert len(nodes_of(lanes.claim(2, 2))) == 10


def test_no_batch_is_larger_than_the_largest() -> None:
    lanes = lanes_with(lane_of(10_000, cost=[TINY]))
    assert len(nodes_of(lanes.claim(2, 2))) == LARGEST


def test_a_batch_and_a_chain_are_as_large_as_the_resource_says() -> None:
    chain = [(n, n + 1) for n in range(999)]
    for edges in ([], chain):
        lane = lane_of(1000, edges=edges, cost=[TINY])
        lane.resource = SimpleNamespace(batch=100)
        assert nodes_of(lanes_with(lane).claim(2, 2)) == list(range(100))


def test_a_claim_tells_what_its_members_were_measured_to_take() -> None:
    claims = [lanes_with(lane_of(1000, cost=[cost])).claim(2, 2) for cost in (0, TINY, BUDGET // 4)]
    assert [claim and claim.cost for claim in claims] == [0, LARGEST * TINY, BUDGET]


def test_a_batch_holds_no_more_than_its_budget_of_measured_work() -> None:
    lanes = lanes_with(lane_of(1000, cost=[BUDGET // 4]))
    assert len(nodes_of(lanes.claim(2, 2))) == 4


def test_an_electron_that_costs_more_than_a_budget_travels_alone() -> None:
    lanes = lanes_with(lane_of(1000, cost=[5 * BUDGET]))
    assert len(nodes_of(lanes.claim(2, 2))) == 1


def test_the_unmeasured_does_not_join_a_batch_of_the_measured() -> None:
    lanes = lanes_with(lane_of(100, cores=(1, 1), cost=[CHEAP, 0], version=[0] * 3 + [1] * 97))
    assert nodes_of(lanes.claim(1, 1)) == [0, 1, 2]


@given(st.integers(1, 300), st.integers(1, 8), st.sampled_from([0, TINY, CHEAP, BUDGET // 3, BUDGET * 2]))
def test_every_ready_node_leaves_exactly_once(nodes: int, workers: int, cost: int) -> None:
    lanes = lanes_with(lane_of(nodes, cost=[cost]))
    left: list[int] = []
    while (claim := lanes.claim(workers, workers)) is not None:
        assert claim.members
        left += nodes_of(claim)
        claim.share.busy -= 1
    assert left == list(range(nodes))
    assert lanes.waiting == 0


# running ahead --------------------------------------------------------------------------


def test_a_cheap_chain_goes_to_one_worker() -> None:
    lanes = lanes_with(lane_of(5, edges=[(n, n + 1) for n in range(4)]))
    assert nodes_of(lanes.claim(2, 2)) == [0, 1, 2, 3, 4]


def test_a_chain_runs_ahead_no_further_than_a_batch() -> None:
    lanes = lanes_with(lane_of(200, edges=[(n, n + 1) for n in range(199)], cost=[TINY]))
    assert nodes_of(lanes.claim(2, 2)) == list(range(LARGEST))


def test_nothing_runs_ahead_of_what_was_never_measured() -> None:
    lanes = lanes_with(lane_of(3, edges=[(0, 1), (1, 2)], cost=[0]))
    assert nodes_of(lanes.claim(2, 2)) == [0]


def test_what_needs_two_inputs_does_not_run_ahead() -> None:
    lanes = lanes_with(lane_of(3, edges=[(0, 2), (1, 2)]))
    assert nodes_of(lanes.claim(1, 1)) == [0]
    assert nodes_of(lanes.claim(1, 1)) == [1]


def test_what_needs_two_inputs_goes_along_where_both_are_made_in_no_time() -> None:
    lanes = lanes_with(lane_of(3, edges=[(0, 2), (1, 2)], cost=[TINY]))
    assert nodes_of(lanes.claim(2, 2)) == [0, 1, 2]


@given(st.integers(1, 12), st.data())
def test_whatever_goes_along_comes_after_all_it_needs(nodes: int, data: Any) -> None:
    pairs = [(a, b) for b in range(nodes) for a in range(b)]
    edges = sorted(data.draw(st.sets(st.sampled_from(pairs), max_size=20))) if pairs else []
    lane = lane_of(nodes, edges=edges, cost=[TINY])
    lanes, done = lanes_with(lane), list[int]()
    while (claim := lanes.claim(2, 2)) is not None:
        order = nodes_of(claim)
        for place, node in enumerate(order):
            assert all(parent in done or parent in order[:place] for parent, child in edges if child == node)
        done += order
        lanes.add(lane, lane.plan.machine.completed(order))
    assert sorted(done) == list(range(nodes))


@pytest.mark.parametrize("cost", [TINY, CHEAP])
def test_what_is_ordered_by_wait_does_not_run_ahead(cost: int) -> None:
    lanes = lanes_with(lane_of(2, waits=[(0, 1)], cost=[cost]))
    assert nodes_of(lanes.claim(1, 1)) == [0]


def test_what_takes_several_workers_neither_runs_ahead_nor_travels_with_others() -> None:
    lanes = lanes_with(lane_of(4, edges=[(0, 1)], cores=(1, 2), version=[0, 1, 1, 0]))
    assert nodes_of(lanes.claim(4, 4)) == [0]
    assert nodes_of(lanes.claim(4, 4)) == [2]
    assert nodes_of(lanes.claim(4, 4)) == [3]


def test_a_chain_does_not_run_ahead_into_another_lane() -> None:
    here = lane_of(2, edges=[(0, 1)], cores=(1, 1), version=[0, 1])
    here.plan.lane_of = [here, lane_of(1)]
    assert nodes_of(lanes_with(here).claim(1, 1)) == [0]


# what ended while it was ready -----------------------------------------------------------


@pytest.mark.parametrize("cost", [0, TINY, CHEAP])
@pytest.mark.parametrize("cancelled", [[0], [4], [0, 1, 2], [1, 3], [8, 9]])
def test_what_was_cancelled_while_it_waited_is_not_given_out(cost: int, cancelled: list[int]) -> None:
    lane = lane_of(10, cost=[cost])
    lanes = lanes_with(lane)
    lane.plan.machine.cancel(cancelled)
    left: list[int] = []
    while (claim := lanes.claim(2, 2)) is not None:
        left += nodes_of(claim)
    assert left == [node for node in range(10) if node not in cancelled]


def test_a_lane_whose_nodes_were_all_cancelled_does_not_hold_up_another() -> None:
    first, second = lane_of(3, cores=(2,)), lane_of(3)
    lanes = lanes_with(first, second)
    assert lanes.claim(2, 1) is None  # it waits for two free workers, and nobody overtakes it
    first.plan.machine.cancel(None)
    assert nodes_of(lanes.claim(2, 1)) == [0]
    assert first.share.busy == 0


def test_a_lane_dropped_while_it_was_held_does_not_hold_up_another() -> None:
    first, second = lane_of(3, cores=(2,)), lane_of(3)
    lanes = lanes_with(first, second)
    assert lanes.claim(2, 1) is None
    lanes.drop(lambda lane: lane is first)
    assert nodes_of(lanes.claim(2, 1)) == [0]


# between lanes --------------------------------------------------------------------------


def test_two_dispatches_take_turns() -> None:
    first, second = lane_of(1000), lane_of(4)
    lanes = lanes_with(first, second)
    claims = [lanes.claim(2, 2) for _ in range(4)]
    assert [claim.work for claim in claims if claim] == [first.work, second.work, first.work, second.work]


def test_a_limit_is_shared_by_the_dispatches_of_equal_executors() -> None:
    limit = share(1)
    first, second = lane_of(10, cost=[0], shared=limit), lane_of(10, cost=[0], shared=limit)
    lanes = lanes_with(first, second)
    assert lanes.claim(4, 4) is not None
    assert lanes.claim(4, 3) is None
    limit.busy -= 1
    claim = lanes.claim(4, 4)
    assert claim is not None
    assert claim.work is second.work


def test_a_limited_lane_does_not_hold_up_an_unlimited_one() -> None:
    limited, free = lane_of(10, cost=[0], shared=share(1)), lane_of(10, cost=[0])
    lanes = lanes_with(limited, free)
    works = [claim.work for _ in range(4) if (claim := lanes.claim(4, 4))]
    assert works == [limited.work, free.work, free.work, free.work]


def test_only_what_its_limit_lets_run_counts_as_claimable() -> None:
    lanes = lanes_with(lane_of(10, cost=[0], shared=share(2)))
    assert (lanes.waiting, lanes.claimable) == (10, 2)
    lanes.claim(4, 4)
    assert (lanes.waiting, lanes.claimable) == (9, 1)
    lanes.claim(4, 4)
    assert (lanes.waiting, lanes.claimable) == (8, 0)


def test_an_electron_of_many_cores_is_not_starved_by_small_ones() -> None:
    small, large = lane_of(1000, cost=[0]), lane_of(1, cores=(3,), cost=[0])
    lanes = lanes_with(small, large)
    running: list[Claim] = []
    for _ in range(30):
        claim = lanes.claim(4, 4 - sum(c.cores for c in running))
        if claim is not None:
            running.append(claim)
        else:
            running.pop(0)
        if any(c.work is large.work for c in running):
            break
    assert any(c.work is large.work for c in running)
    assert sum(c.cores for c in running) <= 4


@st.composite
def loads(draw: Any) -> list[tuple[int, int, int | None]]:
    lane = st.tuples(st.integers(1, 30), st.integers(1, 4), st.none() | st.integers(1, 3))
    drawn: list[tuple[int, int, int | None]] = draw(st.lists(lane, min_size=1, max_size=4))
    return drawn


@given(loads(), st.sampled_from([0, TINY, CHEAP]), st.data())
@settings(max_examples=150)
def test_whatever_ends_first_no_slot_is_taken_twice_no_limit_passed_and_all_leave(
    load: list[tuple[int, int, int | None]], cost: int, data: Any
) -> None:
    workers = 4
    lanes_of_load = [lane_of(n, cores=(k,), cost=[cost], shared=share(limit)) for n, k, limit in load]
    lanes = lanes_with(*lanes_of_load)
    running: list[Claim] = []
    left = 0
    for _ in range(1000):
        free = workers - sum(claim.cores for claim in running)
        claim = lanes.claim(workers, free)
        if claim is not None:
            running.append(claim)
            left += len(claim.members)
            assert claim.cores <= free
            assert all(lane.share.limit is None or lane.share.busy <= lane.share.limit for lane in lanes_of_load)
        elif running:
            done = running.pop(data.draw(st.integers(0, len(running) - 1)))
            done.share.busy -= 1
        else:
            break
    assert left == sum(n for n, _, _ in load)
    assert lanes.waiting == 0


def test_a_node_is_ready_until_it_is_claimed() -> None:
    lane = lane_of(1)
    lanes_with(lane)
    assert lane.plan.machine.state[0] == READY
