"""The live graph of a dispatch, in a cell and in a tab."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.front import LOADED, Front

SOON = 1.0  # seconds within which a click is answered, whatever the kernel does
WORK = """
import pathlib
GATE = pathlib.Path(PATH)
@jf.electron(executor="thread")
def load(path): return 3
@jf.electron(executor="thread")
def held(n, path):
    import pathlib, time
    print("held", n)
    while not pathlib.Path(path).exists(): time.sleep(0.02)
    if n == 3: raise ValueError(f"no luck with {n}")
    return n
@jf.electron(executor="thread")
def total(ns): return sum(ns)
@jf.lattice
def work(path):
    first = load(path)
    return total([held(n, path) for n in range(6)]) , first
run = jf.dispatch(work)(str(GATE))
""".strip()
SHOW = "run"
BLOCKED = {
    "a wait": "threading.Event().wait(60)",
    "a loop": "while not jf.get_result(run).status.final: pass",
}


def dispatching(gate: Path) -> str:
    return WORK.replace("PATH", repr(str(gate)))


def view(front: Front, index: int) -> Locator:
    """The live graph below a cell."""
    found = front.cell(index).locator(".jf-view")
    found.get_by_label("Transport graph").wait_for()
    return found


@pytest.mark.parametrize("blocking", BLOCKED)
def test_cancel_in_the_graph_is_answered_while_a_cell_blocks(
    opened: Callable[..., Front], tmp_path: Path, blocking: str
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW, BLOCKED[blocking])
    front.run(0, 1, 2)
    shown = view(front, 2)
    front.start(3)
    cancel = shown.get_by_role("button", name="Cancel dispatch")
    cancel.wait_for()
    status = shown.get_by_role("status")
    assert front.seconds(cancel.click, lambda: "cancelled" in status.inner_text()) < SOON


def test_the_graph_follows_its_dispatch_and_tells_of_its_nodes(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW, SHOW)
    front.run(0, 1, 2, 3)
    one, other = view(front, 2), view(front, 3)
    front.cell(2).scroll_into_view_if_needed()
    front.page.wait_for_timeout(500)
    front.shot(kept(f"graph-running-{front.app}"))
    one.get_by_role("button", name="Table view").click()
    one.get_by_role("table").get_by_text("held").first.wait_for()
    front.shot(kept(f"graph-table-{front.app}"))
    (tmp_path / "gate").touch()
    for shown in (one, other):
        expect(shown.get_by_role("status")).to_contain_text("failed", timeout=15000)
    front.shot(kept(f"graph-failed-{front.app}"))
