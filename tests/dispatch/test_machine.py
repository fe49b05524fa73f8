from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow.dispatch.machine import Machine
from jupyter_flow.model.events import COMPLETED
from jupyter_flow.model.status import Status
from tests.dispatch.world import Shape, World

Draw = Any


@st.composite
def shapes(draw: Draw) -> Shape:
    nodes = draw(st.integers(0, 12))
    pairs = [(a, b) for b in range(nodes) for a in range(b)]
    some = st.frozensets(st.sampled_from(pairs), max_size=16) if pairs else st.just(frozenset())
    chain = frozenset((a, a + 1) for a in range(nodes - 1)) if draw(st.booleans()) else frozenset()
    retries = draw(st.lists(st.integers(0, 2), min_size=nodes, max_size=nodes))
    return Shape(nodes, draw(some) | chain, draw(some), tuple(retries))


def step(world: World, draw: Draw) -> bool:
    """One thing that can happen next; False if nothing can."""
    world.prune()
    enabled: list[tuple[str, int]] = [("hand", n) for n in range(len(world.workers)) if world.ready]
    for number, it in enumerate(world.workers):
        enabled += [("begin", number)] * world.can_begin(number)
        enabled += [("hand ahead", number)] * bool(world.following())
        enabled += [("finish", number)] * (it.running is not None)
        enabled += [("time out", number)] * (it.running is not None)
        enabled += [("tell", number)] * bool(it.reports)
        enabled += [("give back", number)] * bool(it.members)
        enabled += [("lose", number)] * bool(it.members or it.running or it.reports)
    if not enabled:
        return False
    if draw(st.integers(0, 29)) == 0:
        enabled = [("cancel", 0)]
    what, number = draw(st.sampled_from(enabled))
    act(world, what, number, draw)
    return True


def act(world: World, what: str, worker: int, draw: Draw) -> None:
    if what == "hand":
        world.hand(worker, draw(st.sampled_from(world.ready)), draw(st.integers(0, 4)))
    elif what == "hand ahead":
        world.hand_ahead(worker, draw(st.sampled_from(world.following())))
    elif what == "begin":
        world.begin(worker, draw(st.booleans()))
    elif what == "finish":
        world.finish(worker, draw(st.integers(0, 3)) > 0)
    elif what == "tell":
        world.tell(worker, draw(st.integers(1, 3)))
    elif what == "give back":
        world.give_back(worker, draw(st.integers(1, 3)))
    elif what == "time out":
        world.time_out(worker, draw(st.booleans()))
    elif what == "lose":
        world.lose(worker)
    else:
        some = st.lists(st.integers(0, world.shape.nodes - 1), max_size=3) if world.shape.nodes else st.just([])
        world.cancel(draw(st.none() | some), draw(st.booleans()))


def drain(world: World) -> None:
    """Everything runs, well, to the end."""
    for _ in range(100 * (world.shape.nodes + 1)):
        world.prune()
        if world.ready:
            world.hand(0, world.ready[0], 0)
        for number, it in enumerate(world.workers):
            if it.running is not None:
                world.finish(number, True)
            world.tell(number, 100)
            if it.members and it.running is None:
                world.begin(number, True)
        world.check()
        if world.machine.done:
            return
    raise AssertionError("a node is stuck")


@given(shapes(), st.integers(1, 3), st.data())
@settings(max_examples=250)
def test_every_node_ends_once_and_as_the_model_says_whatever_happens(shape: Shape, workers: int, data: Draw) -> None:
    world = World(shape, workers)
    world.check()
    for _ in range(data.draw(st.integers(0, 80))):
        if not step(world, data.draw):
            break
        world.check()
    drain(world)


@given(shapes(), st.integers(1, 3), st.data())
@settings(max_examples=100)
def test_without_failures_and_cancels_everything_completes_and_runs_once(
    shape: Shape, workers: int, data: Draw
) -> None:
    world = World(shape, workers)
    while world.ready:
        node = data.draw(st.sampled_from(world.ready))
        world.hand(data.draw(st.integers(0, workers - 1)), node, data.draw(st.integers(0, 4)))
        for number, it in enumerate(world.workers):
            while it.members:
                world.begin(number, True)
                if it.running is not None:
                    world.finish(number, True)
            world.tell(number, 100)
        world.check()
    assert world.status is Status.COMPLETED
    assert sorted(world.executions) == [(node, 1) for node in range(shape.nodes)]


def machine_of(*edges: tuple[int, int], nodes: int, retries: int = 0) -> Machine:
    return Shape(nodes, frozenset(edges), frozenset(), (retries,) * nodes).machine()


def test_a_report_of_an_earlier_attempt_does_not_count() -> None:
    machine = machine_of(nodes=1, retries=1)
    machine.start()
    first = machine.handed(0)
    machine.fell(0)
    second = machine.handed(0)
    assert not machine.current(0, first)
    assert machine.current(0, second)
    assert not machine.started(0, first)


def test_a_node_may_be_retried_a_thousand_times() -> None:
    machine = machine_of(nodes=1, retries=1000)
    machine.start()
    for attempt in range(1, 1001):
        assert machine.handed(0) == attempt
        assert machine.fell(0).run == [0]
    assert machine.handed(0) == 1001
    assert machine.fell(0).ended == [0]
    assert machine.status is Status.FAILED


def test_nodes_adopted_before_the_start_do_not_run_and_their_consumers_do() -> None:
    machine = machine_of((0, 1), (1, 2), nodes=3)
    machine.completed([0])
    assert machine.start().run == [1]
    assert machine.state[0] == COMPLETED


def test_a_chain_of_ten_thousand_is_skipped_without_recursion() -> None:
    machine = machine_of(*((n, n + 1) for n in range(9_999)), nodes=10_000)
    machine.start()
    machine.handed(0)
    assert len(machine.fell(0).ended) == 10_000
    assert machine.done


def test_cancelling_everything_ends_every_node_at_once() -> None:
    machine = machine_of((0, 1), nodes=3)
    machine.start()
    machine.handed(0)
    commands = machine.cancel(None)
    assert commands.stop == [0]
    assert sorted(commands.ended) == [0, 1, 2]
    assert machine.done
    assert machine.status is Status.CANCELLED


def test_cancelling_twice_changes_nothing() -> None:
    machine = machine_of((0, 1), nodes=2)
    machine.start()
    machine.cancel([0])
    assert machine.cancel([0, 1]) == ([], [], [])
    assert machine.cancel(None) == ([], [], [])
    assert machine.left == 0


def test_what_went_ahead_of_what_is_cancelled_is_stopped_with_it() -> None:
    machine = machine_of((0, 1), (1, 2), (1, 3), nodes=4)
    machine.start()
    for node in (0, 1, 2):
        machine.handed(node)
    assert machine.cancel([0]) == ([], [0, 1, 2], [0, 1, 2, 3])
