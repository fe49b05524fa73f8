from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_flow.render import Layout, lay_out
from jupyter_flow.render.layering import Layering
from jupyter_flow.render.layout import Orientation
from jupyter_flow.render.ordering import crossings
from jupyter_flow.render.ranks import ranks

Graph = tuple[list[tuple[float, float]], list[tuple[int, int]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    sizes = draw(st.lists(st.tuples(st.floats(10, 200), st.floats(10, 80)), max_size=30))
    n = len(sizes)
    number = draw(st.permutations(range(n)))
    pairs = draw(st.lists(st.tuples(st.integers(0, max(n - 1, 0)), st.integers(0, max(n - 1, 0))), max_size=60))
    return sizes, [(number[min(p)], number[max(p)]) for p in pairs if n and p[0] != p[1]]


def boxes(layout: Layout, sizes: list[tuple[float, float]]) -> list[tuple[float, float, float, float]]:
    placed = zip(layout.x, layout.y, sizes, strict=True)
    return [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, (w, h) in placed]


@given(graphs(), st.sampled_from(["down", "right"]))
def test_every_edge_leads_onwards(graph: Graph, orientation: str) -> None:
    sizes, edges = graph
    layout = lay_out(sizes, edges, orientation=orientation)
    rects = boxes(layout, sizes)
    low, high = (1, 3) if orientation == "down" else (0, 2)
    for a, b in edges:
        assert layout.ranks[a] < layout.ranks[b]
        assert rects[a][high] < rects[b][low]


@given(graphs(), st.sampled_from(["down", "right"]))
def test_no_two_nodes_overlap_and_all_are_inside(graph: Graph, orientation: str) -> None:
    sizes, edges = graph
    layout = lay_out(sizes, edges, orientation=orientation)
    rects = boxes(layout, sizes)
    for i, a in enumerate(rects):
        assert a[0] > -0.01
        assert a[1] > -0.01
        assert a[2] < layout.width + 0.01
        assert a[3] < layout.height + 0.01
        for b in rects[:i]:
            assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


@given(graphs(), st.sampled_from(["down", "right"]))
def test_routes_go_from_border_to_border_and_always_onwards(graph: Graph, orientation: str) -> None:
    sizes, edges = graph
    layout = lay_out(sizes, edges, orientation=orientation)
    rects = boxes(layout, sizes)
    axis, low, high = (1, 1, 3) if orientation == "down" else (0, 0, 2)
    for (a, b), route in zip(edges, layout.routes, strict=True):
        assert route[0][axis] == pytest.approx(rects[a][high])
        assert route[-1][axis] == pytest.approx(rects[b][low])
        assert all(p[axis] < q[axis] for p, q in pairwise(route))


@given(graphs())
def test_the_same_graph_has_the_same_layout(graph: Graph) -> None:
    assert lay_out(*graph) == lay_out(*graph)


@settings(max_examples=50)
@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40))
def test_cycles_and_edges_to_oneself_are_laid_out_too(n: int, pairs: list[tuple[int, int]]) -> None:
    edges = [(a % n, b % n) for a, b in pairs]
    layout = lay_out([(50.0, 20.0)] * n, edges)
    assert len(layout.x) == n
    assert all(bool(route) == (a != b) for (a, b), route in zip(edges, layout.routes, strict=True))


def test_nothing_is_laid_out_as_nothing() -> None:
    layout = lay_out([], [])
    assert (layout.width, layout.height, layout.x) == (0.0, 0.0, [])


def test_a_chain_stands_upright_beside_its_long_edges() -> None:
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (1, 3)]
    layout = lay_out([(80.0, 40.0)] * 5, edges)
    assert len(set(layout.x)) == 1


def test_a_long_edge_passes_its_layers_in_a_straight_line() -> None:
    layout = lay_out([(80.0, 40.0)] * 5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)])
    route = layout.routes[4]
    assert len({x for x, _ in route[2:-2]}) == 1


def test_a_node_is_centred_over_its_consumers() -> None:
    layout = lay_out([(80.0, 40.0)] * 5, [(0, i) for i in range(1, 5)])
    assert layout.x[0] == sum(layout.x[1:]) / 4


def test_settings_stand_next_to_the_only_electron_that_reads_them() -> None:
    assert ranks(5, [(0, 1), (1, 2), (2, 3), (4, 3)]) == [0, 1, 2, 3, 2]


def test_edges_that_need_not_cross_do_not() -> None:
    edges = [(0, 5), (1, 4), (2, 3)]
    layout = lay_out([(80.0, 40.0)] * 6, edges)
    assert sorted(range(3), key=lambda i: layout.x[i]) == sorted(range(3), key=lambda i: layout.x[5 - i])


def test_crossings_are_counted() -> None:
    assert crossings([[0, 1], [2, 3]], [[3], [2], [], []]) == 1
    assert crossings([[0, 1], [2, 3]], [[2, 3], [2, 3], [], []]) == 1


def test_nodes_without_edges_stand_in_rows() -> None:
    layout = lay_out([(80.0, 40.0)] * 100, [])
    assert max(layout.ranks) == 9


def test_ten_thousand_nodes_are_all_placed() -> None:
    n = 10_000
    layout = lay_out([(100.0, 40.0)] * n, [(i, i + d) for i in range(n - 120) for d in (100, 117)])
    assert len(set(zip(layout.x, layout.y, strict=True))) == n


def test_a_chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    n = 100_000
    layout = lay_out([(10.0, 10.0)] * n, [(i, i + 1) for i in range(n - 1)])
    assert layout.ranks == list(range(n))


def test_long_edges_from_everywhere_stay_affordable() -> None:
    n = 2000
    layout = lay_out([(10.0, 10.0)] * n, [*[(i, i + 1) for i in range(n - 1)], *[(i, n - 1) for i in range(n - 2)]])
    assert sum(map(len, layout.routes)) < 50 * n


def test_a_graph_with_more_edges_than_can_be_followed_gets_no_more_turns_for_that() -> None:
    n = 100
    layering = Layering(n, [(a, b) for a in range(n) for b in range(a + 1, n)])
    assert len(layering.all_ranks) < 50 * n


def test_what_is_known_of_the_layers_changes_nothing() -> None:
    edges = [(0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (4, 3)]
    sizes = [(80.0, 40.0)] * 5
    for orientation in get_args(Orientation):
        layering = Layering(5, edges)
        known = lay_out(sizes, edges, orientation=orientation, layering=layering)
        assert known == lay_out(sizes, edges, orientation=orientation)
