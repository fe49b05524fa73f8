"""What stands beside the graph: fetched once for a page, laid out for its width; pictures that are saved; fingers."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from jupyter_flow.render.palette import DARK, LIGHT
from tests.browser.front import CURRENT, LOADED, Front
from tests.browser.test_graph import SHOW, dispatching, view

NARROW = {"width": 600, "height": 900}
NARROWEST = {"width": 360, "height": 900}
CUT_OFF = """view => {
    const right = element => element.getBoundingClientRect().right;
    const buttons = [...view.querySelectorAll('.jf-tool, .jf-details button')].filter(e => e.getClientRects().length);
    return buttons.filter(e => right(e) > right(view) + 1).length;
}"""
DONE = """
@jf.electron(executor="thread")
def square(n): return n * n
@jf.lattice
def squares(): return [square(n) for n in range(3)]
run = jf.dispatch(squares)()
run.result()
run
""".strip()
ATTACK = r"""
from IPython.display import display
HTML = '''in its cage<script>alert('script')</script>
<img src="/evil" onerror="alert('image')"><svg onload="alert('svg')"></svg>
<iframe src="javascript:alert('frame')"></iframe><iframe src="/evil"></iframe><object data="/evil"></object>
<style>@import "/evil"; body { background: url(/evil) }</style><link rel="stylesheet" href="/evil"><base href="/evil/">
<form action="/evil"><input autofocus onfocus="alert('input')"></form>
<meta http-equiv="refresh" content="0;url=/evil">'''
SVG = '''<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert('onload')">
<script>alert('script in svg')</script><image href="/evil" width="9" height="9"/><foreignObject width="9" height="9">
<img xmlns="http://www.w3.org/1999/xhtml" src="/evil" onerror="alert('in svg')"/></foreignObject></svg>'''
NAME = "<img src=/evil onerror=alert('name')>"
class Attack:
    def _repr_html_(self): return HTML
class Drawn:
    def _repr_svg_(self): return SVG
def attack(n):
    print(HTML, NAME)
    display(Attack()), display(Drawn())
    return NAME
