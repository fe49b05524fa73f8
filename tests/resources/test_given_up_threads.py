# ruff: noqa: T201 - printing is what this is about
"""A thread cannot be killed: it is given up, which is said, and another one takes its place."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import InlineExecutor, ThreadExecutor
from jupyter_flow.widgets.executors import lines_of
from tests.resources import gates
from tests.waiting import until

Run = Callable[..., Any]
Eventually = Callable[..., None]
KINDS = pytest.mark.parametrize("executor", [ThreadExecutor(workers=2), InlineExecutor()], ids=["thread", "inline"])
MAY = "its thread may still run"


@pytest.fixture(autouse=True)
def _gates(eventually: Eventually) -> Iterator[None]:
    gates.reset()
    yield
    gates.gate.set()
    eventually(lambda: not given_up())


def given_up() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "given up" in thread.name]


@KINDS
def test_a_cancelled_electron_says_that_its_thread_may_still_run_and_one_that_had_not_begun_does_not(
    executor: Any,
) -> None:
    @jf.electron
    def stuck() -> None:
        gates.stuck()

    @jf.electron
    def after(value: None) -> None:
        pass

    @jf.lattice(executor=executor)
    def flow() -> None:
        after(stuck())

    id = jf.dispatch(flow)()
    assert gates.running.wait(30)
    until(lambda: jf.get_result(id).nodes[0].status == "RUNNING")
    id.cancel()
    nodes = jf.get_result(id, wait=True, timeout=5).nodes
    assert [str(node.status) for node in nodes] == ["CANCELLED", "CANCELLED"]
    assert [MAY in node.error.message for node in nodes] == [True, False]
    assert len(given_up()) == 1


@KINDS
def test_a_retry_says_that_the_attempt_before_it_still_runs(run: Run, executor: Any) -> None:
    @jf.electron(timeout=0.3, retries=1)
    def step() -> int:
        if jf.get_context().attempt == 1:
            gates.stuck()
        return jf.get_context().attempt

    @jf.lattice(executor=executor)
    def flow() -> Any:
        return step()

    outcome = run(flow)
    assert outcome.result == 2
    (node,) = outcome.nodes
    assert MAY in node.attempts[0].failure.message
    assert node.stderr == "jupyter_flow: attempt 1 was given up, and still runs beside this one\n"


def test_a_retry_says_nothing_where_the_attempt_before_it_has_come_to_its_end(run: Run) -> None:
    @jf.electron(retries=1)
    def step() -> int:
        if jf.get_context().attempt == 1:
            raise ValueError
        return 2

    @jf.lattice(executor="thread")
    def flow() -> Any:
        return step()

    outcome = run(flow)
    assert outcome.result == 2
    assert outcome.nodes[0].stderr == ""


@KINDS
def test_what_a_given_up_electron_returns_while_its_dispatch_goes_on_is_dropped(run: Run, executor: Any) -> None:
    @jf.electron(timeout=0.3)
    def stuck() -> str:
        gates.stuck()
        return "late"

    @jf.electron
    def after(value: str) -> str:
        return value

    @jf.electron
    def sibling() -> str:
        until(given_up)
        gates.gate.set()
        until(lambda: not given_up())  # it has returned, and what it returned was handed in
        return "well"

    @jf.lattice(executor=executor)
    def flow() -> Any:
        return after(stuck()), sibling()

    outcome = run(flow)
    ends = {node.name: (str(node.status), node.output) for node in outcome.nodes}
    assert ends == {"stuck": ("FAILED", None), "after": ("SKIPPED", None), "sibling": ("COMPLETED", "well")}
    assert outcome.nodes[0].error.kind == "timed_out"
    assert "sibling" not in outcome.error


def test_late_output_goes_to_the_executors_log_file_and_nowhere_else(
    run: Run, tmp_path: Path, eventually: Eventually, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"

    @jf.electron(timeout=0.3)
    def step() -> None:
        print("early")
        gates.stuck()
        print("late")

    @jf.electron
    def other() -> None:
        print("mine")

    def flow() -> None:
        step()

    def next() -> None:
        other()

    for executor in (ThreadExecutor(log_stdout=str(log)), ThreadExecutor()):
        gates.reset()
        outcome = run(jf.lattice(executor=executor)(flow))
        assert outcome.nodes[0].stdout == "early\n"
        eventually(
            lambda: log.exists() and log.read_text().startswith("early\n")
        )  # an electron that prints for ever takes no memory
        gates.gate.set()
        assert run(jf.lattice(executor=executor)(next)).nodes[0].stdout == "mine\n"
        eventually(lambda: not given_up())
        assert jf.get_result(outcome.dispatch_id).nodes[0].stdout == "early\n"
    assert sorted(log.read_text().split()) == ["early", "late", "mine"]
    assert capsys.readouterr() == ("", "")


@KINDS
def test_every_slot_is_replaced_however_many_are_given_up(run: Run, executor: Any) -> None:
    @jf.electron(timeout=0.1)
    def stuck() -> None:
        gates.stuck()

    @jf.electron
    def fine(n: int) -> int:
        return n

    @jf.lattice(executor=executor)
    def many() -> None:
        for _ in range(12):
            stuck()

    @jf.lattice(executor=executor)
    def after() -> Any:
        return [fine(n) for n in range(5)]

    assert {node.error.kind for node in run(many).nodes} == {"timed_out"}
    assert len(given_up()) == 12
    assert run(after).result == list(range(5))
    live = jf.session().resources
    found = [(info.running, info.given_up) for info in live if info.kind == executor.kind]
    assert found == [(0, 12)]
    assert any("12 given up that may still run" in line.workers for line in lines_of(live))
    gates.gate.set()
    until(lambda: not any(info.given_up for info in jf.session().resources))


def test_where_no_thread_can_be_started_for_a_while_the_dispatch_waits_and_ends(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    start = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if "jupyter-flow-thread" in self.name and "sweeper" not in self.name and len(refused) < 5:
            refused.append(self.name)
            raise RuntimeError("can't start new thread")
        start(self)

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor="thread")
    def flow() -> Any:
        return one()

    jf.session().close()  # the next has no threads yet
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert jf.dispatch(flow)().result(20) == 1
    assert len(refused) == 5


@KINDS
def test_what_a_thread_runs_when_the_session_is_closed_is_in_doubt(executor: Any) -> None:
    @jf.electron
    def stuck(before: int) -> None:
        gates.stuck()

    @jf.electron
    def one(*before: None) -> int:
        return 1

    @jf.lattice(executor=executor)
    def flow() -> None:
        one(stuck(one()))

    id = jf.dispatch(flow)()
    assert gates.running.wait(30)
    jf.session().close()
    nodes = jf.get_result(id).nodes
    assert [str(node.status) for node in nodes] == ["COMPLETED", "INTERRUPTED", "NEW_OBJECT"]
    assert nodes[1].error.kind == "interrupted"
    assert nodes[1].worker.startswith(f"jupyter-flow-{executor.kind}")
