"""The kernel's side of the panel, and a page that looks on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.notebook.extension import flow_of
from jupyter_flow.notebook.panel import Panels
from jupyter_flow.session import session
from tests.notebook.conftest import Notebook
from tests.waiting import until

PATIENCE = 20  # seconds until what does not come is a failure
HELD = """
import jupyter_flow as jf, pathlib, time
@jf.electron(executor="thread")
def hold(gate):
    while not pathlib.Path(gate).exists(): time.sleep(0.005)
    return 5
@jf.lattice
def held(gate): return hold(gate)
id = jf.dispatch(held)({gate!r})
while not jf.session().run(id).begun: time.sleep(0.005)
"""
CELL = "%%electron fit -x inline -i scale -o model\nmodel = scale + 1"


class Page:
    """A page's end of a comm."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self._ask: Callable[[Any], None] = lambda message: None
        self._gone: Callable[[Any], None] = lambda message: None

    def on_msg(self, call: Callable[[Any], None]) -> None:
        self._ask = call

    def on_close(self, call: Callable[[Any], None]) -> None:
        self._gone = call

    def send(self, message: Any) -> None:
        self.heard.append(message)

    def ask(self, data: Any) -> None:
        self._ask({"content": {"data": data}})

    def leave(self) -> None:
        self._gone({})

    def of_kind(self, kind: str) -> list[Any]:
        return [message for message in self.heard if message["kind"] == kind]

    @property
    def panel(self) -> Any:
        panels = self.of_kind("panel")
        return panels[-1] if panels else None


@pytest.fixture
def panels(notebook: Notebook) -> Panels:
    return Panels(notebook.shell, lambda: flow_of(notebook.shell))


@pytest.fixture
def page(panels: Panels) -> Iterator[Page]:
    page = Page()
    panels._opened(page, {})
    yield page
    page.leave()


def badge(page: Page) -> Any:
    return page.panel["badges"][0] if page.panel and page.panel["badges"] else {"state": "", "text": ""}


def test_a_page_is_told_of_dispatches_and_badges(notebook: Notebook, page: Page) -> None:
    notebook.run("scale = 1")
    notebook.run(CELL)
    until(lambda: badge(page)["state"] == "done")
    ended = until(lambda: badge(page)["dispatch"])
    # One so quick is found when the store is read again.
    until(lambda: page.panel["dispatches"] and page.panel["dispatches"][0]["dispatch"] == ended)
    newest = page.panel["dispatches"][0]
    assert (newest["name"], newest["total"], newest["here"]) == ("fit", 1, False)


def test_what_is_stale_is_told_with_its_reason_and_run_by_a_line_of_code(notebook: Notebook, page: Page) -> None:
    notebook.run("scale = 1")
    notebook.run(CELL)
    notebook.run("scale = 2")
    until(lambda: badge(page)["state"] == "stale")
    assert "scale" in badge(page)["text"]
    assert page.panel["stale"] == 1
    page.ask({"kind": "run_stale", "cell": badge(page)["cell"], "ran": []})
    (told,) = until(lambda: page.of_kind("told"))
    assert told["ok"]
    notebook.run(told["code"])
    until(lambda: badge(page)["state"] == "done")
    assert notebook["model"] == 3


