"""The notebook's electron cells as a graph."""

import re
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.notebook.extension import flow_of
from jupyter_flow.notebook.flow.picture import FlowSource
from jupyter_flow.notebook.flow.wiring import Wiring, wiring
from jupyter_flow.widgets.views import DispatchView
from tests.notebook.conftest import Notebook
from tests.widgets.scripted import Follower

LOAD = "%%electron load -x inline\ntable = [3, 4]"
COUNT = "n = len(table)"
FIT = "%%electron fit -x inline\nmodel = n * scale + table[0]"
TELL = "%%electron tell -x inline --after load\ntext = str(model)"


@pytest.fixture
def analysis(notebook: Notebook) -> Notebook:
    """Three electron cells, and ordinary ones between them."""
    for cell in ("import math", "scale = 2", LOAD, COUNT, FIT, TELL):
        notebook.run(cell)
    return notebook


def wired(notebook: Notebook, before: Wiring | None = None) -> Wiring:
    flow = flow_of(notebook.shell)
    assert flow is not None
    return wiring(flow.book, flow.imported, before)


def source(notebook: Notebook) -> FlowSource:
    flow = flow_of(notebook.shell)
    assert flow is not None
    return FlowSource(flow)


def test_cells_are_wired_by_what_they_read_also_through_ordinary_cells(analysis: Notebook) -> None:
    found = wired(analysis)
    names = [name for name, _, _ in found.labels]
    edges = {(names[a], names[b], label) for a, b, label in found.edges}
    assert edges == {("load", "fit", "n"), ("load", "fit", "table"), ("fit", "tell", "model")}
    assert [(names[a], names[b]) for a, b in found.waits] == [("load", "tell")]


def test_cells_keep_their_numbers_until_one_is_deleted(analysis: Notebook) -> None:
    first = wired(analysis)
    analysis.run("%%electron more -x inline\nmore = len(text)")
    second = wired(analysis, first)
    assert second.cells[: len(first.cells)] == first.cells
    assert second.age == first.age
    flow = flow_of(analysis.shell)
    assert flow is not None
    flow.book.forget([first.cells[0].key])
    third = wired(analysis, second)
    assert third.age > second.age
    assert first.cells[0] not in third.cells


def test_the_picture_is_the_same_each_time_and_tells_what_is_stale(analysis: Notebook) -> None:
    first = analysis.shown(analysis.run("%flow graph"))
    assert analysis.shown(analysis.run("%graph flow")) == first
    assert not re.search(r"\d\d:\d\d|[0-9a-f]{8}-", "".join(first.values()))
    assert "✓ fit" in first["text/plain"]
    analysis.run("scale = 3")
    text = analysis.shown(analysis.run("%flow graph"))["text/plain"]
    assert re.search(r"✓ load\b.*↻ fit\b.*stale", text, re.DOTALL)
    assert analysis.run("%flow run") is None
    assert analysis.shown(analysis.run("%flow graph")) == first


def test_graph_alone_draws_what_was_run_last(analysis: Notebook) -> None:
    assert analysis.run("%graph").picture.title == "flow"
    analysis.run("import jupyter_flow as jf\n@jf.electron(executor='inline')\ndef one(): return 1")
    analysis.run("%dispatch one()")
    assert analysis.run("%graph").picture.title == "one"
    assert analysis.run("%graph flow").picture.title == "flow"
    analysis.run(LOAD)
    assert analysis.run("%graph").picture.title == "flow"


def test_without_anything_run_graph_says_so(notebook: Notebook) -> None:
    notebook.run("flow = 3")
    assert isinstance(notebook.fails("%graph flow"), UsageError)  # a variable of that name is meant


def view(notebook: Notebook) -> DispatchView:
    looked = DispatchView(source(notebook), "v")
    (graph,) = looked.handle({"kind": "open", "view": "v"})
    assert graph["kind"] == "graph"
    assert [group["name"] for group in graph["groups"]] == ["load", "fit", "tell"]
    return looked


def of_kind(messages: list[Any], kind: str) -> Any:
    return next(message for message in messages if message["kind"] == kind)


