"""A page that measures itself: when a picture is drawn, which messages come, how many frames a second."""

from typing import Any

from playwright.sync_api import Browser

from tests.browser.front import CURRENT, Front
from tests.browser.servers import Server

SIZE = {"width": 1400, "height": 900}
PATIENCE = 120.0  # seconds: to build ten thousand electrons takes four of a core, which a busy machine makes twenty

# Of each message of a view when it came, its kind and number; of each request that was sent, its kind.
LISTEN = (
    CURRENT
    + """
    const told = (window.bench = { heard: [], asked: [] });
    const content = msg => (msg.header.msg_type === 'comm_msg' ? msg.content.data?.content : undefined);
    panel.sessionContext.session.kernel.anyMessage.connect((_, { msg, direction }) => {
        const said = content(msg);
        if (!said?.view) return;
        if (direction === 'send') told.asked.push(said.kind);
        else if (said.kind === 'graph') {
            const { view, by, orientation, groups } = said;
            told.graph = { view, by, orientation, comm: msg.content.comm_id, boxes: groups.length };
            told.graph.folded = groups.filter(({ count }) => count > 1).map(({ first }) => first);
        }
        if (direction === 'send') return;
        told.heard.push({ at: performance.now(), view: said.view, kind: said.kind, seq: said.seq ?? 0 });
    });
"""
)
# All groups that may be opened, as if each had been clicked.
OPEN = (
    CURRENT
    + """
    for (let turn = 0; !window.bench.graph && turn < 600; turn++) // the first picture came with the view itself
        await new Promise(done => setTimeout(done, 50));
    const { view, by, orientation, comm, folded, boxes } = window.bench.graph;
    const kernel = panel.sessionContext.session.kernel;
    const content = { kind: 'show', view, by, orientation, opened: folded.slice(0, 100), path: [] };
    kernel._comms.get(comm).send({ method: 'custom', content });
    for (let turn = 0; window.bench.graph.boxes <= boxes && turn < 600; turn++)
        await new Promise(done => setTimeout(done, 50));
    return window.bench.graph.boxes;
"""
)
# A box is drawn by `roundRect`. The frame after the first such is when the picture is on the screen.
FIRST = (
    CURRENT
    + """
    window.bench.heard.length = window.bench.asked.length = 0;
    book.deselectAll(); book.activeCellIndex = index;
    book.widgets[0].inputHidden = true; // else it leaves no room on the screen for a picture, and none is drawn
    const proto = CanvasRenderingContext2D.prototype, real = proto.roundRect;
    const drawn = new Promise((done, fail) => {
        setTimeout(() => fail(new Error('no picture came')), 60_000);
        proto.roundRect = function (...corners) {
            proto.roundRect = real;
            requestAnimationFrame(() => setTimeout(() => done(performance.now())));
            return real.apply(this, corners);
        };
    });
    const began = performance.now();
    window.jupyterapp.commands.execute('notebook:run-cell');
    const ended = await drawn;
    const graph = window.bench.heard.find(({ kind }) => kind === 'graph');
    return { total: ended - began, page: graph && graph.at < ended ? ended - graph.at : null };
"""
)
# The pointer is down already; each frame moves it, as far as a hand does.
PAN = """async (canvas, ms) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const gaps = [];
    let [last, count] = [0, 0];
    await new Promise(done => {
        const began = performance.now();
        const frame = now => {
            if (last) gaps.push(now - last);
            last = now;
            const turn = ++count / 25;
            canvas.dispatchEvent(new PointerEvent('pointermove', {
                pointerId: 1, pointerType: 'mouse', isPrimary: true, buttons: 1, bubbles: true,
                clientX: left + width / 2 + 90 * Math.sin(turn), clientY: top + height / 2 + 60 * Math.sin(2 * turn),
            }));
            if (now - began < ms) requestAnimationFrame(frame); else done();
        };
        requestAnimationFrame(frame);
    });
    gaps.sort((a, b) => a - b);
    const sum = gaps.reduce((a, b) => a + b, 0);
    return { fps: 1000 * gaps.length / sum, slow: gaps[Math.floor(gaps.length * 0.95)] };
}"""
CANCEL = """async view => {
    const status = view.querySelector('[role=status]');
    const button = [...view.querySelectorAll('button')].find(one => one.textContent === 'Cancel dispatch');
    const said = () => status.textContent.includes('cancelled');
    const answered = new Promise((done, fail) => {
        setTimeout(() => fail(new Error('no answer came')), 60_000);
        new MutationObserver(() => said() && done(performance.now())).observe(
            status, { childList: true, characterData: true, subtree: true });
    });
    const began = performance.now();
    button.click();
    return (await answered) - began;
}"""
IDLE = CURRENT + "return book.widgets[index].model.executionState !== 'running';"


class Measured(Front):
    """A notebook in a page, and what is measured in it."""

    patience = PATIENCE

    def __init__(self, browser: Browser, server: Server) -> None:
        self._context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
        super().__init__(self._context.new_page(), server)

    def listen(self) -> None:
        """From now on, count messages."""
        self.js(LISTEN)

    def close(self) -> None:
        """End the kernel and the page."""
        self.js("await window.jupyterapp.serviceManager.sessions.shutdownAll();")
        self._context.close()

    def code(self, index: int, source: str) -> str:
        """Write a cell anew and run it; what it shows."""
        self.write(index, source)
        shown = self.run(index)
        assert "Error: " not in shown, shown
        return shown

    def first_picture(self, index: int, source: str) -> dict[str, Any]:
        """Milliseconds from running a cell to its picture on the screen; of these, since its message came."""
        self.write(index, source)
        self.js(CURRENT + "window.jupyterapp.commands.execute('notebook:clear-cell-output');")
        found: dict[str, Any] = self.js(FIRST, index)
        self.until(lambda: self.js(IDLE, index))
        return found

    def open_all(self) -> int:
        """Open all groups of the picture that came last; how many boxes it has then."""
        boxes: int = self.js(OPEN)
        self.page.wait_for_timeout(2000)  # until they have moved apart
        return boxes

    def pan(self, index: int, nearer: int, ms: int = 2000) -> dict[str, float]:
        """Frames a second while the graph of a cell is dragged, after so many steps nearer than the whole."""
        canvas = self.cell(index).get_by_label("Transport graph")
        canvas.scroll_into_view_if_needed()
        canvas.focus()
        self.page.keyboard.press("0")
        for _ in range(nearer):
            self.page.keyboard.press("+")
        self.page.wait_for_timeout(600)  # until it has flown there
        box = canvas.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        found: dict[str, float] = canvas.evaluate(PAN, ms)
        self.page.mouse.move(box["x"] + 5, box["y"] + 5)
        self.page.mouse.up()
        return found

    def cancel(self, index: int) -> float:
        """Milliseconds from the click on Cancel to the page's saying so."""
        found: float = self.cell(index).locator(".jf-view").evaluate(CANCEL)
        return found

    def dropped(self) -> dict[str, int]:
        """What came since the last first picture: messages, numbers that are missing, whole pictures asked anew."""
        heard = self.js("return window.bench.heard;")
        asked = self.js("return window.bench.asked;")
        numbers: dict[str, list[int]] = {}
        for said in heard:
            if said["kind"] in ("graph", "delta"):
                numbers.setdefault(said["view"], []).append(said["seq"])
        missing = sum(max(seen) - min(seen) + 1 - len(set(seen)) for seen in numbers.values())
        return {"messages": sum(map(len, numbers.values())), "missing": missing, "asked again": asked.count("resync")}
