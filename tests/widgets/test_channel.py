"""The way between a kernel and one comm of a page."""

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jupyter_flow as jf
from jupyter_flow.widgets.channel import MOST, PATIENCE, Channel
from jupyter_flow.widgets.hub import hub
from jupyter_flow.widgets.source import source_of
from tests.waiting import until
from tests.widgets.pages import Page
from tests.widgets.test_checking import GOOD, JSON


def until_idle() -> None:
    until(lambda: hub().idle)


def test_a_view_that_opens_gets_its_graph(done: str) -> None:
    graph = Page(source_of(done)).until("graph")
    assert (graph["view"], graph["dispatch"], graph["title"]) == ("v", done, "work")


def test_a_view_may_name_its_dispatch(done: str) -> None:
    page = Page(None)
    page.ask("open", dispatch=done)
    assert page.until("graph")["dispatch"] == done


def test_a_page_gets_the_panes_when_it_asks_whatever_it_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_flow.widgets.assets.panes", lambda: "export const PANES = {};")
    page = Page(None, "page")
    page.ask("fetch")
    assert page.until("module")["text"] == "export const PANES = {};"


def test_a_dispatch_that_is_unknown_is_told(done: str) -> None:
    page = Page(None)
    answer = page.answer("open", dispatch="nothing")
    assert not answer["ok"]
    assert "nothing" in answer["text"]


def test_what_runs_is_told_until_it_has_ended(running: Any) -> None:
    page = Page(source_of(running.id))
    assert page.until("graph")["state"]["ended"] is None
    running.let_go()
    assert page.until("delta", lambda delta: delta["state"]["ended"] is not None)["state"]["counts"][4] == 2


def test_nothing_is_left_to_do_when_all_has_ended(done: str) -> None:
    Page(source_of(done)).until("graph")
    until_idle()


def test_a_page_that_missed_something_gets_the_whole_picture(done: str) -> None:
    page = Page(source_of(done))
    page.until("graph")
    page.ask("resync")
    assert page.until("graph")["view"] == "v"


def test_views_of_one_channel_are_told_apart(done: str) -> None:
    page = Page(source_of(done), "a")
    page.view = "b"
    page.ask("open")
    assert {page.until("graph")["view"], page.until("graph")["view"]} == {"a", "b"}
    page.ask("search", text="times")
    assert page.until("found")["view"] == "b"


def test_a_view_that_was_forgotten_is_opened_again_by_a_resync(done: str) -> None:
    page = Page(source_of(done))
    page.until("graph")
    page.ask("close")
    page.ask("search", text="times")
    page.ask("resync")
    assert page.until("graph")["view"] == "v"
    assert not [message for message in page.told if message["kind"] == "found"]


def test_a_channel_keeps_so_many_views_and_no_more(done: str) -> None:
    page = Page(source_of(done))
    for number in range(MOST + 5):
        page.view = f"v{number}"
        page.ask("open")
    page.until("graph", lambda graph: graph["view"] == page.view)
    assert len(page.channel._views) == MOST


def test_a_page_that_is_gone_is_told_nothing_more(running: Any) -> None:
    told: list[Any] = []

    def send(message: Any) -> None:
        told.append(message)
        raise RuntimeError("the comm is closed")

    channel = Channel(send, source_of(running.id))
    for number in range(PATIENCE):
        channel.hear({"kind": "open", "view": f"v{number}"})
    until_idle()
    channel.hear({"kind": "open", "view": "w"})
    until_idle()
    assert len(told) == PATIENCE


def test_a_message_that_cannot_be_sent_does_not_lose_the_page(done: str) -> None:
    told: list[Any] = []

    def send(message: Any) -> None:
        if not told:
            told.append(None)
            raise ValueError("not JSON")
        told.append(message)

    channel = Channel(send, source_of(done))
    channel.hear({"kind": "open", "view": "v"})
    channel.hear({"kind": "resync", "view": "v"})
    until_idle()
    assert told[-1]["kind"] == "graph"


def test_a_channel_that_is_closed_hears_nothing(done: str) -> None:
    page = Page(source_of(done))
    page.until("graph")
    page.channel.close()
    page.ask("open")
    until_idle()
    assert page.told == []


def test_a_request_that_fails_is_answered(done: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(source_of(done))
    page.until("graph")
    monkeypatch.setattr("jupyter_flow.widgets.channel.preview", lambda source, request: 1 / 0)
    page.ask("look", node=0, input="", number=1)
    answer = page.until("answer")
    assert (answer["action"], answer["ok"], answer["text"]) == ("look", False, "ZeroDivisionError: division by zero")


def test_a_slow_preview_keeps_nobody_from_cancelling(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(source_of(running.id))
    gate = threading.Event()
    monkeypatch.setattr("jupyter_flow.widgets.channel.preview", lambda source, request: gate.wait(PATIENCE))
    page.ask("look", node=0, input="", number=1)
    assert page.answer("cancel", node=None)["ok"]
    gate.set()


def test_a_value_is_previewed(done: str) -> None:
    page = Page(source_of(done))
    page.ask("look", node=1, input="", number=7)
    preview = page.until("preview")
    assert (preview["number"], preview["type"], preview["text"]) == (7, "list", "0\n3\n6\n9")
    page.ask("look", node=1, input="factor", number=8)
    assert page.until("preview")["text"] == "3"
    page.ask("look", node=1, input="values", number=9)
    assert page.until("preview")["note"] == "4 items"


@pytest.mark.parametrize(
    ("node", "label", "why"),
    [(99, "", "work has no node 99"), (0, "m", "numbers has no input 'm'")],
)
def test_what_cannot_be_previewed_is_told(done: str, node: int, label: str, why: str) -> None:
    page = Page(source_of(done))
    page.ask("look", node=node, input=label, number=1)
    assert page.until("preview")["note"] == why


def test_a_value_that_is_not_there_yet_is_told(running: Any) -> None:
    page = Page(source_of(running.id))
    page.ask("look", node=0, input="", number=1)
    assert page.until("preview")["note"] == "held has no value yet"


def test_a_closed_session_leaves_views_alone(done: str) -> None:
    page = Page(source_of(done))
    page.until("graph")
    jf.session().close()
    page.ask("resync")
    page.ask("look", node=0, input="", number=1)
    page.ask("select", node=0)
    page.ask("watch", panes=["executors", "table", "timeline"])
    page.until("preview")
    page.channel.close()
    until_idle()


@given(st.lists(JSON | st.sampled_from(sorted(GOOD)).flatmap(lambda kind: _mixed(kind)), max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_page_says_the_channel_lives(done: str, messages: list[Any]) -> None:
    page = Page(source_of(done))
    for message in messages:
        if not (isinstance(message, dict) and message.get("kind") in ("rerun", "look")):
            page.channel.hear(message)
    page.ask("open")
    page.until("graph", lambda graph: graph["view"] == "v")
    page.channel.close()


def _mixed(kind: str) -> st.SearchStrategy[Any]:
    good: dict[str, Any] = {"kind": kind, "view": "v", **GOOD[kind]}
    return st.fixed_dictionaries({name: st.just(value) | st.integers() | JSON for name, value in good.items()})
