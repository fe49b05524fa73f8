"""Our page in a real browser: `python benchmarks/browser/run.py [--quick] [--only first …]`."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))  # the server and the page are driven as in tests/browser

import graphs  # noqa: E402
from page import Measured  # noqa: E402
from playwright.sync_api import expect, sync_playwright  # noqa: E402
from section import Row, section, written  # noqa: E402

from tests.browser.chromium import launched  # noqa: E402
from tests.browser.servers import running  # noqa: E402

RESULTS = HERE.parent / "RESULTS.md"
KINDS = {"alike": "alike", "different": "all different"}
FIRST = (  # kind, electrons, goal in ms
    ("alike", 1_000, 500),
    ("alike", 10_000, 2_000),
    ("different", 1_000, 500),
    ("different", 10_000, 2_000),
    ("crowd", 10_000, 2_000),
)
NEARNESS = {"the whole": 0, "nearer": 6, "readable": 14}  # steps of the + key
SETUP, MAKE, SHOW, BLOCK = range(4)  # cells

Open = Callable[[], Measured]


def first(opened: Open, repeats: int) -> Iterator[Row]:
    """From running a cell to its picture."""
    for kind, count, goal in FIRST:
        front, found = opened(), []
        for _ in range(repeats):
            front.code(MAKE, graphs.of(graphs.DONE, kind, count))
            found.append(front.first_picture(SHOW, graphs.SHOW))
        front.close()
        what = f"first picture of {count:,} electrons, {KINDS.get(kind, 'in a hundred groups')}"
        yield Row(what, [one["total"] for one in found], "ms", at_most=goal)
        drawn = [one["page"] for one in found if one["page"] is not None]
        if drawn:
            yield Row("of that in the page, from the message on", drawn, "ms")


def pan(opened: Open, repeats: int) -> Iterator[Row]:
    """Frames a second while as many boxes are dragged as a page can be brought to show."""
    front = opened()
    front.code(MAKE, graphs.of(graphs.DONE, "crowd", 10_000))
    front.first_picture(SHOW, graphs.SHOW)
    boxes = front.open_all()
    for where, steps in NEARNESS.items():
        found = [front.pan(SHOW, steps) for _ in range(repeats)]
        what = f"pan at 10,000 electrons, opened to {boxes:,} boxes, {where}"
        yield Row(what, [one["fps"] for one in found], "frames a second", at_least=45)
        yield Row("the slowest twentieth of its frames, from", [one["slow"] for one in found], "ms")
    front.close()


def storm(opened: Open, repeats: int) -> Iterator[Row]:
    """Ten thousand electrons that end within a second, with a page that looks on and without, alternately."""
    for kind, words in KINDS.items():
        front, alone, seen, lost, told = opened(), [], [], [], []
        rounds = repeats * (4 if kind == "alike" else 1)  # short ones differ more
        for number in range(2 * rounds + 2):
            front.code(MAKE, graphs.of(graphs.HELD, kind, 10_000))
            looked_at = number % 2 == 1
            if looked_at:
                front.first_picture(SHOW, graphs.SHOW)
            else:
                front.code(SHOW, "None")
            taken = float(front.code(BLOCK, graphs.LET))
            if number < 2:  # the first of each is not counted
                continue
            (seen if looked_at else alone).append(1e3 * taken)
            if looked_at:
                expect(front.cell(SHOW).get_by_role("status").first).to_contain_text("completed")
                news = front.dropped()
                lost.append(float(news["missing"] + news["asked again"]))
                told.append(float(news["messages"]))
        front.close()
        what = f"10,000 electrons that do nothing ({words}), nobody looks"
        yield Row(what, alone, "ms")
        ratios = [b / a for a, b in zip(alone, seen, strict=True)]
        goal = None if kind == "alike" else 1.03  # alike, they end within a third of a second: faster than is asked
        yield Row("the same with a page that looks on, of that", ratios, "×", at_most=goal)
        yield Row("messages to the page meanwhile", told, "messages")
        yield Row("of them lost, or asked for again", [max(lost)], "messages", at_most=0)


def cancel(opened: Open, repeats: int) -> Iterator[Row]:
    """From the click to the answer on the page, while a cell blocks the kernel."""
    for blocking, cell in graphs.BLOCKED.items():
        front, found = opened(), []
        for _ in range(repeats):
            front.code(MAKE, graphs.of(graphs.HELD, "alike", 1_000))
            front.first_picture(SHOW, graphs.SHOW)
            front.write(BLOCK, cell)
            front.start(BLOCK)
            front.page.wait_for_timeout(300)  # so that it blocks
            found.append(front.cancel(SHOW))
            front.wait(BLOCK)
        front.close()
        yield Row(f"Cancel answered while a cell is in {blocking}", found, "ms", at_most=1_000)


MEASURES: dict[str, Callable[[Open, int], Iterator[Row]]] = {
    "first": first,
    "pan": pan,
    "storm": storm,
    "cancel": cancel,
}


def main() -> None:
    """Measure, and write the section."""
    options = arguments()
    repeats = 2 if options.quick else options.repeats
    start, before = time.time(), os.getloadavg()
    with opening() as opened:
        rows = []
        for name in options.only or MEASURES:
            for row in MEASURES[name](opened, repeats):
                print(row.line, flush=True)
                rows.append(row)
    text = section(rows, repeats, start, before)
    if options.quick or options.only:
        print("\n" + text)
    else:
        written(RESULTS, text)
        print(f"written to {RESULTS}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASURES, help="one of the measures; the table is printed")
    parser.add_argument("--repeats", type=int, default=5, help="of each, of which the median counts (5)")
    parser.add_argument("--quick", action="store_true", help="two of each, printed")
    return parser.parse_args()


@contextmanager
def opening() -> Iterator[Open]:
    """A browser and a JupyterLab; what is yielded opens a page with a kernel of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="jupyter-flow-bench-") as folder,
        running("lab", Path(folder)) as server,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):

        def opened() -> Measured:
            front = Measured(browser, server)
            front.open(graphs.SETUP, "None", "None", "None")
            front.run(SETUP)
            front.listen()
            return front

        yield opened


if __name__ == "__main__":
    main()
