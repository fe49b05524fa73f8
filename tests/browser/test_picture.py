"""The plain picture beside a live view: hidden while the view is there, and shown when it is not."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.front import LOADED, Front

STEPS = """
@jf.electron(executor="thread")
def step(n):
    time.sleep(0.5)
    return n
@jf.lattice
def work(): return step(step(1))
"""
PICTURE = ".jp-RenderedSVG"
LIVE = ".jf-view"


def test_the_picture_is_hidden_while_the_view_is_there_and_shown_without_a_kernel(
    opened: Callable[..., Front],
) -> None:
    front = opened(LOADED + STEPS, "run = %dispatch work()", "run.result()", "%graph run")
    front.run(0, 1, 2, 3)
    for index in (1, 3):
        expect(front.cell(index).locator(LIVE)).to_be_visible()
        expect(front.cell(index).locator(PICTURE)).to_have_count(1)
        expect(front.cell(index).locator(PICTURE)).to_be_hidden()
    front.save()
    front.without_kernel()
    for index in (1, 3):
        expect(front.cell(index).locator(LIVE)).to_have_count(0)
        expect(front.cell(index).locator(PICTURE)).to_be_visible()
        front.cell(index).get_by_text("Loading widget").wait_for(state="hidden")
    front.with_another_kernel()
    for index in (1, 3):
        front.cell(index).get_by_text("model not found").wait_for(state="attached")
        expect(front.cell(index).get_by_text("model not found")).to_be_hidden()
        expect(front.cell(index).locator(PICTURE)).to_be_visible()