def test_a_view_takes_in_cells_that_come_later(analysis: Notebook) -> None:
    looked = view(analysis)
    analysis.run("%%electron more -x inline\nmore = len(text)")
    graph = of_kind(looked.pulse(), "graph")
    assert "more" in [group["name"] for group in graph["groups"]]
    assert graph["state"]["text"].startswith("4 cells")


def test_the_details_of_a_cell_are_those_of_its_dispatch(analysis: Notebook) -> None:
    looked = view(analysis)
    (details,) = looked.handle({"kind": "select", "view": "v", "node": 1})
    assert details["kind"] == "details"
    assert (details["name"], details["node"]) == ("fit", 1)
    assert {one["name"]: one["text"] for one in details["inputs"]}["scale"] == "2"
    assert details["where"]["executor"] == "inline"
    assert details["dispatch"]
    assert details["has_output"]
    assert "debug" in details["can"]


def test_table_timeline_and_executors_tell_of_cells(analysis: Notebook) -> None:
    looked = view(analysis)
    table, timeline, executors = looked.handle(
        {"kind": "watch", "view": "v", "panes": ["table", "timeline", "executors"]}
    )
    assert table["kind"] == "rows"
    assert [row["name"] for row in table["rows"]] == ["load", "fit", "tell"]
    assert timeline["kind"] == "timeline"
    assert {bar["name"] for bar in timeline["bars"]} == {"load", "fit", "tell"}
    assert executors["kind"] == "executors"


def test_a_lazy_cell_is_cancelled_from_the_picture(analysis: Notebook) -> None:
    from jupyter_flow.widgets import actions

    analysis.run("%%electron lazy --lazy -x inline\nlate = 1")
    looked = source(analysis)
    node = len(looked.graph) - 1
    about = looked.about(node)
    assert about is not None
    assert about.note == "it is run when something needs it"
    place = actions.Place(looked, (), looked)
    done = actions.answer(place, {"kind": "cancel", "view": "v", "node": node})
    assert done["ok"], done["text"]
    assert done["text"] == "cancelled lazy"


def test_what_a_cell_took_is_what_its_latest_run_took(notebook: Notebook) -> None:
    notebook.run("pause = 0.3")
    cell = "%%electron slow -x inline\nimport time\ntime.sleep(pause)\nmade = pause"
    notebook.run(cell)
    view = DispatchView(source(notebook), "v")
    page = Follower(view)
    page.ask("open")
    assert page.graph["tallies"][0]["seconds"] > 0.2
    view.shown.timelines.timeline("v")
    notebook.run("pause = 0")
    notebook.run(cell)  # so quickly that no pulse sees it run
    page.hear(view.pulse())
    assert page.graph["tallies"][0]["seconds"] < 0.2
    (row,) = page.ask("table", sort="node", descending=False, filter="", offset=0, limit=9)[0]["rows"]
    assert row["seconds"] < 0.2
    (bar,) = view.shown.timelines.timeline("v")["bars"]
    assert 0 < bar["end"] - bar["start"] < 0.2


def test_the_runs_of_a_cell_are_not_counted_together(notebook: Notebook, tmp_path: Path, attended: None) -> None:
    gate = tmp_path / "gate"
    notebook.run(f"pause, gate = 0.5, {str(gate)!r}")
    cell = (
        "%%electron slow -x thread\nimport time, pathlib\nmade = time.sleep(pause)\n"
        "while not pathlib.Path(gate).exists(): time.sleep(0.01)"
    )
    gate.touch()
    notebook.run(cell)
    notebook.run("made")
    view = DispatchView(source(notebook), "v")
    page = Follower(view)
    page.ask("open")
    gate.unlink()
    notebook.run("pause = 0")
    notebook.run(cell)
    page.hear(view.pulse())
    assert page.graph["tallies"][0]["seconds"] is None
    gate.touch()
    notebook.run("made")
    page.hear(view.pulse())
    assert page.graph["tallies"][0]["seconds"] < 0.2
