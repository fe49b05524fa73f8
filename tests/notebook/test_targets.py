import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.model.errors import UnknownDispatch
from jupyter_flow.notebook.targets import id_of
from jupyter_flow.session import session


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    session().close()
    monkeypatch.setenv("JUPYTER_FLOW_STORE", str(tmp_path / "store"))
    yield
    session().close()


def add_foreign_records(root: Path) -> None:
    """Dispatches that nobody here signed: the oldest, and the newest."""
    columns = "id, root, session, name, status, created, started, ended, electrons, mac"
    with closing(sqlite3.connect(root / "index.sqlite3")) as index, index:
        for serial, id in ((0, "feed-0"), (10**6, "feed-1")):
            index.execute(
                f"INSERT INTO run (serial, {columns}) VALUES (?, ?, ?, 's', 'w', 2, 1, 1, 1, 1, x'00')",
                (serial, id, id),
            )


def dispatched(notebook: Any, name: str) -> str:
    notebook.run(
        f"import jupyter_flow as jf\n{name} = jf.dispatch(jf.lattice(jf.electron(lambda: 1, executor='thread')))()"
    )
    notebook.run(f"{name}.result()")
    return str(notebook[name])


def test_records_of_others_are_passed_over(notebook: Any) -> None:
    id = dispatched(notebook, "run")
    add_foreign_records(session().store.root)
    assert id_of(id[:6]) == id
    assert [row.id for row in session().store.runs(1, beginning="")] == [id]
    session().last = None
    assert id_of("") == id


def test_an_unknown_name_is_told_with_those_there_are(notebook: Any) -> None:
    dispatched(notebook, "run")
    notebook.run("%%electron fit\nx = 1")
    add_foreign_records(session().store.root)
    error = notebook.fails("%result zzz")
    assert isinstance(error, UsageError)
    assert str(error) == "result: no dispatch is called 'zzz', and none has an id that begins so; there are fit, run"


def test_who_asks_why_of_no_cell_is_told_the_cells(notebook: Any) -> None:
    notebook.run("%%electron fit -x inline -q\nx = 1")
    error = notebook.fails("%flow why zzz")
    assert str(error).startswith("flow: no electron cell is called 'zzz'; there are fit; no dispatch is called 'zzz'")


def test_a_magic_for_all_verbs_asks_for_one(notebook: Any) -> None:
    assert str(notebook.fails("%jupyter_flow")).startswith("jupyter_flow: say what to do; there are dispatch, ")
    assert "'nap' is no verb here; there are dispatch, " in str(notebook.fails("%jupyter_flow nap"))


def test_where_nothing_has_a_name_the_last_id_is_told(notebook: Any) -> None:
    with pytest.raises(UnknownDispatch, match="nothing has been dispatched yet"):
        id_of("zzz")
    id = dispatched(notebook, "run")
    with pytest.raises(UnknownDispatch, match=f"the last one is {id}"):
        id_of("zzz")


def test_a_cell_that_has_not_started_says_so(notebook: Any) -> None:
    notebook.run("%%electron --lazy later\nx = 1")
    assert (
        str(notebook.fails("%result later")) == "result: electron cell 'later' has not started, so nothing came of it"
    )
