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
    return total([held(n, path) for n in range(COUNT)]), first
run = jf.dispatch(work)(str(GATE))
""".strip()
SHOW = "run"
BLOCKED = {
    "a wait": "threading.Event().wait(60)",
    "a loop": "while not jf.get_result(run).status.final: pass",
}


def dispatching(gate: Path, count: int = 6) -> str:
    return WORK.replace("PATH", repr(str(gate))).replace("COUNT", str(count))


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


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_the_graph_follows_its_dispatch_and_tells_of_its_nodes(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW, SHOW)
    front.run(0, 1, 2, 3)
    one, other = view(front, 2), view(front, 3)
    one.get_by_role("button", name="Table view").click()
    rows = one.get_by_role("table").get_by_role("row")
    rows.filter(has_text="load").get_by_text("completed").wait_for()
    rows.filter(has_text="held").nth(3).get_by_role("button").click()  # that of n=3
    node = one.get_by_role("region", name="Node details")
    expect(node).to_contain_text("running")
    expect(node).to_contain_text("held 3")  # what it has printed so far
    front.shot(kept(f"node-running-{front.app}"))
    (tmp_path / "gate").touch()
    for shown in (one, other):
        expect(shown.get_by_role("status").first).to_contain_text("failed", timeout=15000)
    expect(node).to_contain_text("no luck with 3")
    expect(node).to_contain_text("thread")  # where it ran
    rows.filter(has_text="load").get_by_role("button").click()
    expect(node).to_contain_text("completed")
    front.shot(kept(f"node-done-{front.app}"))
    one.get_by_role("button", name="Timeline").click()
    one.get_by_role("region", name="Timeline").wait_for()
    one.get_by_role("button", name="Executors").click()
    one.get_by_role("region", name="Executors").get_by_text("thread").first.wait_for()


@pytest.mark.parametrize("app", ["lab"])
def test_groups_open_and_fold_by_the_keyboard_alone(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate", 40), SHOW)
    front.run(0, 1, 2)
    shown, keys = view(front, 2), front.page.keyboard
    shown.get_by_label("Transport graph").focus()
    heard = shown.locator("div[aria-live=polite].jf-unseen")  # of what is walked to, beside the status line's own
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"):
        keys.press(key)
        if "held ×40" in heard.inner_text():
            break
    else:
        pytest.fail("the group was not said to be walked to")
    front.shot(kept("folded"))
    keys.press("Enter")
    fold = shown.get_by_role("button", name="Fold held")
    fold.wait_for()
    front.shot(kept("opened"))
    keys.press("Space")
    node = shown.get_by_role("region", name="Node details")
    expect(node).to_contain_text("held")
    keys.press("Escape")
    expect(node).to_be_hidden()
    fold.focus()
    keys.press("Enter")
    expect(fold).to_be_hidden()
    shown.get_by_role("button", name="Cancel dispatch").focus()
    keys.press("Enter")
    expect(shown.get_by_role("status").first).to_contain_text("cancelled")


@pytest.mark.parametrize("app", ["lab"])
def test_the_graph_turns_dark_with_the_page(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW)
    front.run(0, 1, 2)
    shown = view(front, 2)
    panel = front.panel()
    front.js("await window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'});")
    front.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    for themed in (shown, panel):
        front.until(lambda themed=themed: _dark(themed))
    front.page.wait_for_timeout(500)
    front.shot(kept("dark"))
    front.js("await window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'});")


def _dark(element: Locator) -> bool:
    """Whether what is written on it is light."""
    colour = element.evaluate("e => getComputedStyle(e).color.match(/[0-9]+/g).slice(0, 3).map(Number)")
    return bool(sum(colour) > 3 * 128)


def test_a_graph_whose_kernel_is_gone_is_interrupted_and_goes_on_where_the_next_kernel_resumes_it(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW)
    front.run(0, 1, 2)
    expect(view(front, 2).get_by_role("status").first).to_contain_text("running")
    front.save()
    front.reload()  # from here on the page does not know the picture that the kernel changes
    shown = view(front, 2)
    status = shown.get_by_role("status").first
    expect(status).to_contain_text("running")
    shown.get_by_role("button", name="Table view").click()
    rows = shown.get_by_role("table").get_by_role("row")
    expect(rows.filter(has_text="held").first).to_contain_text("running")
    front.restart()
    expect(status).to_contain_text("interrupted: the kernel that ran it is gone; %dispatch --resume ")
    expect(shown.get_by_role("button", name="Cancel dispatch")).to_be_hidden()
    expect(rows.filter(has_text="held").first).to_contain_text("interrupted")
    expect(rows.filter(has_text="total")).to_contain_text("never begun")
    front.run(0)  # another kernel that has us: the store tells how it was left
    resume = shown.get_by_role("button", name="Resume dispatch")
    resume.wait_for()
    front.shot(kept(f"interrupted-{front.app}"))
    (tmp_path / "gate").touch()
    resume.click()
    expect(status).to_contain_text("failed", timeout=15000)
    front.until(lambda: " · FAILED" in svg_saved(front, 2))


@pytest.mark.slow
@pytest.mark.parametrize("app", ["lab"])
def test_where_the_widgets_model_hears_nothing_the_graph_goes_on_over_the_panels_link(
    opened: Callable[..., Front], tmp_path: Path
) -> None:
    """A page that was busy for two seconds while it made the model: anywidget gives up, and drops all messages."""
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW)
    front.js("const of = AbortSignal.timeout.bind(AbortSignal); AbortSignal.timeout = ms => of(ms === 2000 ? 0 : ms);")
    front.run(0, 1, 2)
    status = view(front, 2).get_by_role("status").first
    expect(status).to_contain_text("running")
    (tmp_path / "gate").touch()
    expect(status).to_contain_text("failed", timeout=30000)


def svg_saved(front: Front, index: int) -> str:
    """The plain picture that the notebook keeps."""
    outputs = front.save()["cells"][index]["outputs"]
    return "".join(output["data"].get("image/svg+xml", "") for output in outputs if "data" in output)
