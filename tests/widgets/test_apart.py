"""Boxes of one name say what they were called with."""

from typing import Any

import jupyter_flow as jf
from jupyter_flow.notebook.drawing import drawing_of_graph
from jupyter_flow.widgets.source import source_of_graph
from jupyter_flow.widgets.table import first_page, rows
from jupyter_flow.widgets.views import DispatchView


@jf.electron
def load(path: str) -> list[int]:
    return []


@jf.electron
def fit(data: list[int], fold: int, rate: float = 0.1, token: str = "") -> int:
    return fold


@jf.electron
def best(*fits: int) -> int:
    return max(fits)


@jf.lattice
def folds(count: int) -> Any:
    data = load("a" * 100)
    return best(*[fit(data, fold, rate=0.5, token=f"t{fold}") for fold in range(count)])


@jf.lattice
def chained() -> Any:
    first = fit(load("x"), 1)
    return fit(load("y"), first)


def boxes(lattice: Any, *args: Any, opened: bool = True) -> dict[int, Any]:
    """What a view tells of its boxes, by their first nodes; all groups opened."""
    view = DispatchView(source_of_graph(lattice.build_graph(*args)), "v")
    (graph,) = view.handle({"kind": "open", "view": "v"})
    if opened:
        nodes = [group["first"] for group in graph["groups"]]
        show: Any = {"kind": "show", "view": "v", "by": "status", "orientation": "down", "opened": nodes, "path": []}
        (graph,) = view.handle(show)
    return {group["first"]: group for group in graph["groups"]}


def test_calls_that_stand_side_by_side_say_the_arguments_in_which_they_differ() -> None:
    assert [box["argument"] for box in boxes(folds, 3).values()] == ["", "fold=0", "fold=1", "fold=2", ""]


def test_what_may_be_secret_tells_nothing_apart() -> None:
    assert "t0" not in str(boxes(folds, 3))


def test_a_group_says_nothing_and_nothing_is_said_of_what_is_alone() -> None:
    assert {box["argument"] for box in boxes(folds, 20, opened=False).values()} == {""}


def test_values_of_other_nodes_are_called_by_those() -> None:
    told = {box["argument"] for box in boxes(chained).values() if box["name"] == "fit"}
    assert told == {"fold=1", "fold=fit"}


def test_boxes_that_say_an_argument_have_room_for_it() -> None:
    told, silent = boxes(folds, 3)[1], boxes(folds, 20, opened=False)[0]
    assert told["height"] > silent["height"]


def test_the_plain_picture_and_the_exported_one_say_them_too() -> None:
    graph = folds.build_graph(3)
    view = DispatchView(source_of_graph(graph), "v")
    drawings: Any = [*view.handle({"kind": "export", "view": "v", "dark": False})]
    drawings += view.handle({"kind": "export", "view": "v", "dark": None})
    beside = drawing_of_graph(graph)
    assert (drawings[1]["svg"], drawings[1]["text"]) == (beside.svg(), repr(beside))  # what a notebook keeps
    for svg in [drawing["svg"] for drawing in drawings]:
        assert [f">fold={fold}</text>" in svg for fold in range(4)] == [True, True, True, False]
        assert "fit (node 1) · fold=0 · waiting" in svg  # for screen readers


def test_the_table_says_them_and_finds_by_them_also_where_boxes_are_folded() -> None:
    source = source_of_graph(folds.build_graph(20))
    told = rows(source, first_page("v"))["rows"]
    assert [row["argument"] for row in told] == ["", *[f"fold={fold}" for fold in range(20)], ""]
    assert [row["node"] for row in rows(source, {**first_page("v"), "filter": "fit fold=7"})["rows"]] == [8]
