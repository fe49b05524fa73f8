"""Long work goes in slices, where the thread has asked for that."""

from jupyter_flow.render import draw_svg, fold
from jupyter_flow.render.breath import Breath, breathe, breathing, paced

from .pictures import chain, fan


class Counting(Breath):
    """Rests at every breath, and only counts."""

    def __init__(self) -> None:
        super().__init__(slice=0.0, sleep=lambda seconds: None)


def test_nobody_rests_who_has_not_asked() -> None:
    breath = Counting()
    breathe()
    assert breath.taken == 0


def test_a_thread_that_has_asked_rests_where_it_may_and_afterwards_no_more() -> None:
    with breathing(Counting()) as breath:
        breathe()
        with breathing() as inner:
            breathe()
    breathe()
    assert (breath, breath.taken) == (inner, 2)


def test_there_is_no_rest_before_a_slice_is_over() -> None:
    with breathing(Breath(slice=1000.0)) as breath:
        breathe()
    assert breath.taken == 0


def test_a_loop_rests_now_and_then_and_leaves_nothing_out() -> None:
    with breathing(Counting()) as breath:
        assert list(paced(range(2000))) == list(range(2000))
    assert breath.taken == 4


def test_folding_and_drawing_go_in_slices_and_come_to_the_same() -> None:
    for picture in (fan(5000), chain(10_000)):
        with breathing(Counting()) as breath:
            folding, svg = fold(picture), draw_svg(picture, opened=[1])
        assert breath.taken >= 20
        assert (folding, svg) == (fold(picture), draw_svg(picture, opened=[1]))
