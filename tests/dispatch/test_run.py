"""A dispatch and its records, on threads of this process."""

import sqlite3
import time
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.run import Run
from jupyter_flow.store.writer import Writer
from jupyter_flow.widgets.facts import seconds_of
from tests.waiting import until


@jf.electron(executor="thread")
def add(n: int, m: int = 1) -> int:
    return n + m


@jf.electron(executor="thread")
def fail(n: int) -> int:
    raise ValueError(n)


@jf.electron(executor="thread")
def pause(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@jf.lattice
def chain() -> Any:
    return add(add(add(1)))


def test_rows_are_queued_in_the_order_of_the_machines_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    real, locked = Run._write, list[bool]()

    def write(run: Run, rows: Any) -> None:
        locked.append(jf.session().dispatcher.lock.locked())
        real(run, rows)

    monkeypatch.setattr(Run, "_write", write)
    assert jf.dispatch(chain)().result(30) == 4
    assert locked
    assert all(locked)


def test_a_dispatch_that_cannot_be_recorded_fails_says_so_and_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = Writer._transaction

    def transaction(writer: Writer, jobs: Any) -> None:
        if any(job.rows for job in jobs):
            raise sqlite3.OperationalError("database or disk is full")
        real(writer, jobs)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_transaction", transaction)
        outcome = jf.get_result(jf.dispatch(chain)(), wait=True, timeout=30)
    assert outcome.status == "FAILED"
    assert "could not record" in outcome.error
    until(lambda: not jf.session().dispatcher.runs)
    assert jf.dispatch(chain)().result(30) == 4


def test_what_could_not_be_recorded_is_never_told_as_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = Writer._transaction, list[int]()

    def transaction(writer: Writer, jobs: Any) -> None:
        if any(row[0] == 0 for job in jobs for row in job.rows):
            failed.append(1)
            raise sqlite3.OperationalError("database or disk is full")
        real(writer, jobs)

    @jf.lattice
    def flow() -> Any:
        return pause(0.0), pause(0.2)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_transaction", transaction)
        outcome = jf.get_result(jf.dispatch(flow)(), wait=True, timeout=30)
    assert failed
    assert outcome.status == "FAILED"
    assert outcome.nodes[0].status != "COMPLETED"


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_setting_the_clock_neither_times_out_nor_hides_nor_lengthens_anything(
    monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    real, ahead = time.time_ns, [0]
    monkeypatch.setattr(time, "time_ns", lambda: real() + ahead[0])

    @jf.electron(executor="thread", timeout=100)
    def sets() -> None:
        until(lambda: any(run.begun for run in list(jf.session().dispatcher.runs.values())))
        ahead[0] = jump * 10**9
        time.sleep(0.1)

    @jf.electron(executor="thread", timeout=0.2)
    def late() -> None:
        time.sleep(2)

    @jf.lattice
    def flow() -> Any:
        return jf.wait(late(), [jf.wait(pause(0.0), [sets()])])

    outcome = jf.get_result(jf.dispatch(flow)(), wait=True, timeout=30)
    by_name = {node.name: node for node in outcome.nodes}
    assert {name: str(node.status) for name, node in by_name.items() if node.kind == "electron"} == {
        "sets": "COMPLETED", "pause": "COMPLETED", "late": "FAILED"
    }  # fmt: skip
    assert by_name["late"].error.kind == "timed_out"
    for name in ("sets", "pause"):
        took = seconds_of(by_name[name].attempts[-1], outcome._view.started)  # None: it was there before
        assert took is not None
        assert took < 1000


def test_every_attempt_of_a_retried_node_is_kept_in_order() -> None:
    @jf.lattice
    def flow() -> Any:
        return fail.with_options(retries=3)(7)

    id = jf.dispatch(flow)()
    here = jf.get_result(id, wait=True)
    jf.session()._memory.clear()
    for outcome in (here, jf.get_result(id)):
        (node,) = outcome.nodes
        assert [a.attempt for a in node.attempts] == [1, 2, 3, 4]
        assert {a.failure.kind for a in node.attempts} == {"raised"}
        assert node.status == "FAILED"


def test_a_timeout_of_a_sublattice_is_for_each_electron_inside() -> None:
    @jf.electron(timeout=0.4, executor="thread")
    @jf.lattice
    def inner() -> Any:
        seconds = 0.25
        for _ in range(3):
            seconds = pause(seconds)
        return seconds

    @jf.lattice
    def flow() -> Any:
        return inner()

    assert jf.dispatch(flow)().result(30) == 0.25


def test_who_is_told_that_a_dispatch_was_cancelled_finds_its_sublattices_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    real = Run._end
    monkeypatch.setattr(Run, "_end", lambda run, *told: (order.append(run.graph.name), real(run, *told)))

    @jf.electron
    @jf.lattice
    def inner() -> Any:
        return pause(pause(20))

    @jf.electron
    @jf.lattice
    def middle() -> Any:
        return inner()

    @jf.lattice
    def flow() -> Any:
        return middle()

    for nodes in (None, [0]):
        order.clear()
        id = jf.dispatch(flow)()
        until(lambda: len(jf.session().dispatcher.runs) == 3)
        jf.cancel(id, nodes)
        assert jf.get_result(id, wait=True, timeout=30).status == "CANCELLED"
        assert order == ["inner", "middle", "flow"]


def test_a_lattice_without_electrons_completes_at_once() -> None:
    @jf.lattice
    def empty() -> int:
        return 5

    assert jf.dispatch(empty)().result(30) == 5


def test_everything_may_come_from_an_earlier_dispatch() -> None:
    id = jf.dispatch(chain)()
    assert id.result(30) == 4
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(30) == 4
    assert len(jf.get_result(again).nodes) == 3


def test_part_may_come_from_an_earlier_dispatch_while_the_rest_fails_or_runs() -> None:
    @jf.lattice
    def flow() -> Any:
        return fail(add(add(1)))

    id = jf.dispatch(flow)()
    jf.get_result(id, wait=True)
    for _ in range(20):
        again = jf.get_result(jf.redispatch(id, reuse_previous_results=True)(), wait=True, timeout=30)
        assert [str(node.status) for node in again.nodes] == ["COMPLETED", "COMPLETED", "FAILED"]
        assert "could not record" not in again.error
