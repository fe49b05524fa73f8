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
    kernel.run("b")
    kernel.until(lambda: "not run: one has failed" in early.text)
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
