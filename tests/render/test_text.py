from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.events import COMPLETED, FAILED, INTERRUPTED, SKIPPED, WAITING
from jupyter_flow.model.status import Status
from jupyter_flow.render import Picture, draw_svg, draw_text, summary

from .pictures import chain, fan, pictures


def test_the_summary_is_one_line_with_electrons_executors_and_status() -> None:
    picture = Picture(["f"] * 5, [COMPLETED] * 5, ["local", "cpu", "local", "cpu", "local"], status=Status.COMPLETED)
    assert summary(picture) == "workflow: 5 electrons · 2 on cpu, 3 on local · COMPLETED"


def test_the_summary_counts_states_where_they_differ() -> None:
    picture = Picture(["a", "b", "c"], [COMPLETED, FAILED, SKIPPED], title="fit", status=Status.FAILED)
    assert summary(picture) == "fit: 3 electrons · 1 failed, 1 skipped, 1 completed · FAILED"


def test_many_executors_are_summed_up() -> None:
    picture = Picture(["f"] * 20, [COMPLETED] * 20, [f"e{i:02}" for i in range(20)], status=Status.COMPLETED)
    assert "1 on e02, 17 on 17 other executors" in summary(picture)


def test_glue_is_not_counted() -> None:
    picture = Picture(["f", "[0]"], [COMPLETED] * 2, kinds=["electron", "glue"], status=Status.COMPLETED)
    assert summary(picture) == "workflow: 1 electron · COMPLETED"


def test_the_graph_reads_from_the_top_down() -> None:
    assert draw_text(fan(1000, failed=2)).splitlines() == [
        "fan: 1002 electrons · 1002 on cpu · 2 failed, 1000 completed · COMPLETED",
        "  ✓ split        cpu",
        "  ↓",
        "  ✕ train ×1000  998/1000 · 2 failed · cpu  ← split",
        "  ↓",
        "  ✓ best         cpu                        ← train ×1000",
    ]


def test_electrons_of_one_name_are_told_apart_by_number() -> None:
    assert "✓ step(1)  ← step(0)" in draw_text(chain(3))


def test_order_without_data_is_said() -> None:
    picture = Picture(["a", "b"], [COMPLETED] * 2, edges=[(0, 1, "!waiting_edge")])
    assert "← a (order)" in draw_text(picture)


def test_nothing_waits_in_a_dispatch_that_was_interrupted() -> None:
    picture = Picture(["a", "b"], [INTERRUPTED, WAITING], edges=[(0, 1, "x")], status=Status.INTERRUPTED)
    assert "1 interrupted, 1 never begun" in draw_text(picture)
    assert "never begun" in draw_svg(picture)
    assert "waiting" not in draw_text(picture) + draw_svg(picture)


def test_an_empty_graph_is_one_line() -> None:
    assert draw_text(Picture([], [])) == "workflow: 0 electrons · not run"


def test_a_graph_that_has_not_run_says_so() -> None:
    picture = Picture(["a"], [WAITING])
    assert summary(picture) == "workflow: 1 electron · not run"
    assert "not run" in draw_svg(picture)
    assert "NEW_OBJECT" not in draw_svg(picture)


def test_a_long_graph_is_cut_and_says_so() -> None:
    lines = draw_text(chain(50, distinct=True)).splitlines()
    assert len(lines) == 40
    assert lines[-1] == "  … and 31 more"


@given(pictures())
def test_any_graph_fits_on_a_screen(picture: Picture) -> None:
    assert len(draw_text(picture).splitlines()) <= 40


@given(st.lists(st.text(), max_size=4))
def test_no_name_breaks_a_line_or_reaches_the_terminal(names: list[str]) -> None:
    text = draw_text(Picture(names, [COMPLETED] * len(names), names, title="".join(names)))
    assert all(c == "\n" or ord(c) >= 32 for c in text)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert len(text.split("\n")) <= len(names) + 2
