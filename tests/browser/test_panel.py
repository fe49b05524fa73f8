"""The side panel: what it shows, while a cell blocks, and after what happens to pages and kernels."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.front import LOADED, Front

SOON = 1.0  # seconds within which a click is answered, whatever the kernel does
WORK = """
@jf.electron(executor="thread")
def step(n, path):
    import pathlib, time
    while not pathlib.Path(path).exists(): time.sleep(0.02)
    return n
@jf.lattice
def slow(path): return [step(n, path) for n in range(6)]
started = jf.dispatch(slow)(PATH)
"""
BLOCKED = {
    "a wait": "threading.Event().wait()",
    "a loop": "while not jf.get_result(started).status.final: pass",
}


def dispatching(gate: Path) -> str:
    return WORK.replace("PATH", repr(str(gate)))


@pytest.mark.parametrize("blocking", BLOCKED)
def test_the_panel_is_live_and_cancels_while_a_cell_blocks(
    opened: Callable[..., Front], tmp_path: Path, blocking: str, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), BLOCKED[blocking])
    panel = front.panel()
    panel.get_by_text("%load_ext jupyter_flow").wait_for()
    front.run(0, 1)
    row = panel.get_by_role("listitem").first
    row.get_by_text("0/6").wait_for()
    front.start(2)
    (tmp_path / "gate").touch() if blocking == "nothing" else None
    front.shot(kept(f"panel-{front.app}"))
    cancel = row.get_by_role("button", name="Cancel slow")
    took = front.seconds(cancel.click, lambda: row.get_attribute("data-status") == "cancelled")
    assert took < SOON
