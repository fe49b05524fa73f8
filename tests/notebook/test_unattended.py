from typing import Any

import pytest

FAILS = """
import jupyter_flow as jf
@jf.electron(executor="thread")
def boom(x): return 1 / x
@jf.lattice
def fails(): return boom(0)
"""


def test_a_cell_that_shows_a_failed_dispatch_fails(notebook: Any) -> None:
    notebook.run(FAILS)
    assert isinstance(notebook.fails("jf.dispatch(fails)()"), ZeroDivisionError)
    told = notebook.printed()
    assert "fails: 1 electron · 1 on thread · FAILED" in told
    assert "def boom(x): return 1 / x" in told
    assert "jupyter_flow/" not in told


def test_the_next_cell_is_not_blamed(notebook: Any) -> None:
    notebook.run(FAILS)
    notebook.fails("jf.dispatch(fails)()")
    assert notebook.run("1 + 1") == 2


def test_an_error_of_the_cell_itself_comes_first(notebook: Any) -> None:
    notebook.run(FAILS)
    assert isinstance(notebook.fails("display(jf.dispatch(fails)())\nraise KeyError"), KeyError)
    assert notebook.run("2") == 2


def test_a_dispatch_that_is_not_shown_fails_nothing(notebook: Any) -> None:
    notebook.run(FAILS)
    id = notebook.run("id = jf.dispatch(fails)()\nid.status is None")
    assert id is False


@pytest.mark.usefixtures("attended")
def test_where_somebody_looks_on_the_cell_goes_well(notebook: Any) -> None:
    notebook.run(FAILS)
    id = notebook.run("jf.dispatch(fails)()")
    with pytest.raises(ZeroDivisionError):
        id.result()