def attacks(): return [attack(NAME), attack(2)]
for named in attack, attacks: named.__name__ = named.__qualname__ = NAME
attack = jf.electron(executor="thread")(attack)
run = jf.dispatch(jf.lattice(attacks))()
run.result()
run
""".strip()
PIXEL = """async data => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return [...pen.getImageData(image.width / 2, 6, 1, 1).data.slice(0, 3)];
}"""


def box(element: Locator) -> dict[str, float]:
    """Where an element is."""
    found = element.bounding_box()
    assert found is not None
    return dict(found)


def in_sight(front: Front, element: Locator) -> bool:
    """Whether the top of an element can be seen, and more than its heading."""
    y, size = box(element)["y"], front.page.viewport_size
    assert size is not None
    return -1 <= y <= size["height"] - 100


def node(shown: Locator) -> Locator:
    return shown.get_by_role("region", name="Node details")


def test_details_stand_beside_a_wide_graph_and_in_sight_below_a_narrow_one(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, dispatching(tmp_path / "gate"), SHOW)
    front.run(0, 1, 2)
    if front.app == "lab":
        front.command("application:toggle-left-area")
    shown = view(front, 2)
    table = shown.get_by_role("button", name="Table view")
    table.click()
    rows = shown.get_by_role("table").get_by_role("row")
    rows.filter(has_text="total").get_by_role("button").click()
    graph = shown.get_by_label("Transport graph")
    expect(node(shown)).to_contain_text("waiting")
    assert box(node(shown))["x"] >= box(graph)["x"] + box(graph)["width"] - 1
    node(shown).get_by_role("button", name="Cancel node").click()  # it has not begun
    expect(node(shown)).to_contain_text("cancelled")
    front.page.set_viewport_size(NARROW)
    front.until(lambda: box(node(shown))["y"] >= box(graph)["y"] + box(graph)["height"] - 1)
    rows.filter(has_text="load").get_by_role("button").click()
    front.until(lambda: in_sight(front, node(shown)))
    expect(node(shown).locator(".jf-output")).to_contain_text("3")  # what it gave, without a click
    expect(node(shown).locator(".jf-where dl")).to_have_css("display", "grid")  # whatever Lab does to such lists
    expect(node(shown).get_by_role("button", name="Show the output")).to_have_count(0)
    for time in ("Start", "Run time"):
        heading = box(shown.get_by_role("columnheader", name=time))
        assert heading["x"] + heading["width"] <= box(shown)["x"] + box(shown)["width"] + 1
    front.shot(kept(f"narrow-{front.app}"))
    table.click()
    table.click()
    front.until(lambda: in_sight(front, shown.get_by_role("region", name="Table of nodes")))
    front.page.set_viewport_size(NARROWEST)
    front.until(lambda: not shown.evaluate(CUT_OFF))
    front.shot(kept(f"narrowest-{front.app}"))


COUNTED = """
const send = WebSocket.prototype.send;
window.fetches = 0;
WebSocket.prototype.send = function (data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (/"kind":\\s*"fetch"/.test(text)) window.fetches++;
    return send.call(this, data);
};
"""


@pytest.mark.parametrize("app", ["lab"])
def test_output_that_attacks_does_nothing_and_two_notebooks_of_a_page_fetch_the_panes_once(
    opened: Callable[..., Front], kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, ATTACK)
    done: list[str] = []
    front.page.on("dialog", lambda dialog: (done.append(dialog.message), dialog.dismiss()))
    front.page.on("response", lambda response: done.append(response.url) if "evil" in response.url else None)
    front.js(COUNTED)
    front.panel()
    tell_of_a_node(front)
    shown = view(front, 1)
    shown.get_by_role("button", name="Timeline").click()
    shown.get_by_role("button", name="Executors").click()
    cage = node(shown).locator("iframe.jf-cage")
    cage.scroll_into_view_if_needed()
    cage.content_frame.get_by_text("in its cage").wait_for()
    front.until(lambda: node(shown).locator("img.jf-image").evaluate("image => image.complete && image.naturalWidth"))
    expect(node(shown).locator(".jf-stream").first).to_contain_text("<script>alert('script')")
    expect(node(shown).locator(".jf-output")).to_contain_text("<img src=/evil")
    front.shot(kept("attack"))
    copy = front.name.replace(".ipynb", "-Copy1.ipynb")
    front.js(f"await window.jupyterapp.commands.execute('docmanager:duplicate', {{path: '{front.name}'}});")
    front.js(f"await window.jupyterapp.commands.execute('docmanager:open', {{path: '{copy}'}});")
    front.page.wait_for_function(f"() => {{ {CURRENT} return panel.context.path === '{copy}'; }}")
    front.ready()
    tell_of_a_node(front)
    assert front.js("return window.fetches") == 1
    assert done == []


def tell_of_a_node(front: Front) -> None:
    """Dispatch, and look at the details of a node, in the notebook that is open."""
    front.run(0, 1)
    shown = front.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jf-view")
    shown.get_by_role("button", name="Table view").click()
    shown.get_by_role("table").get_by_role("row").nth(1).get_by_role("button").click()
    expect(node(shown)).to_contain_text("completed")


@pytest.mark.parametrize("app", ["lab"])
def test_pictures_are_saved_as_dark_as_the_page_and_two_fingers_zoom(
    opened: Callable[..., Front], tmp_path: Path, kept: Callable[[str], str]
) -> None:
    front = opened(LOADED, DONE)
    front.run(0, 1)
    shown = view(front, 1)
    for theme, name, other in ((LIGHT, "Light", DARK), (DARK, "Dark", LIGHT)):
        front.js(f"await window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {name}'}});")
        dark = str(name == "Light").lower()
        front.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{dark}'")
        text = saved(front, shown, "Save as SVG", tmp_path).decode()
        assert theme.card in text
        assert other.card not in text.partition("</style>")[0]
        png = saved(front, shown, "Save as PNG", tmp_path)
        assert png.startswith(b"\x89PNG")
        colour = front.page.evaluate(PIXEL, base64.b64encode(png).decode())
        assert colour == [int(theme.card[at : at + 2], 16) for at in (1, 3, 5)]
    pinch(front, shown)
    front.js("await window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'});")


def saved(front: Front, shown: Locator, button: str, folder: Path) -> bytes:
    """The file that a button gives."""
    with front.page.expect_download() as download:
        shown.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_bytes()


def pinch(front: Front, shown: Locator) -> None:
    """Two fingers zoom until the graph does not fit; then one moves it."""
    canvas = shown.locator("canvas.jf-canvas")
    canvas.scroll_into_view_if_needed()
    place = box(canvas)
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    devtools = front.page.context.new_cdp_session(front.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers: list[Any] = [{"x": at, "y": down, "id": id} for id, (at, down) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch("touchStart", (x - 10, y))
    touch("touchStart", (x - 10, y), (x + 10, y))
    for apart in range(20, 300, 20):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    shown.locator("canvas.jf-larger").wait_for()
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    touch("touchStart", (x, y))
    for down in range(0, 60, 10):
        touch("touchMove", (x, y + down))
    touch("touchEnd")
    front.until(lambda: canvas.evaluate("canvas => canvas.toDataURL()") != before)
