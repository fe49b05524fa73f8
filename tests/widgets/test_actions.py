"""What a page may do to a dispatch."""

import ast
import os
import time
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.moment import moment
from jupyter_flow.model.status import Status
from jupyter_flow.widgets.source import source_of, source_of_graph
from tests.widgets.pages import Page
from tests.widgets.steps import hold, numbers, ran, times, total, work


@jf.electron(executor="thread")
def flaky(n: int) -> int:
    """Fails until it is told not to."""
    if "GOES_WELL" not in os.environ:
        raise ValueError("not yet")
    return n + 1


@jf.electron(executor="thread")
def many(first: int, /, *rest: int, factor: int = 1, **more: int) -> int:
    """All kinds of parameters."""
    return (first + sum(rest)) * factor + sum(more.values())


@jf.electron
@jf.lattice
def inside(n: int) -> Any:
    """A sublattice."""
    return times([n, n])


def keeping(electron: Any) -> Any:
    """An electron whose values are kept for other dispatches."""
    return jf.electron(electron.function, executor="thread", cache=True)


@jf.electron
@jf.lattice
def cached_inside(values: list[int]) -> Any:
    """A sublattice with an electron whose value is kept."""
    return keeping(total)(values)


@jf.lattice
def from_the_cache(n: int) -> Any:
    """Electrons whose values are kept, one of them in a sublattice, and one that is not run again."""
    values = keeping(numbers)(n)
    quadrupled = keeping(times)(values, 4)
    return keeping(total)([cached_inside(quadrupled), 0])


def page_of(id: str) -> Page:
    return Page(source_of(id))


# cancelling ---------------------------------------------------------------------------------------------------


def test_a_dispatch_is_cancelled(running: Any) -> None:
    answer = page_of(running.id).answer("cancel", node=None)
    assert (answer["ok"], answer["text"]) == (True, "cancelled hold")
    running.let_go()
    assert jf.session().status(running.id) is Status.CANCELLED


def test_one_node_is_cancelled(running: Any) -> None:
    answer = page_of(running.id).answer("cancel", node=1)
    assert (answer["ok"], answer["text"]) == (True, "cancelled times (node 1)")
    running.let_go()
    states = [node.status for node in jf.get_result(running.id, wait=True).nodes]
    assert states == [Status.COMPLETED, Status.CANCELLED]


def test_what_has_ended_cannot_be_cancelled(done: str) -> None:
    answer = page_of(done).answer("cancel", node=None)
    assert (answer["ok"], answer["text"]) == (False, "work has ended already")


def test_a_node_that_does_not_exist_is_told(running: Any) -> None:
    for kind in ("cancel", "debug"):
        answer = page_of(running.id).answer(kind, node=99)
        assert (answer["ok"], answer["text"]) == (False, "hold has no node 99")


# running again ------------------------------------------------------------------------------------------------


def test_from_a_node_on_all_runs_again_and_nothing_else(done: str) -> None:
    answer = page_of(done).answer("rerun", node=1)
    assert answer["ok"]
    assert jf.get_result(answer["dispatch"], wait=True).result == (18, 30)
    assert ran() == ["times 3", "total 4"]


def test_from_the_first_node_on_everything_runs_again(done: str) -> None:
    answer = page_of(done).answer("rerun", node=0)
    jf.get_result(answer["dispatch"], wait=True)
    assert len(ran()) == 5


def test_what_runs_again_is_not_taken_from_the_cache_nor_what_needs_it() -> None:
    id = jf.dispatch(from_the_cache)(3)
    assert id.result() == 12
    ran()
    assert jf.dispatch(from_the_cache)(3).result() == 12
    assert ran() == []  # all of it is in the cache
    answer = page_of(id).answer("rerun", node=1)
    assert jf.get_result(answer["dispatch"], wait=True).result == 12
    assert ran() == ["times 4", "total 2", "total 3"]
    assert jf.dispatch(from_the_cache)(3).result() == 12
    assert ran() == []  # and it was kept


