"""The notebook's own graph in its cell and in a tab, what is done from it, and two notebooks in one page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.front import LOADED, Front

expect.set_options(timeout=20_000)  # two cores, and a kernel that works

GATED = """%%electron gated -x thread -i scale,path -o total
import pathlib, time
while not pathlib.Path(path).exists(): time.sleep(0.02)
total = scale + 1"""
AFTER = "%%electron after -x thread -i total -o double\ndouble = total * 2"
CALLED = """%%electron -x thread
def called(n, path):
    import pathlib, time
    while n and not pathlib.Path(path).exists(): time.sleep(0.02)
    return n"""
MANY = """one = jf.electron(executor='inline')(abs)
work = jf.lattice(lambda: one(-1))
for _ in range(12): jf.dispatch_sync(work)()"""
CALLING = "%%lattice\ndef calling(path):\n    return [called(n, path) for n in range(3)]"


def inputs(gate: Path, scale: int) -> str:
    return f"scale = {scale}\npath = {str(gate)!r}"


def active(front: Front) -> int:
    found: int = front.js("return window.jupyterapp.shell.currentWidget.content.activeCellIndex;")
    return found


def test_the_flow_is_live_leads_to_its_cells_and_is_saved(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    gate = tmp_path / "gate"
    front = opened(LOADED, inputs(gate, 1), GATED, AFTER, "print(double)", "%flow graph")
    front.run(0, 1, 2, 3, 5)
    shown = front.cell(5).locator(".jf-view")
    status = shown.get_by_role("status").first
    expect(status).to_contain_text("2 cells: 1 running, 1 waiting")
    gate.touch()
    expect(status).to_contain_text("2 cells: 2 completed")
    front.run(4)
    front.write(1, inputs(gate, 2))
    front.run(1)
    expect(status).to_contain_text("2 stale")
    front.badge(4).get_by_role("button", name="Cell `print(double)`: stale").wait_for()

    shown.get_by_role("button", name="Table view").click()
    shown.get_by_role("table").get_by_role("button", name="gated").click()
    details = shown.get_by_role("region", name="Node details")
    expect(details).to_contain_text("'scale' has changed")
    front.shot(kept(f"flow-{front.app}"))
    details.get_by_role("button", name="Go to its cell").click()
    front.until(lambda: active(front) == 2)

    front.badge(4).get_by_role("button", name="Run cell").click()  # with what feeds it
    front.until(lambda: front.text(4) == "6")
    expect(status).to_contain_text("2 cells: 2 completed")
    details.get_by_role("button", name="Debug in a new cell").click()
    front.until(lambda: active(front) == 6)  # below the graph that was clicked in
    expect(front.cell(6)).to_be_in_viewport()
    assert "%jupyter_flow flow inputs" in front.js(
        "return window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.getSource();"
    )
    front.until(lambda: front.js("return document.activeElement.closest('.jp-Cell.jp-mod-active') !== null;"))

    outputs = front.save()["cells"][5]["outputs"]
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)


def test_the_panel_shows_the_flow_cancels_what_waits_and_counts_calls(
    opened: Callable[..., Front], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    front = opened(LOADED, inputs(gate, 1), GATED, AFTER, CALLED, CALLING, "%dispatch calling(path)")
    front.run(0, 1, 2, 3, 4, 5)
    expect(front.badge(4)).to_have_count(0)  # never called
    front.run(6)
    expect(front.badge(4)).to_contain_text("1/3")
    front.badge(3).get_by_role("button", name="Cancel electron after").click()
    front.badge_is(3, "cancelled")
    panel = front.panel()
    panel.get_by_role("button", name="Flow of this notebook").click()
    tab = front.page.locator(".jf-graph-tab")
    expect(tab.get_by_role("status").first).to_contain_text("1 running, 1 cancelled")
    tab.get_by_role("button", name="Cancel all cells").click()
    front.badge_is(2, "cancelled")
    gate.touch()
    front.badge_is(4, "done")


def test_a_line_that_stands_in_a_cell_follows_a_run_from_elsewhere(opened: Callable[..., Front]) -> None:
    front = opened(LOADED, "scale = 0", "%%electron share -x thread\npart = 1 / scale")
    front.run(0, 1, 2)
    front.badge_is(2, "failed")
    front.until(lambda: "ZeroDivisionError" in front.text(2))
    front.write(1, "scale = 2")
    front.run(1)
    front.badge(2).get_by_role("button", name="Run electron share").click()
    front.badge_is(2, "done")
    front.until(lambda: front.text(2) == "share(scale) → part · thread")


@pytest.mark.parametrize("app", ["lab"])
def test_commands_and_the_history_act_on_the_current_notebook(opened: Callable[..., Front], tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    front = opened(LOADED, inputs(gate, 1), GATED, AFTER, MANY)
    front.run(0, 1, 2, 3, 4)
    panel = front.panel()
    rows = panel.get_by_role("list", name="Dispatches").get_by_role("listitem")
    panel.get_by_role("button", name="More").click()
    expect(panel.get_by_role("button", name="More")).to_be_hidden()
    front.until(lambda: rows.count() >= 13)
    front.command("jupyter-flow:show-last")
    front.page.locator(".jf-graph-tab").get_by_label("Transport graph").wait_for()
    front.command("jupyter-flow:cancel-all")
    front.badge_is(2, "cancelled")

    other = front.js(
        "const made = await window.jupyterapp.serviceManager.contents.newUntitled({type: 'notebook'});"
        "await window.jupyterapp.commands.execute('docmanager:open', {path: made.path, kernel: {name: 'python3'}});"
        "return made.path;"
    )
    front.ready()
    panel.get_by_text("is not loaded").wait_for()
    source = f"{LOADED}\n%jupyter_flow flow"
    front.js(f"window.jupyterapp.shell.currentWidget.content.activeCell.model.sharedModel.setSource({source!r});")
    second = front.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    front.command("notebook:run-cell")
    expect(panel.get_by_role("button", name="Flow of this notebook")).to_be_hidden()
    panel.get_by_role("heading", name="Dispatches").wait_for()
    expect(second.locator(".jf-cell-badge")).to_have_count(0)
    assert other != front.name
    front.js(f"await window.jupyterapp.commands.execute('docmanager:open', {{path: '{front.name}'}});")
    panel.get_by_role("button", name="Flow of this notebook: 2 cells").wait_for()
    front.badge_is(2, "cancelled")
