"""What a page does not get to hear: a busy server drops messages, and one that is loaded again knows no displays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.front import LOADED, Front
from tests.browser.test_graph import SHOW, dispatching, view

MANY = 8
WORK = """
import pathlib
@jf.electron(executor="thread")
def held(path):
    import pathlib, time
    while not pathlib.Path(path).exists(): time.sleep(0.01)
@jf.lattice
def work(path): return held(path)
for n in range(COUNT): display(jf.dispatch(work)(PATH + str(n)))
""".strip()
FLOOD = """
end, at, n = time.monotonic() + 4.5, time.monotonic() + 0.7, 0
while time.monotonic() < end:  # more than a server lets through: it drops what kernels say, but for their states
    print("x" * 12_500)
    time.sleep(0.005)
    if time.monotonic() > at and n < COUNT:
        pathlib.Path(PATH + str(n)).touch()
        at, n = at + 0.4, n + 1
""".strip()


@pytest.mark.parametrize("app", ["lab"])
def test_a_graph_whose_last_message_was_dropped_does_not_say_for_ever_that_it_runs(
    opened: Callable[..., Front], tmp_path: Path
) -> None:
    cells = [cell.replace("PATH", repr(str(tmp_path / "gate"))).replace("COUNT", str(MANY)) for cell in (WORK, FLOOD)]
    front = opened(LOADED, *cells)
    front.run(0, 1)
    shown = front.cell(1).locator(".jf-view")
    front.until(lambda: shown.count() == MANY)
    for one in shown.all():
        expect(one.get_by_role("status").first).to_contain_text("running")
    front.run(2)
    assert "rate exceeded" in front.text(2)
    for one in shown.all():
        expect(one.get_by_role("status").first).to_contain_text("completed", timeout=15000)


@pytest.mark.parametrize("app", ["lab"])
def test_a_notebook_that_was_loaded_again_meanwhile_is_saved_with_how_its_dispatch_ended(
    opened: Callable[..., Front], tmp_path: Path
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate", 2), SHOW)
    front.run(0, 1, 2)
    view(front, 2)
    front.save()
    front.reload()
    shown = view(front, 2)
    (tmp_path / "gate").touch()
    expect(shown.get_by_role("status").first).to_contain_text("completed", timeout=15000)
    front.page.wait_for_timeout(1000)
    pictures = [output for output in front.save()["cells"][2]["outputs"] if "image/svg+xml" in output.get("data", {})]
    assert ["RUNNING" in picture["data"]["text/plain"] for picture in pictures] == [False]