def test_whatever_keeps_the_list_away_is_told_and_badges_go_on(
    notebook: Notebook, page: Page, panels: Panels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError("no such disk")

    monkeypatch.setattr(panels._overview, "dispatches", refuse)
    notebook.run("scale = 1")
    notebook.run(CELL)
    notebook.run("scale = 2")
    until(lambda: badge(page)["state"] == "stale")
    assert (page.panel["troubles"], page.panel["dispatches"], page.panel["stale"]) == (["OSError: no such disk"], [], 1)


def test_a_page_hears_nothing_while_nothing_changes(page: Page, panels: Panels) -> None:
    until(lambda: page.panel)
    time.sleep(0.5)
    before = len(page.heard)
    for _ in range(5):
        panels.pulse()
    assert len(page.heard) == before


def test_without_a_page_nothing_is_looked_at(panels: Panels) -> None:
    assert not panels.pulse()


@pytest.mark.parametrize(
    "request_",
    [
        None,
        7,
        [],
        {},
        {"kind": "history", "limit": "all"},
        {"kind": "history", "limit": -5},
        {"kind": "cancel_dispatch", "dispatch": {"a": 1}},
        {"kind": "resume_dispatch", "dispatch": 5},
        {"kind": "run_stale", "cell": 3, "ran": []},
        {"kind": "run_stale", "cell": None, "ran": "all"},
        {"kind": "cancel_cell", "cell": None},
        {"kind": "watch_panel", "visible": "yes"},
        {"kind": ["open"]},
        {"kind": "open", "view": {}},
    ],
)
def test_a_page_that_talks_nonsense_is_not_answered(page: Page, request_: Any) -> None:
    page.ask(request_)
    assert not page.of_kind("told")


@pytest.mark.parametrize("kind", ["cancel_dispatch", "resume_dispatch"])
def test_what_is_to_be_done_to_a_dispatch_that_nobody_knows_is_answered(page: Page, kind: str) -> None:
    page.ask({"kind": kind, "dispatch": "nothing"})
    until(lambda: page.of_kind("told"))
    assert not page.of_kind("told")[0]["ok"]


def test_a_dispatch_of_the_list_that_was_interrupted_is_resumed(notebook: Notebook, page: Page, tmp_path: Path) -> None:
    notebook.run(HELD.format(gate=str(tmp_path / "gate")))
    session().close()
    (tmp_path / "gate").touch()
    page.ask({"kind": "resume_dispatch", "dispatch": str(notebook["id"])})
    (told,) = until(lambda: page.of_kind("told"))
    assert (told["ok"], told["text"].partition(" as ")[0]) == (True, "held goes on")
    assert jf.get_result(session().last, wait=True).result == 5


def test_a_cell_that_was_never_run_cannot_be_stale(page: Page) -> None:
    page.ask({"kind": "run_stale", "cell": "who?", "ran": []})
    assert until(lambda: page.of_kind("told"))[0] == {
        "kind": "told",
        "ok": False,
        "text": "this cell has not been run yet",
        "code": "",
        "cells": [],
    }


def test_a_cell_that_waits_is_cancelled_and_one_that_has_ended_is_not(notebook: Notebook, page: Page) -> None:
    notebook.run("scale = 1")
    notebook.run("%%electron late -x inline --lazy\nlate = scale")
    until(lambda: badge(page)["state"] == "waiting")
    cell = badge(page)["cell"]
    page.ask({"kind": "cancel_cell", "cell": cell})
    assert page.of_kind("told")[-1]["text"] == "cancelled late"
    until(lambda: badge(page)["state"] == "cancelled")
    page.ask({"kind": "cancel_cell", "cell": cell})
    assert not page.of_kind("told")[-1]["ok"]


def test_a_page_is_told_of_the_flow_and_of_ordinary_cells_that_are_stale(notebook: Notebook, page: Page) -> None:
    notebook.run("scale = 1")
    until(lambda: page.panel)
    assert page.panel["flow"] is None
    notebook.run(CELL)
    notebook.run("shown = model + 1")
    until(lambda: page.panel["flow"] and page.panel["flow"]["text"] == "1 cell: 1 completed")
    assert [one["cell_kind"] for one in page.panel["badges"]] == ["electron"]
    notebook.run("scale = 2")
    until(lambda: page.panel["flow"]["text"] == "1 cell: 1 stale; 1 ordinary cell stale")
    until(lambda: len(page.panel["badges"]) == 2)
    assert [(one["cell_kind"], one["state"]) for one in page.panel["badges"]] == [
        ("electron", "stale"),
        ("cell", "stale"),
    ]
    assert page.panel["badges"][1]["text"] == "fit is stale"


def test_the_flow_is_looked_at_over_the_comm_of_the_panel(notebook: Notebook, page: Page) -> None:
    notebook.run("scale = 1")
    notebook.run(CELL)
    page.ask({"kind": "open", "view": "v"})
    graph = until(lambda: page.of_kind("graph"))[0]
    assert (graph["title"], graph["flow"], [group["name"] for group in graph["groups"]]) == ("flow", 1, ["fit"])


CHAIN = (
    "%%electron one -x inline\nb = a * 10",
    "print('b is', b)",
    "%%electron two -x inline\nc = b + 1",
    "d = c * 2; print('d', d)",
)


def test_a_page_is_told_step_by_step_which_cells_to_run_until_all_is_up_to_date(
    attended: None, notebook: Notebook, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"cellId": ""}  # of the cell that runs
    monkeypatch.setattr("jupyter_flow.notebook.flow.boundary.request", lambda shell: {"metadata": asked})
    for place, cell in (("a", "a = 1"), *enumerate(CHAIN, 1), ("a", "a = 2")):
        asked["cellId"] = str(place)
        notebook.run(cell)
    asked["cellId"] = ""
    until(lambda: page.panel and page.panel["stale"] == 4)
    assert "2 ordinary cells stale" in page.panel["flow"]["text"]
    by_key = {cell.key: cell.raw for cell in flow_of(notebook.shell).book}
    notebook.printed()
    ran: list[str] = []
    order = []
    while True:
        before = len(page.of_kind("told"))
        page.ask({"kind": "run_stale", "cell": None, "ran": ran})
        until(lambda before=before: len(page.of_kind("told")) > before)
        told = page.of_kind("told")[-1]
        if told["code"]:
            notebook.run(told["code"])
        for key in told["cells"]:
            asked["cellId"] = key
            notebook.run(by_key[key])
        asked["cellId"] = ""
        ran += told["cells"]
        order.append((told["code"].removeprefix("%jupyter_flow flow "), [by_key[key] for key in told["cells"]]))
        if not told["cells"]:
            break
    assert order == [("run one", [CHAIN[1]]), ("run two", [CHAIN[3]]), ("run", [])]
    printed = notebook.printed()
    assert "b is 20" in printed
    assert "d 42" in printed
    until(lambda: page.panel["stale"] == 0)
    assert not [one for one in page.panel["badges"] if one["state"] == "stale"]
    assert "ordinary" not in page.panel["flow"]["text"]


def test_what_was_skipped_is_said_to_be_skipped_everywhere(attended: None, notebook: Notebook, page: Page) -> None:
    gated = "import pathlib, time\nwhile not pathlib.Path('gate').exists(): time.sleep(0.005)"
    notebook.run(f"%%electron one -x inline\n{gated}\nb = 1 / 0")
    notebook.run("%%electron two -x inline\nc = b + 1")  # while nobody knows yet that there will be no b
    Path("gate").touch()
    until(lambda: page.panel and [one["state"] for one in page.panel["badges"]] == ["failed", "skipped"])
    assert page.panel["badges"][1]["text"] == "skipped: one has failed"
    assert "1 failed, 1 skipped" in page.panel["flow"]["text"]
    assert "skipped: one has failed" in notebook.shown(notebook.run("%flow"))["text/plain"]
