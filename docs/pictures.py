"""The pictures of README, taken in a real JupyterLab: `python docs/pictures.py [NAME …]`.

Each is taken twice, light and dark, at twice the size for sharp screens, with as few colours as look the same.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # the server and the page are driven as in tests/browser

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Locator, expect, sync_playwright  # noqa: E402

from tests.browser.chromium import launched  # noqa: E402
from tests.browser.front import Front  # noqa: E402
from tests.browser.servers import Server, running  # noqa: E402

COLOURS = 128
LARGEST = 200_000  # bytes of a picture
THEMES = {"": "JupyterLab Light", "-dark": "JupyterLab Dark"}

LOADED = """
%load_ext jupyter_flow
import jupyter_flow as jf, pathlib, time
from jupyter_flow.executor import LocalExecutor, ThreadExecutor
""".strip()
SMALL = """
%executor cpu local -n 2
%executor files thread -n 4
@jf.electron(executor="files")
def load(path): return list(range(100))
@jf.electron(executor="cpu")
def clean(rows): return rows
@jf.electron(executor="cpu")
def ridge(train, alpha): return alpha
@jf.electron(executor="cpu")
def forest(train, trees): return trees
@jf.electron(executor="cpu")
def compare(linear, trees): return {"ridge": 44.0, "forest": 45.2}
@jf.electron(executor="files")
def report(errors, rows): return "report.html"
@jf.lattice
def analysis(path):
    rows = load(path)
    train = clean(rows)
    return report(compare(ridge(train, alpha=0.1), forest(train, trees=200)), rows)
run = jf.dispatch(analysis)("patients.csv")
""".strip()
LARGE = """
%executor cpu thread -n 4
%executor files thread -n 2
GATE = str(pathlib.Path("gate").absolute())
def until(name, n):
    while n >= int(pathlib.Path(GATE).read_text().split()[name]):
        time.sleep(0.05)
pathlib.Path(GATE).write_text("0 0")
@jf.electron(executor="files")
def load(): return 0
@jf.electron(executor="cpu")
def split(rows, seed): return rows
@jf.electron(executor="cpu")
def train(fold, alpha):
    until(0, alpha)
    if alpha in (57, 311): raise ValueError("no convergence")
    return alpha
@jf.electron(executor="files")
def score(model, fold):
    until(1, model)
    return model
@jf.electron(executor="cpu")
def best(scores): return max(scores)
@jf.lattice
def search(alphas):
    fold = split(load(), seed=1)
    return best([score(train(fold, alpha), fold) for alpha in range(alphas)])
run = jf.dispatch(search)(1000)
""".strip()
GO_ON = 'pathlib.Path(GATE).write_text("612 480")'
FAILED = """
%executor cpu local -n 2
%executor files thread -n 4
@jf.electron(executor="files")
def load(path):
    return {"age": [59, 48, 72], "bmi": [32.1, 21.6, 30.5]}
@jf.electron(executor="cpu")
def scale(table, column):
    print(f"scaling {column}")
    values = table[column]
    return [value / max(values) for value in values]
@jf.electron(executor="cpu")
def correlate(a, b): return sum(x * y for x, y in zip(a, b))
@jf.lattice
def study(path):
    table = load(path)
    return correlate(scale(table, "bmi"), scale(table, "blood pressure"))
run = jf.dispatch(study)("patients.csv")
""".strip()
DATA = """
patients = list(range(442))
def train(table, alpha): time.sleep(600)
""".strip()
LIVE = """
%%electron fit -x cpu
model = train(patients, alpha=0.1)
""".strip()


def small(front: Front) -> Locator:
    """Six electrons, done."""
    front.run(0, 1, 2)
    return ended(front, 2, "completed")


def large(front: Front) -> Locator:
    """Two thousand, under way."""
    front.run(0, 1, 2, 3)
    shown = view(front, 2)
    status = shown.get_by_role("status").first
    expect(status).to_contain_text("failed")
    before, now = "", "of"
    while before != now:  # until the gate holds it
        front.page.wait_for_timeout(1500)
        before, now = now, status.inner_text().partition(" of ")[0]
    return shown


def failed(front: Front) -> Locator:
    """One that failed, with its details."""
    front.run(0, 1, 2)
    shown = ended(front, 2, "failed")
    table = shown.get_by_role("button", name="Table view")
    table.click()
    row = shown.get_by_role("table").get_by_role("row").filter(has_text="scale").filter(has_text="failed")
    row.get_by_role("button").first.click()
    expect(shown.get_by_role("region", name="Node details")).to_contain_text("KeyError")
    table.click()
    shown.locator(".jf-graph").evaluate("graph => graph.style.height = '420px'")
    return shown


def live(front: Front) -> None:
    """The whole page: panel, badge and graph."""
    front.run(0, 1, 2)
    ended(front, 2, "completed")
    front.start(3)
    front.panel()
    front.badge_is(3, "running")


def ended(front: Front, index: int, how: str) -> Locator:
    """The view below a cell, when its dispatch has ended."""
    shown = view(front, index)
    expect(shown.get_by_role("status").first).to_contain_text(how)
    return shown


def view(front: Front, index: int) -> Locator:
    """The view below a cell."""
    shown = front.cell(index).locator(".jf-view")
    shown.get_by_label("Transport graph").wait_for()
    return shown


SCENES: dict[str, tuple[Callable[[Front], Locator | None], list[str], dict[str, int]]] = {
    "small": (small, [LOADED, SMALL, "run"], {"width": 1100, "height": 900}),
    "large": (large, [LOADED, LARGE, "run", GO_ON], {"width": 1100, "height": 900}),
    "failed": (failed, [LOADED, FAILED, "run"], {"width": 1100, "height": 1100}),
    "live": (live, [f"{LOADED}\n{DATA}", SMALL, "run", LIVE], {"width": 1280, "height": 800}),
}


def main() -> None:
    """Take them all, or those that are named."""
    names = sys.argv[1:] or list(SCENES)
    with (
        tempfile.TemporaryDirectory(prefix="jupyter-flow-pictures-") as folder,
        running("lab", Path(folder)) as server,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        for name in names:
            picture(browser, server, name)


def picture(browser: Browser, server: Server, name: str) -> None:
    """One scene, in both themes."""
    play, cells, size = SCENES[name]
    context = browser.new_context(viewport=size, device_scale_factor=2)  # type: ignore[arg-type]
    front = Front(context.new_page(), server).open(*cells, name=f"{name}.ipynb")
    front.js("await window.jupyterapp.commands.execute('application:toggle-left-area');")
    shown = play(front)
    for suffix, theme in THEMES.items():
        front.js(f"await window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}});")
        front.page.mouse.move(0, 0)
        front.page.wait_for_timeout(1500)  # until colours have faded into others
        taken = front.page.screenshot() if shown is None else shown.screenshot()
        written(HERE / f"{name}{suffix}.png", taken)
    front.js("await window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'});")
    front.js("await window.jupyterapp.serviceManager.sessions.shutdownAll();")
    context.close()


def written(path: Path, taken: bytes) -> None:
    """As few bytes as look the same."""
    with Image.open(io.BytesIO(taken)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {size / 1000:.0f} kB")
    assert size < LARGEST, f"{path.name} is too large for README"


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"{time.monotonic() - began:.0f} s")
