"""What is learned of many nodes at once is what is learned of each."""

from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.dispatch.endings import MAY_RUN
from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, RUNNING, SKIPPED, Failure, Origin, Record
from jupyter_flow.widgets.facts import seconds_of, took
from jupyter_flow.widgets.times import SHORTEST, Times

NODES = 12
BEGAN = 1000
STATES = (0, RUNNING, COMPLETED, FAILED, CANCELLED, SKIPPED)
GIVEN_UP = Failure("cancelled", "ElectronCancelled", "it was cancelled" + MAY_RUN, "")


@st.composite
def attempts(draw: st.DrawFn) -> tuple[int, Record | None]:
    """A state, and an attempt that ended so: begun before the dispatch was, taken from the cache, given up."""
    status = draw(st.sampled_from(STATES))
    start, end = draw(st.sampled_from([0, 5, BEGAN, 2000, 3000])), draw(st.sampled_from([0, 5, BEGAN, 2000, 10**9]))
    failure = draw(st.sampled_from([None, GIVEN_UP])) if status in (FAILED, CANCELLED) else None
    origin = draw(st.sampled_from([None, Origin("other", 1)]))
    record = Record(0, 1, status, start, end, 1, None, None, None, failure, None, origin)
    return status, draw(st.sampled_from([None, record]))


@given(st.lists(attempts()))
def test_times_of_many_are_those_of_each(ended: list[tuple[int, Record | None]]) -> None:
    found = [record for _, record in ended]
    assert took(found, BEGAN) == [seconds_of(record, BEGAN) for record in found]


@given(st.lists(st.lists(st.tuples(st.integers(0, NODES - 1), attempts())), max_size=6))
def test_what_is_known_of_a_node_is_what_became_of_it_last(
    looks: list[list[tuple[int, tuple[int, Record | None]]]],
) -> None:
    times, states, known = Times(NODES), bytearray(NODES), dict[int, Record | None]()
    met: list[float] = []
    for changes in looks:
        for node, (state, record) in changes:
            if state != states[node]:
                states[node], known[node] = state, record
        times.learn(bytes(states), known.get, BEGAN)
        wanted = [seconds_of(known.get(n), BEGAN) if states[n] >= COMPLETED else None for n in range(NODES)]
        assert times.seconds == wanted
        reused = [n for n in range(NODES) if states[n] == COMPLETED and wanted[n] is None]
        assert times.untimed(NODES) == len(reused)
        met += [max(seconds, SHORTEST) for seconds in wanted if seconds is not None]
        assert times.span == ((min(met), max(met)) if met else None)
        given_up = {n for n in range(NODES) if (r := known.get(n)) and r.failure and states[n] >= COMPLETED}
        assert given_up <= times.given_up
