"""The table of ``%flow`` while cells run: it follows them, so that what a notebook saves is how they ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.flow.kernels import Kernel

CELLS = ["%%electron one\ngate('one')\na = 1", "%%electron two\nb = a + 1"]


def test_the_table_ends_as_it_looks_when_all_has_ended(kernel: Kernel) -> None:
    for cell in CELLS:
        kernel.goes(cell)
    kernel.reached("one")
    early = kernel.run("%flow status")
    assert "running" in early.text
    assert "waiting for one" in early.text
    kernel.open("one")
    assert kernel.value("b") == "2"
    late = kernel.goes("%flow status")
    assert "running" not in late
    kernel.until(lambda: early.text == late)


def test_the_table_tells_a_failure_and_what_was_not_run(kernel: Kernel) -> None:
    kernel.goes("%%electron one\ngate('one')\na = 1 / 0")
    kernel.goes(CELLS[1])
    early = kernel.run("%flow status")
    kernel.open("one")
    kernel.until(lambda: "skipped: one has failed" in early.text)
    assert early.text == kernel.goes("%flow status")


@pytest.fixture
def unattended(tmp_path: Path) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path, JUPYTER_FLOW_HEADLESS="run")
    kernel.begin(tmp_path)
    yield kernel
    kernel.close()


def test_where_nobody_looks_on_it_is_told_when_all_has_ended(unattended: Kernel) -> None:
    for cell in [*CELLS, "%%electron lazy --lazy\nc = 1"]:
        unattended.goes(cell)
    unattended.reached("one")
    table = unattended.send("%flow status")
    unattended.until(lambda: table.begun)
    unattended.open("one")
    text = unattended.ends(table).text
    assert "running" not in text
    assert "waiting" not in text
    assert "it has not been run yet" in text


def test_ordinary_cells_that_show_old_values_are_listed_and_told(kernel: Kernel) -> None:
    for cell in ["a = 1", "%%electron one\nb = a * 10", "print('b is', b)"]:
        kernel.goes(cell, cell=cell)
    kernel.goes("a = 2", cell="a = 1")
    assert "print('b is', b)" in kernel.goes("%flow")
    assert "2 stale" in kernel.goes("%flow stale")
    assert "old values until you run it again: `print('b is', b)`" in kernel.goes("%flow run")
    assert kernel.value("b") == "20"
    assert "old values" in kernel.goes("%flow run")
    assert kernel.goes("print('b is', b)", cell="print('b is', b)") == "b is 20\n"
    assert kernel.goes("%flow run") == "everything is up to date\n"
    assert "print" not in kernel.goes("%flow")


def test_a_saved_picture_of_the_flow_follows_it_as_long_as_its_cell_shows_it(kernel: Kernel) -> None:
    kernel.goes("%%electron one\na = 1 / 0", cell="one")
    kernel.run("a")
    shown = kernel.run("%flow graph", cell="graph")
    kernel.until(lambda: "FAILED" in shown.text)
    threads = "[t.name for t in __import__('threading').enumerate()]"
    kernel.until(lambda: "jupyter_flow pictures" not in kernel.value(threads))  # idle, it costs nothing
    kernel.goes("%%electron one\na = 1", cell="one")
    kernel.until(lambda: "failed" not in shown.text and "COMPLETED" in shown.text)
