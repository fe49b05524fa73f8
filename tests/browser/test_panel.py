"""The side panel: what it shows, while a cell blocks, and after what happens to pages and kernels."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

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
""".strip()
BLOCKED = "threading.Event().wait(60)"


def dispatching(gate: Path) -> str:
    return WORK.replace("PATH", repr(str(gate)))


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_panel_is_live_and_cancels_while_a_cell_blocks(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), BLOCKED)
    panel = front.panel()
    panel.get_by_text("%load_ext jupyter_flow").wait_for()
    front.run(0, 1)
    row = panel.get_by_role("listitem").first
    row.get_by_text("0/6").wait_for()
    front.start(2)
    front.shot(kept(f"panel-{front.app}"))
    cancel = row.get_by_role("button", name="Cancel slow")
    took = front.seconds(cancel.click, lambda: row.get_attribute("data-status") == "cancelled")
    assert took < SOON
    # Neither by what is opened before the kernel has us, nor by what that says when it has.
    assert not [told for told in front.complaints if "Comm not found" in told]


def test_the_panel_comes_back_after_a_reload_and_after_a_restart(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), BLOCKED)
    front.panel().get_by_text("is not loaded").wait_for()
    front.run(0, 1)
    front.start(2)
    front.save()

    front.reload()
    row = front.panel().get_by_role("listitem").first
    row.get_by_text("0/6").wait_for()  # the kernel is still blocked
    row.get_by_role("button", name="Cancel slow").click()
    front.panel().locator("[data-status=cancelled]").first.wait_for()

    front.restart()
    panel = front.panel()
    panel.get_by_role("button", name="Insert this cell").click()
    inserted = front.js("return window.jupyterapp.shell.currentWidget.content.activeCellIndex;")
    front.run(inserted)
    old = panel.get_by_role("listitem").first
    expect(old).to_have_attribute("data-status", "cancelled")  # history, from the store
    old.get_by_role("button", name="slow: cancelled").click()
    front.page.locator(".jf-graph-tab").wait_for()
    front.shot(kept(f"history-{front.app}"))


@pytest.mark.parametrize("app", ["lab"])
def test_the_panel_follows_the_current_notebook(opened: Callable[..., Front]) -> None:
    front = opened(LOADED)
    panel = front.panel()
    front.run(0)
    panel.get_by_role("heading", name="Dispatches").wait_for()
    path = front.js(
        "const made = await window.jupyterapp.serviceManager.contents.newUntitled({type: 'notebook'});"
        "await window.jupyterapp.commands.execute('docmanager:open', "
        "{path: made.path, kernel: {name: 'python3'}}); return made.path;"
    )
    front.ready()
    panel.get_by_text(path, exact=True).wait_for()
    panel.get_by_text("is not loaded").wait_for()
    front.js(f"await window.jupyterapp.commands.execute('docmanager:open', {{path: '{front.name}'}});")
    panel.get_by_text(front.name, exact=True).wait_for()
    expect(panel.get_by_text("is not loaded")).to_be_hidden()
