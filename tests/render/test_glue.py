from hypothesis import given

from jupyter_flow.model.events import COMPLETED, FAILED
from jupyter_flow.render import Picture
from jupyter_flow.render.glue import dissolve_glue

from .pictures import pictures


def test_an_edge_through_glue_keeps_the_label_of_its_consumer() -> None:
    picture = Picture(
        ["split", "[0]", "train"],
        [COMPLETED] * 3,
        kinds=["electron", "glue", "electron"],
        edges=[(0, 1, "value"), (1, 2, "data")],
    )
    assert dissolve_glue(picture) == ([0, 2], [(0, 2, "data")])


def test_glue_may_come_after_the_electrons_and_before_its_own_producer() -> None:
    picture = Picture(
        ["a", "b", "+1", "[0]"],
        [COMPLETED] * 4,
        kinds=["electron", "electron", "glue", "glue"],
        edges=[(0, 3, ""), (3, 2, ""), (2, 1, "x")],
    )
    assert dissolve_glue(picture) == ([0, 1], [(0, 1, "x")])


def test_glue_that_failed_stays_in_the_picture() -> None:
    picture = Picture(
        ["split", "[9]", "train"],
        [COMPLETED, FAILED, COMPLETED],
        kinds=["electron", "glue", "electron"],
        edges=[(0, 1, "value"), (1, 2, "data")],
    )
    assert dissolve_glue(picture) == ([0, 1, 2], [(0, 1, "value"), (1, 2, "data")])


def test_a_sum_of_many_terms_is_one_fan_in() -> None:
    n = 5000
    edges = [(0, n, "a"), *[(i, n + i - 1, "b") for i in range(1, n)], *[(n + i, n + i + 1, "a") for i in range(n - 2)]]
    picture = Picture(
        ["f"] * n + ["+"] * (n - 1) + ["end"],
        [COMPLETED] * (2 * n),
        kinds=["electron"] * n + ["glue"] * (n - 1) + ["electron"],
        edges=[*edges, (2 * n - 2, 2 * n - 1, "total")],
    )
    shown, found = dissolve_glue(picture)
    assert shown == [*range(n), 2 * n - 1]
    assert sorted(found) == [(i, 2 * n - 1, "total") for i in range(n)]


def test_running_sums_that_are_all_consumed_do_not_multiply_edges() -> None:
    n = 3000
    edges = []
    for i in range(n):
        edges += [(i, 2 * n + i, "a"), (2 * n + i, n + i, "x")]
        edges += [(2 * n + i - 1, 2 * n + i, "b")] if i else []
    picture = Picture(
        ["f"] * n + ["g"] * n + ["+"] * n,
        [COMPLETED] * (3 * n),
        kinds=["electron"] * (2 * n) + ["glue"] * n,
        edges=edges,
    )
    _, found = dissolve_glue(picture)
    assert len(found) < 10 * len(edges)


@given(pictures())
def test_what_could_be_reached_through_glue_still_can(picture: Picture) -> None:
    shown, edges = dissolve_glue(picture)
    visible = set(shown)
    assert {i for edge in edges for i in edge[:2]} <= visible
    following: dict[int, set[int]] = {}
    for a, b, _ in picture.edges:
        following.setdefault(a, set()).add(b)
    for start in shown:
        reached, stack = set(), list(following.get(start, ()))
        while stack:
            node = stack.pop()
            if node in visible:
                reached.add(node)
            else:
                stack += following.get(node, ())
        assert reached == {b for a, b, _ in edges if a == start}
