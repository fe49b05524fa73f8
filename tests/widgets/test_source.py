"""What is looked at is the same wherever a dispatch is: in memory, or in the store."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jupyter_flow as jf
from jupyter_flow.dispatch.run import Run
from jupyter_flow.model.events import COMPLETED
from jupyter_flow.widgets.facts import RunFacts, StoreFacts, seconds_of
from jupyter_flow.widgets.source import Source, source_of
from jupyter_flow.widgets.states import NUMBERS, counts_of, differences, ended, parted


def test_views_of_one_dispatch_share_its_source(done: str) -> None:
    assert source_of(done) is source_of(done)


def test_memory_and_store_say_the_same_of_a_dispatch_that_ended(done: str) -> None:
    run = jf.session().run(done)
    assert run is not None
    here, stored = RunFacts(run), StoreFacts(jf.session().store, done)
    assert here.states() == stored.states()
    assert (here.status, here.started, here.ended) == (stored.status, stored.started, stored.ended)
    for node in range(len(run.graph)):
        assert seconds_of(here.record(node)) == seconds_of(stored.record(node))
    source = Source(done)
    assert source.over
    assert not source.here
    assert source.stamp() == source.stamp()


def test_what_the_session_has_forgotten_is_looked_up_in_the_store(done: str) -> None:
    source = Source(done, run=jf.session().run(done))
    before = source.facts.states()
    source._run = lambda: None  # type: ignore[assignment, return-value]
    assert isinstance(source.facts, StoreFacts)
    assert source.facts.states() == before


@given(st.binary(max_size=1000), st.lists(st.tuples(st.integers(0, 999), st.integers(0, 8)), max_size=20))
def test_differences_are_where_arrays_differ(before: bytes, changes: list[tuple[int, int]]) -> None:
    after = bytearray(before)
    for place, value in changes:
        if place < len(after):
            after[place] = value
    assert differences(before, bytes(after)) == [i for i in range(len(before)) if before[i] != after[i]]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8))))
def test_what_has_ended_is_told_from_what_had_or_goes_on(changes: list[tuple[int, int]]) -> None:
    before, after = bytes([a for a, _ in changes]), bytes([b for _, b in changes])
    nodes = [*range(100, 100 + len(changes))]
    over = [node for node, state in zip(nodes, after, strict=True) if state >= COMPLETED]
    assert ended(nodes, before, after) == [node for node in over if before[node - 100] < COMPLETED]
    assert [*map(list, parted(nodes, after))] == [[node for node in nodes if node not in over], over]


@given(st.lists(st.integers(0, 8)))
def test_states_are_counted(states: list[int]) -> None:
    assert counts_of(bytes(states)) == [states.count(number) for number in range(NUMBERS)]


def test_what_a_dispatch_waits_for_stands_in_its_line_as_long_as_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    @jf.electron(executor="thread")
    def waits() -> bool:
        return gate.wait(60)

    monkeypatch.setattr(Run, "held_up", lambda run, node=None: "the cluster starts")
    id = jf.dispatch(jf.lattice(lambda: waits()))()
    source = source_of(id)
    assert source.look()[1]["text"].startswith("running: 0 of 1 electron completed")
    assert source.look()[1]["text"].endswith(" · the cluster starts")
    gate.set()
    assert id.result()
    assert "starts" not in source.look()[1]["text"]