def test_of_two_calls_that_are_alike_only_the_one_runs_again() -> None:
    @jf.lattice
    def twice(n: int) -> Any:
        return times([n]), times([n])

    id = jf.dispatch(twice)(1)
    id.result()
    ran()
    answer = page_of(id).answer("rerun", node=1)
    jf.get_result(answer["dispatch"], wait=True)
    assert ran() == ["times 2"]


def test_from_a_node_that_failed_on_the_rest_runs(monkeypatch: pytest.MonkeyPatch) -> None:

    @jf.lattice
    def tries(n: int) -> Any:
        return times([flaky(n)])

    id = jf.dispatch(tries)(1)
    jf.get_result(id, wait=True)
    monkeypatch.setenv("GOES_WELL", "1")
    answer = page_of(id).answer("rerun", node=0)
    assert jf.get_result(answer["dispatch"], wait=True).result == [4]


def test_what_runs_is_not_run_again(running: Any) -> None:
    answer = page_of(running.id).answer("rerun", node=0)
    assert (answer["ok"], answer["text"]) == (False, "hold still runs: wait for it, or cancel it")


def test_what_cannot_be_run_again_says_why() -> None:
    run = jf.session().start(jf.session().prepare(jf.lattice(lambda: times([1]))), moment(), lambda run: None)
    run.ended.wait()
    answer = page_of(run.id).answer("rerun", node=0)
    assert not answer["ok"]
    assert "cannot be run again" in answer["text"]


def test_a_lattice_whose_body_raises_now_is_told(done: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(jf.session()), "resubmit", lambda *_: 1 / 0)
    answer = page_of(done).answer("rerun", node=0)
    assert (answer["ok"], answer["text"]) == (False, "ZeroDivisionError: division by zero")


# executors ----------------------------------------------------------------------------------------------------


def executors(id: str) -> list[str]:
    return [str(node.executor) for node in jf.get_result(id, wait=True).nodes]


def test_an_electron_runs_where_it_is_assigned(done: str) -> None:
    page = page_of(done)
    answer = page.answer("assign", node=1, all=True, executor="inline")
    assert (answer["ok"], answer["text"]) == (True, "times runs on inline in the next run from here")
    again = page.answer("rerun", node=0)["dispatch"]
    assert executors(again) == ["thread", "inline", "thread", "inline", "thread"]
    assert executors(done) == ["thread"] * 5


def test_one_call_runs_where_it_is_assigned(done: str) -> None:
    page = page_of(done)
    assert page.answer("assign", node=3, all=False, executor="inline")["ok"]
    again = page.answer("rerun", node=0)["dispatch"]
    assert executors(again) == ["thread", "thread", "thread", "inline", "thread"]
    further = page_of(again).answer("rerun", node=0)["dispatch"]
    assert executors(further)[3] == "inline"


def test_a_node_whose_value_is_taken_over_is_told_where_it_ran(done: str) -> None:
    page = page_of(done)
    page.answer("assign", node=1, all=True, executor="inline")
    again = page.answer("rerun", node=2)["dispatch"]
    assert executors(again) == ["thread", "thread", "thread", "thread", "thread"]
    node = jf.get_result(again).nodes[1]
    assert (str(node.executor), node.resource) == ("thread", "thread")


def test_an_assignment_can_be_taken_back(done: str) -> None:
    page = page_of(done)
    page.answer("assign", node=1, all=False, executor="inline")
    page.answer("assign", node=1, all=True, executor="inline")
    assert (
        page.answer("assign", node=1, all=True, executor="")["text"] == "times runs as before in the next run from here"
    )
    assert executors(page.answer("rerun", node=0)["dispatch"]) == ["thread"] * 5


def test_an_executor_that_does_not_exist_is_told(done: str) -> None:
    answer = page_of(done).answer("assign", node=1, all=True, executor="gpu")
    assert not answer["ok"]
    assert answer["text"].startswith("no executor is called 'gpu'")


def test_whatever_is_offered_can_be_assigned(done: str) -> None:
    page = page_of(done)
    offered = page.until("graph")["names"]
    assert {"local", "thread", "inline"} <= set(offered)
    for executor in offered:
        assert page.answer("assign", node=1, all=True, executor=executor)["ok"]
    page.answer("assign", node=1, all=True, executor="")


