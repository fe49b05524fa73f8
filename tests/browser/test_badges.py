"""What electron cells show beside their numbers, and the buttons that run what is behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.front import LOADED, Front

GATED = """%%electron gated -x thread -i scale,path -o total
import pathlib, time
while not pathlib.Path(path).exists(): time.sleep(0.02)
total = scale + 1"""
AFTER = "%%electron after -x thread -i total -o double\ndouble = total * 2"
FAILING = "%%electron failing -x thread\nwrong = 1 / 0"
KEPT = "%%electron kept -x thread --cache -i scale -o more\nmore = scale + 2"


def inputs(gate: Path, scale: int) -> str:
    return f"scale = {scale}\npath = {str(gate)!r}"


def cells(gate: Path) -> list[str]:
    return [LOADED, inputs(gate, 1), GATED, AFTER, FAILING, KEPT, "print(double)"]


def test_badges_follow_their_electrons(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(*cells(tmp_path / "gate"))
    front.run(0, 1, 2, 3, 4, 5)
    for index, state in (2, "running"), (3, "waiting"), (4, "failed"), (5, "done"):
        front.badge_is(index, state)
    said = front.badge(2).get_by_role("button", name="Electron gated: running")
    first = said.inner_text()
    front.until(lambda: said.inner_text() != first)  # time passes
    front.badge(3).get_by_role("button", name="waiting for gated").wait_for()
    front.shot(kept(f"badges-{front.app}"))
    (tmp_path / "gate").touch()
    front.badge_is(2, "done")
    front.badge_is(3, "done")
    front.run(5)
    front.badge_is(5, "cached")
    front.write(1, inputs(tmp_path / "gate", 2))
    front.run(1)
    front.badge_is(2, "stale")
    front.badge(3).get_by_role("button", name="gated is stale").wait_for()
    front.js("const b = window.jupyterapp.shell.currentWidget.content; b.moveCell(2, 3);")
    front.badge_is(3, "stale")
    front.badge(3).get_by_role("button", name="Electron gated:").wait_for()  # it has moved with its cell
    front.shot(kept(f"stale-{front.app}"))


def test_stale_cells_are_run_from_the_toolbar_and_from_their_badges(
    opened: Callable[..., Front], tmp_path: Path
) -> None:
    (tmp_path / "gate").touch()
    front = opened(*cells(tmp_path / "gate"))
    front.run(0, 1, 2, 3)
    front.badge_is(3, "done")
    front.write(1, inputs(tmp_path / "gate", 2))
    front.run(1)
    front.badge_is(3, "stale")
    front.badge(2).get_by_role("button", name="Run electron gated").click()
    front.badge_is(2, "done")
    front.badge_is(3, "stale")
    front.page.get_by_role("button", name="Run stale", exact=True).click()
    front.badge_is(3, "done")
    assert front.run(6) == "6"
    front.write(3, AFTER.replace("* 2", "* 3"))
    front.badge(3).get_by_role("button", name="edited since it was run").wait_for()
    front.page.get_by_role("button", name="Run stale", exact=True).click()
    front.badge_is(3, "done")
    assert front.run(6) == "9"


@pytest.mark.parametrize("app", ["lab"])
def test_run_stale_brings_ordinary_cells_up_to_date_where_they_stand(opened: Callable[..., Front]) -> None:
    front = opened(
        LOADED, "a = 1", "%%electron one -x thread\nb = a * 10", "print('b is', b)",
        "%%electron two -x thread\nc = b + 1", "d = c * 2; print('d', d)",
    )  # fmt: skip
    front.run(0, 1, 2, 3, 4, 5)
    front.write(1, "a = 2")
    front.run(1)
    front.badge_is(3, "stale")
    front.badge_is(5, "stale")
    panel = front.panel()
    panel.get_by_role("button", name="Run 4 cells that are not up to date").wait_for()
    stale = front.page.get_by_role("button", name="Run stale", exact=True)
    stale.click()
    front.until(lambda: (front.text(3), front.text(5)) == ("b is 20", "d 42"))
    expect(front.badge(3)).to_have_count(0)
    expect(front.badge(5)).to_have_count(0)
    expect(stale).to_be_disabled()
    panel.get_by_role("button", name="Flow of this notebook: 2 cells: 2 completed.").wait_for()


@pytest.mark.parametrize("app", ["lab"])
def test_the_palette_and_the_running_panel_know_dispatches(opened: Callable[..., Front], tmp_path: Path) -> None:
    front = opened(*cells(tmp_path / "gate"))
    front.run(0, 1, 2)
    front.badge_is(2, "running")
    page = front.page
    page.keyboard.press("Control+Shift+c")
    page.keyboard.type("flow stale")
    page.locator(".lm-CommandPalette-item", has_text="Run Stale Cells").wait_for()
    page.keyboard.press("Escape")
    front.js("window.jupyterapp.shell.activateById('jp-running-sessions');")
    running = page.locator("#jp-running-sessions")
    entry = running.get_by_role("treeitem", name="gated")
    entry.hover()
    entry.get_by_title("Cancel").click()
    front.badge_is(2, "cancelled")


@pytest.mark.parametrize("app", ["lab"])
def test_the_panel_needs_no_mouse(opened: Callable[..., Front], tmp_path: Path) -> None:
    front = opened(*cells(tmp_path / "gate"))
    front.run(0, 1, 2)
    panel = front.panel()
    row = panel.get_by_role(
        "listitem",
    ).first
    row.get_by_role("button", name="Cancel gated").wait_for()
    opening = row.get_by_role("button", name="gated:")
    opening.focus()
    front.page.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Cancel gated")).to_be_focused()
    front.page.keyboard.press("Enter")
    front.badge_is(2, "cancelled")
    opening.focus()
    front.page.keyboard.press("Enter")
    front.page.locator(".jf-graph-tab").wait_for()
