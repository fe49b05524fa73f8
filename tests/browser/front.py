"""A notebook in a page, driven as a person drives it: by its commands, its keys, and what is visible by name."""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page

from tests.browser.servers import Server

PATIENCE = 20.0  # seconds until what does not come is a failure
LOADED = "%load_ext jupyter_flow\nimport jupyter_flow as jf, threading, time"
_numbers = itertools.count(1)

CURRENT = "const panel = window.jupyterapp.shell.currentWidget, book = panel.content;"
READY = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    return session?.isReady && session.session?.kernel?.status === 'idle';
}"""
KERNELLESS = """() => {
    const session = window.jupyterapp?.shell.currentWidget?.context?.sessionContext;
    return session?.isReady && !session.session?.kernel;
}"""
START = (
    CURRENT
    + """
    book.deselectAll(); book.activeCellIndex = index;
    window.jupyterapp.commands.execute('notebook:run-cell');
    return book.widgets[index].model.executionCount;
"""
)
TEXTS = (
    CURRENT
    + """
    const outputs = book.widgets[index].model.outputs, texts = [];
    for (let at = 0; at < outputs.length; at++) {
        const output = outputs.get(at).toJSON(), data = output.data ?? {};
        const text = output.text ?? (output.evalue ? `${output.ename}: ${output.evalue}` : data['text/plain'] ?? '');
        texts.push(Array.isArray(text) ? text.join('') : text);
    }
    return texts.join('');
"""
)


class Front:
    """One page with one notebook."""

    patience = PATIENCE

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server
        self.app = server.app
        self.name = ""
        self.errors: list[str] = []
        page.set_default_timeout(self.patience * 1000)
        self.complaints: list[str] = []  # of the front end, in the console
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(error.stack or str(error)))

    # the notebook --------------------------------------------------------------------------------

    def open(self, *cells: str, name: str = "") -> "Front":
        """Open a new notebook of these cells; its kernel is idle."""
        self.name = name or f"test{next(_numbers)}.ipynb"
        if cells:
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
            book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
            nbformat.write(book, self.server.folder / self.name)
        self.page.goto(self.server.page(self.name))
        self.ready()
        return self

    def reload(self) -> None:
        """Load the page again; the kernel goes on, and may be busy."""
        self.page.goto(self.server.page(self.name))
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length")

    def without_kernel(self) -> None:
        """Load the page again; its kernel has ended, and no other can be had."""
        self.page.route(
            "**/api/sessions*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        self.js("await window.jupyterapp.serviceManager.sessions.shutdownAll();")  # else the page finds it again
        self.reload()
        self.page.wait_for_function(KERNELLESS)

    def with_another_kernel(self) -> None:
        """Load the page again; what its kernel knew is gone."""
        self.page.unroute_all()
        self.js("await window.jupyterapp.serviceManager.sessions.shutdownAll();")
        self.reload()

    def ready(self) -> None:
        """Wait until the kernel is idle."""
        self.page.wait_for_function(READY)

    def start(self, index: int) -> int | None:
        """Run a cell, and do not wait; its number so far."""
        number: int | None = self.js(START, index)
        return number

    def run(self, *indices: int) -> str:
        """Run cells, one after the other; what the last one shows."""
        for index in indices:
            before = self.start(index)
            self.until(lambda index=index, before=before: self._ended(index, before))
        return self.text(indices[-1])

    def _ended(self, index: int, before: int | None) -> bool:
        code = CURRENT + "const m = book.widgets[index].model; return [m.executionCount, m.executionState];"
        number, state = self.js(code, index)
        return number is not None and number != before and state in (None, "idle")

    def wait(self, index: int) -> str:
        """Wait until a cell that was started has ended; what it shows."""
        code = (
            CURRENT + "const m = book.widgets[index].model; return m.executionState !== 'running' && m.executionCount;"
        )
        self.until(lambda: self.js(code, index))
        return self.text(index)

    def text(self, index: int) -> str:
        """What stands under a cell."""
        text: str = self.js(TEXTS, index)
        return text.strip()

    def cell(self, index: int) -> Locator:
        """A cell, to look for something in."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def write(self, index: int, source: str) -> None:
        """Write a cell anew."""
        self.js(CURRENT + f"book.widgets[index].model.sharedModel.setSource({json.dumps(source)});", index)

    def save(self) -> dict[str, Any]:
        """Save the notebook; what the file says."""
        self.js("return window.jupyterapp.commands.execute('docmanager:save');")
        text = (self.server.folder / self.name).read_text()
        return dict(nbformat.reads(text, as_version=4))

    def command(self, id: str, **arguments: Any) -> None:
        """Execute a command, and do not wait for it."""
        self.js(f"void window.jupyterapp.commands.execute({json.dumps(id)}, {json.dumps(arguments)});")

    def restart(self) -> None:
        """Restart the kernel, nobody asked."""
        self.js(CURRENT + "return panel.sessionContext.session.kernel.restart();")
        self.ready()

    # waiting -------------------------------------------------------------------------------------

    def js(self, code: str, index: int = 0) -> Any:
        """Run the body of a function of `index` in the page; its value."""
        return self.page.evaluate(f"async index => {{ {code} }}", index)

    def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until something holds; what it gave."""
        patient = time.monotonic() + self.patience
        while not (found := holds()):
            assert time.monotonic() < patient, f"it did not come true in {self.patience:g} s"
            self.page.wait_for_timeout(50)
        return found

    def seconds(self, act: Callable[[], Any], holds: Callable[[], Any]) -> float:
        """How long after an action something holds."""
        began = time.monotonic()
        act()
        while not holds():
            assert time.monotonic() < began + self.patience, f"it did not come true in {self.patience:g} s"
            time.sleep(0.01)
        return time.monotonic() - began

    # the panel -----------------------------------------------------------------------------------

    def panel(self) -> Locator:
        """The side panel, opened."""
        self.command("jupyter-flow:show-panel")
        panel = self.page.locator("#jupyter-flow-panel")
        panel.wait_for(state="visible")
        return panel

    def badge(self, index: int) -> Locator:
        """What an electron cell shows of itself."""
        return self.cell(index).locator(".jf-cell-badge")

    def badge_is(self, index: int, state: str) -> None:
        """Wait until a badge shows a state."""
        self.cell(index).locator(f".jf-cell-badge[data-state={state}]").wait_for(state="attached")

    def shot(self, path: str) -> None:
        """Keep a picture of the page."""
        self.page.screenshot(path=path)