def test_before_anything_has_run_a_cell_assigns_it() -> None:
    answer = Page(source_of_graph(work.build_graph(3))).answer("assign", node=1, all=True, executor="inline")
    assert (answer["ok"], answer["code"]) == (True, "times.executor = 'inline'")


def test_before_anything_has_run_nothing_can_be_run_again_or_debugged() -> None:
    page = Page(source_of_graph(work.build_graph(3)))
    for kind, more in {"rerun": 0, "debug": 0, "cancel": None}.items():
        assert not page.answer(kind, node=more)["ok"]


def test_inside_a_sublattice_the_sublattice_is_what_is_assigned_and_run_again() -> None:
    @jf.lattice
    def outer(n: int) -> Any:
        return times(inside(n))

    id = jf.dispatch(outer)(2)
    assert id.result() == [8, 8]
    page = page_of(id)
    page.ask("show", by="status", orientation="down", opened=[], path=[0])
    assert page.answer("debug", node=0)["code"].startswith("# times, node 0")
    refused = page.answer("assign", node=0, all=True, executor="thread")
    assert not refused["ok"]
    assert "inside" in refused["text"]
    answer = page.answer("rerun", node=0)
    assert "from inside (node 0) on" in answer["text"]
    assert jf.get_result(answer["dispatch"], wait=True).result == [8, 8]


# debugging ----------------------------------------------------------------------------------------------------


def value_of(code: str) -> Any:
    """The value of a cell's last expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    space: dict[str, Any] = {"Any": Any}
    exec(compile(tree, "cell", "exec"), space)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), space)


def bound_by(code: str) -> set[str]:
    """The names that a cell binds."""
    space: dict[str, Any] = {}
    exec(code, space)
    return {*space}


def test_a_cell_to_debug_in_calls_the_function_with_the_inputs_it_had(done: str) -> None:
    code = page_of(done).answer("debug", node=1)["code"]
    assert code.endswith("\ndebug_times(**times_inputs)\n")
    assert not {"times", "inputs", "jf"} & bound_by(code.replace("note", "print"))
    assert "@jf.electron" not in code
    assert 'note("times", factor)' in code
    assert value_of(code.replace("note", "print")) == [0, 3, 6, 9]


def test_arguments_of_all_kinds_are_passed_as_they_were() -> None:
    @jf.lattice
    def calls() -> Any:
        return many(1, 2, 3, factor=2, other=5)

    id = jf.dispatch(calls)()
    assert id.result() == 17
    code = page_of(id).answer("debug", node=0)["code"]
    assert code.endswith("\ndebug_many(*many_args, **many_kwargs)\n")
    assert value_of(code) == 17


def test_what_has_no_source_has_its_inputs() -> None:
    id = jf.dispatch(jf.lattice(lambda: jf.electron(sum, executor="thread")([1, 2])))()
    assert id.result() == 3
    code = page_of(id).answer("debug", node=0)["code"]
    assert value_of(code) != {}


def test_a_node_that_waits_can_be_debugged_when_its_inputs_are_there(running: Any) -> None:
    answer = page_of(running.id).answer("debug", node=0)
    assert answer["ok"]
    assert value_of(answer["code"].rsplit("\n\n\n", 2)[0] + "\nheld_inputs")["gate"] == str(running.gate)


@pytest.mark.parametrize("graph", [work.build_graph(2), hold.build_graph("x")])
def test_every_cell_is_python(graph: Any) -> None:
    from jupyter_flow.widgets.debugging import debugging

    for node in range(len(graph)):
        ast.parse(debugging("id", graph, node))


def test_a_page_that_asks_for_all_at_once_gets_all_its_answers(done: str) -> None:
    page = page_of(done)
    for _ in range(10):
        page.ask("debug", node=0)
        page.ask("cancel", node=None)
    end = time.monotonic() + 60
    while sum(message["kind"] == "answer" for message in page.told) < 20:
        assert time.monotonic() < end
        time.sleep(0.01)
