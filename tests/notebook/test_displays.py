from typing import Any
from xml.etree import ElementTree

import pytest

STEPS = """
import jupyter_flow as jf
@jf.electron(executor="thread")
def square(x): return x ** 2
@jf.lattice
def squares(n): return [square(i) for i in range(n)]
@jf.electron(executor="thread")
def boom(x): return 1 / x
@jf.lattice
def fails(): return boom(0)
"""


@pytest.fixture
def steps(notebook: Any) -> Any:
    notebook.run(STEPS)
    return notebook


def test_a_dispatch_is_a_line_and_a_picture(steps: Any) -> None:
    shown = steps.shown(steps.run("jf.dispatch(squares)(3)"))
    assert shown["text/plain"] == "squares: 3 electrons · 3 on thread · COMPLETED"
    ElementTree.fromstring(shown["image/svg+xml"])


def test_inside_a_list_a_dispatch_is_the_string_it_is(steps: Any) -> None:
    id = steps.run("jf.dispatch(squares)(1)")
    assert steps.shown([id])["text/plain"] == f"['{id!s}']"


def test_nothing_is_shown_as_html(steps: Any) -> None:
    steps.run("id = jf.dispatch(squares)(2)\nresult = jf.get_result(id, wait=True)\nsquares.build_graph(2)")
    things = [steps[name] for name in ("id", "result", "squares", "square")]
    things += [steps.run("%graph squares(2)"), steps.run("%executor"), steps["squares"].transport_graph]
    assert all("text/html" not in steps.shown(thing) for thing in things)


def test_dispatches_are_a_table(steps: Any) -> None:
    steps.run("jf.dispatch(squares)(2).result()")
    shown = steps.shown(steps.run("jf.dispatches()"))
    assert shown["text/plain"].splitlines()[1].split()[1:4] == ["squares", "COMPLETED", "2"]
    assert shown["text/markdown"].startswith("| id | lattice | status | electrons | dispatched |")


def test_a_result_tells_its_value_and_where_electrons_ran(steps: Any) -> None:
    shown = steps.shown(steps.run("jf.dispatch_sync(squares)(20)"))
    assert shown["text/plain"].splitlines()[0] == "squares · COMPLETED"
    assert shown["text/plain"].splitlines()[-1].split() == ["0–19", "square", "×20", "COMPLETED", "thread", "thread"]
    assert "| 0–19 | square ×20 | COMPLETED | thread | thread |" in shown["text/markdown"]


def test_a_result_of_a_failure_tells_why(steps: Any) -> None:
    shown = steps.shown(steps.run("jf.dispatch_sync(fails)()"))
    told = shown["text/plain"].splitlines()[1]
    assert told.startswith("failed: boom")
    assert told.endswith(" · node 0 · ZeroDivisionError: division by zero")


def test_of_many_failures_the_first_are_told(steps: Any) -> None:
    steps.run("@jf.lattice\ndef all_fail(n): return [boom(0) for _ in range(n)]")
    told = steps.shown(steps.run("jf.dispatch_sync(all_fail)(23)"))["text/plain"].splitlines()
    assert len([line for line in told if "division by zero" in line]) == 20
    assert "… and 3 more" in told


def test_what_is_shown_of_a_dispatch_is_the_same_every_time(steps: Any) -> None:
    def shown() -> list[dict[str, str]]:
        id = steps.run("jf.dispatch(squares)(3)")
        return [steps.shown(id), steps.shown(steps.run(f"jf.get_result('{id!s}')"))]

    assert shown() == shown()


def test_a_value_may_hold_anything_that_markdown_means_something_by(steps: Any) -> None:
    steps.run("@jf.electron(executor='thread')\ndef odd(): return '`a|b`\\n*c*'")
    shown = steps.shown(steps.run("jf.dispatch_sync(jf.lattice(odd))()"))
    assert r"result: ``'`a|b`\n*c*'``" in shown["text/markdown"]


def test_electrons_and_lattices_are_a_line(steps: Any) -> None:
    assert steps.shown(steps["square"])["text/plain"] == "square(x) · thread"
    assert steps.shown(steps["squares"]) == {"text/plain": "squares(n) · lattice"}


def test_a_lattice_that_was_built_shows_its_graph(steps: Any) -> None:
    steps.run("squares.build_graph(2)")
    assert "image/svg+xml" in steps.shown(steps["squares"])


def test_showing_a_lattice_does_not_build_it(steps: Any) -> None:
    steps.run("seen = []\n@jf.lattice\ndef notes(): seen.append(1)")
    steps.shown(steps["notes"])
    assert steps["seen"] == []


def test_an_electron_whose_executor_is_none_is_a_line_too(steps: Any) -> None:
    assert steps.shown(steps["square"].with_options(executor=3))["text/plain"] == "square(x) · 3"
