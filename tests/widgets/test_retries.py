"""Nodes that are tried again, and nodes whose values were there already: nothing is told that did not happen."""

from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING, SKIPPED
from jupyter_flow.widgets.busy import Sampler
from jupyter_flow.widgets.details import Selected
from jupyter_flow.widgets.facts import RunFacts, StoreFacts
from jupyter_flow.widgets.source import Source, source_of
from jupyter_flow.widgets.table import first_page, rows
from tests.waiting import until

from .pages import Page
from .scripted import fan, scripted
from .steps import ran

PLACE = LocalExecutor(workers=1)


@jf.electron(executor=PLACE, retries=1)
def fickle(number: int, folder: str) -> int:
    """The first of these fails once, and then waits for the second, which waits for us."""
    import time
    from pathlib import Path

    tried, gate = Path(folder) / "tried", Path(folder) / "gate"
    if number == 0 and not tried.exists():
        tried.touch()
        raise ValueError("once more")
    while number and not gate.exists():
        time.sleep(0.005)
    return number


@jf.lattice
def retrying(folder: str) -> Any:
    """Two for one worker."""
    return [fickle(number, folder) for number in range(2)]


@pytest.fixture
def between(tmp_path: Path) -> Any:
    """A dispatch whose first node has failed once, and waits for the worker."""
    id = jf.dispatch(retrying)(str(tmp_path))
    run: Any = jf.session().run(id)
    until(lambda: run.retried and 1 in run.begun)
    yield run
    (tmp_path / "gate").touch()
    jf.get_result(id, wait=True)


def test_what_waits_to_be_tried_again_does_not_run(between: Any) -> None:
    facts = RunFacts(between)
    assert list(facts.begun()) == [1]
    assert list(facts.states()) == [0, RUNNING]
    source = source_of(between.id)
    assert [row["attempts"] for row in rows(source, first_page("v"))["rows"]] == [1, 1]
    bars = sorted(source.timelines.timeline("v")["bars"], key=lambda bar: bar["start"])
    assert [bar["node"] for bar in bars] == [0, 1]
    assert bars[0]["end"] <= bars[1]["start"]


def test_the_store_tells_of_what_is_tried_again_as_the_kernel_that_runs_it(between: Any) -> None:
    facts = StoreFacts(jf.session().store, between.id)
    assert list(facts.states()) == [0, 0]
    assert facts.record(0) is None
    assert [record.node for record in facts.retried()] == [0]


def test_a_further_attempt_waits_since_the_one_before(between: Any, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    jf.get_result(between.id, wait=True)
    for source in (source_of(between.id), Source(between.id)):
        told = source.timelines.timeline("v")
        first, again = sorted([bar for bar in told["bars"] if bar["node"] == 0], key=lambda bar: bar["start"])
        assert len(told["bars"]) == 3
        assert again["ready"] == first["end"]
        assert [row["attempts"] for row in rows(source, first_page("v"))["rows"]] == [2, 1]


def test_an_attempt_that_was_called_back_is_not_counted() -> None:
    source, facts = scripted(fan(1))
    facts.set(0, COMPLETED)
    facts.records[0] = facts.records[0]._replace(attempt=2)  # the first went ahead behind a node that failed
    assert [row["attempts"] for row in rows(source, first_page("v"))["rows"]] == [1, 0, 0]
    ((told,),) = (details["attempts"] for details in Selected("v", source, source, 0).again())
    assert told["number"] == 1


def test_what_did_not_run_makes_no_rate() -> None:
    source, facts = scripted(fan(20))
    facts.started -= 10**10
    for node in range(10):
        facts.set(node, COMPLETED)
        facts.records[node] = facts.records[node]._replace(end=facts.started - 1)
    for node in range(10, 15):
        facts.set(node, SKIPPED, 0.0)
    facts.set(15, FAILED)
    assert source.look()[1]["rate"] is None
    facts.set(16, COMPLETED)
    rate = source.look()[1]["rate"]
    assert rate is not None
    assert 0.1 < rate <= 0.2


def test_a_node_that_has_ended_is_not_said_to_be_cancelled(between: Any) -> None:
    page = Page(source_of(between.id))
    page.until("graph")
    assert page.answer("cancel", node=1)["ok"]
    facts = RunFacts(between)
    until(lambda: facts.states()[1] != RUNNING)
    again = page.answer("cancel", node=1)
    assert not again["ok"]
    assert "has ended already" in again["text"]


def test_values_taken_over_took_no_time_and_no_worker(done: str) -> None:
    page = Page(source_of(done))
    page.until("graph")
    node = source_of(done).picture.names.index("total")
    new = page.answer("rerun", node=node)["dispatch"]
    jf.get_result(new, wait=True)
    assert len(ran()) == 1
    for source in (source_of(new), Source(new)):
        again = Page(source)
        graph = again.until("graph")
        told = source.timelines.timeline("v")
        assert [bar["node"] for bar in told["bars"]] == [node]
        assert told["critical"] <= told["span"]
        taken = [row["seconds"] is not None for row in rows(source, first_page("v"))["rows"]]
        assert taken == [at == node for at in range(len(source.graph))]
        assert graph["times"] is not None
        again.ask("select", node=0)
        assert again.until("details")["cached"]
    for source in (source_of(new), Source(new)):
        (threads,) = [place for place in Sampler().executors(source, "v")["resources"] if place["id"] == "thread"]
        assert threads["done"] == 1
