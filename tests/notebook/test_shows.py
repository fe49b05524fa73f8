"""``%result .NODE --show``."""

import json
from typing import Any

import pytest

SHOWING = """
import jupyter_flow as jf
class Table:
    def _repr_html_(self): return "<b>1</b>"
    def __repr__(self): return "a table"
@jf.electron(executor="thread")
def shows(n):
    print("printed", n)
    for _ in range(n): display(Table())
    return n
@jf.electron(executor="thread")
def silent(n): return n
@jf.lattice
def work(): return silent(shows(2)), shows(1)
"""


@pytest.fixture
def shown(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is published in cells."""
    found: list[Any] = []
    notebook.run(SHOWING)
    notebook.run("%dispatch --wait work()")

    def publish(data: Any, metadata: Any = None, **_: Any) -> None:
        found.append((data, metadata))

    monkeypatch.setattr(notebook.shell.display_pub, "publish", publish)
    notebook.printed()
    return found


def test_what_a_node_printed_and_then_what_it_displayed(notebook: Any, shown: list[Any]) -> None:
    assert notebook.run("%result .0 --show") is None
    assert notebook.printed() == "printed 2\n"
    assert shown == [({"text/plain": "a table", "text/html": "<b>1</b>"}, {})] * 2


def test_all_nodes_that_have_something_to_show_are_headed(notebook: Any, shown: list[Any]) -> None:
    notebook.run("%result --show")
    assert notebook.printed() == (
        "── shows · node 0 · COMPLETED · 2 displays\nprinted 2\n── shows · node 2 · COMPLETED · 1 display\nprinted 1\n"
    )
    assert len(shown) == 3


def test_a_node_that_has_nothing_to_show_says_so(notebook: Any, shown: list[Any]) -> None:
    notebook.run("%result .silent --show")
    assert notebook.printed() == "nothing was printed or displayed\n"


def test_a_nodes_line_counts_its_displays(notebook: Any, shown: list[Any]) -> None:
    notebook.run("%result .0")
    assert notebook.printed().startswith("shows · node 0 · COMPLETED · 2 displays\n")


def test_a_display_shows_as_itself_in_a_cell(notebook: Any, shown: list[Any]) -> None:

    display = notebook.run("jf.get_result(jf.dispatches()[0].id).nodes[0].displays[0]")
    assert notebook.shown(display) == {"text/plain": "a table", "text/html": "<b>1</b>"}
    assert json.dumps(display)
