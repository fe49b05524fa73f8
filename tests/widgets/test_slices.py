"""Views of large graphs: folded beside the hub, in slices, once for all; ten thousand changes are told without gaps."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED
from jupyter_flow.notebook.drawing import drawing_of_graph
from jupyter_flow.render import breath, folding
from jupyter_flow.widgets import folded
from jupyter_flow.widgets.folded import foldings_of
from jupyter_flow.widgets.source import source_of, source_of_graph
from jupyter_flow.widgets.views import DispatchView

from .pages import Page
from .scripted import Follower, fan, scripted

MANY = 10_000


class Later:
    """Another thread, which a test lets go on."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []

    def put(self, call: Callable[[], object]) -> bool:
        self.calls.append(call)
        return True

    def go_on(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


def test_a_large_graph_is_folded_elsewhere_and_told_by_the_pulse_after_that() -> None:
    later = Later()
    page = Follower(DispatchView(source_of_graph(fan(2000)), "v", later.put))
    assert page.ask("open") == page.view.pulse() == page.view.pulse() == []
    assert not page.view.over
    assert len(later.calls) == 1
    later.go_on()
    page.hear(page.view.pulse())
    assert page.graph["nodes"] == 2002


def test_the_old_picture_lives_until_the_new_one_is_made() -> None:
    later = Later()
    source, facts = scripted(fan(2000))
    page = Follower(DispatchView(source, "v", later.put))
    page.ask("open")
    later.go_on()
    page.hear(page.view.pulse())
    page.ask("show", by="status", orientation="right", opened=[5], path=[])
    facts.set(0, COMPLETED)
    page.hear(page.view.pulse())
    assert page.graph["tallies"][0]["counts"][COMPLETED] == 1
    assert (page.graph["orientation"], page.missed) == ("down", False)
    later.go_on()
    page.hear(page.view.pulse())
    assert (page.graph["orientation"], page.graph["opened"], page.missed) == ("right", [5], False)


def test_what_was_asked_before_the_last_is_not_made() -> None:
    later = Later()
    page = Follower(DispatchView(source_of_graph(fan(2000)), "v", later.put))
    page.ask("open")
    for node in range(5):
        page.ask("show", by="status", orientation="down", opened=[node], path=[])
    later.go_on()
    page.hear(page.view.pulse())
    assert page.graph["opened"] == [4]


def test_all_who_draw_a_graph_share_its_folding_and_it_goes_with_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    real = folded.fold
    monkeypatch.setattr(folded, "fold", lambda *given: made.append(0) or real(*given))
    graph = fan(2000)
    for _ in range(3):
        source = source_of_graph(graph)
        source.drawing()
        (shown,) = [*DispatchView(source, "v").handle({"kind": "open", "view": "v"}), *source_views(source)]
        assert shown["kind"] == "graph"
    assert len(made) == 1
    gone = weakref.ref(foldings_of(graph))
    del graph, source, shown
    gc.collect()
    assert gone() is None


def test_the_live_picture_and_the_one_beside_it_share_their_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    real = folding.Layering
    monkeypatch.setattr(folding, "Layering", lambda *given: made.append(0) or real(*given))
    graph = fan(100)
    source = source_of_graph(graph)
    source_views(source)
    drawing_of_graph(graph).svg()
    assert len(made) == 1


def test_threads_that_draw_a_graph_at_once_fold_one(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, found = fan(3000), list[Any]()
    threads = [threading.Thread(target=lambda: found.append(foldings_of(graph))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def source_views(source: Any) -> list[Any]:
    """What a second view of a source is told."""
    view = DispatchView(source, "w")
    view.handle({"kind": "open", "view": "w"})
    return view.pulse()


def test_a_graph_whose_default_executor_changes_is_drawn_anew() -> None:
    graph = fan(3)
    before = foldings_of(graph)
    names = jf.session().dispatcher.names
    default, names.default = names.default, "inline"
    try:
        assert foldings_of(graph) is not before
    finally:
        names.default = default


def test_the_page_is_served_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[str] = []
    monkeypatch.setattr(breath, "SLICE", 0.0)
    monkeypatch.setattr(breath.Breath, "breathe", lambda self: rests.append(threading.current_thread().name))
    page = Page(source_of_graph(fan(5000)))
    graph = page.until("graph")
    assert rests.count("jupyter_flow folding") >= 10
    for ask, kind, fields in (
        ("table", "rows", {"sort": "name", "descending": False, "filter": "train", "offset": 0, "limit": 100}),
        ("range", "timeline", {"start": None, "end": None, "width": 500}),
        ("show", "graph", {"by": "status", "orientation": "down", "opened": [graph["groups"][1]["first"]], "path": []}),
    ):
        rests.clear()
        page.ask(ask, **fields)
        page.until(kind)
        assert len(rests) >= 10
        assert "MainThread" not in rests


@jf.electron(executor="thread")
def quick(number: int) -> int:
    """As good as nothing."""
    return number


def test_ten_thousand_changes_in_a_moment_reach_the_page_without_a_gap() -> None:
    id = jf.dispatch(lambda: [quick(number) for number in range(MANY)][-1])()
    page = Page(source_of(id))
    heard: list[Any] = []
    graph = page.until("graph")
    last = page.until(
        "delta" if graph["state"]["ended"] is None else "graph",
        lambda message: heard.append(message) or message["state"]["ended"] is not None,
    ) if graph["state"]["ended"] is None else graph  # fmt: skip
    numbers = [message["seq"] for message in {m["seq"]: m for m in heard}.values()]
    assert numbers == list(range(graph["seq"] + 1, graph["seq"] + 1 + len(numbers)))
    assert last["state"]["counts"][COMPLETED] == MANY
    tallies = {tally["group"]: tally for message in [graph, *heard] for tally in message["tallies"]}
    assert sum(tally["counts"][COMPLETED] for tally in tallies.values()) == MANY
    assert jf.get_result(id, wait=True).result == MANY - 1
