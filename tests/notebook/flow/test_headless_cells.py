"""Electron cells where nobody looks on: each fails in its own cell, and what they show is the same every time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.flow.kernels import Kernel, Ran

CELLS = [
    "%load_ext jupyter_flow",
    "import random\nn = 3\nclass Model:\n    pass",
    "%%electron load\ndata = list(range(n))\nprint('loaded', n)",
    "%%electron -x thread total\ntotal = sum(data)",
    "%%electron --map d=data squares\nsquare = d * d",
    "%%electron broken\nprint('before')\nwrong = 1 / (n - 3)",
    "wrong",
    "%%electron kept\nimport threading\nlock = threading.Lock()\nmodel = Model()",
    "lock",
    "total, square",
    "%flow status",
    "n = 4",
    "%flow stale",
    "%flow run",
    "%flow status",
    "%%electron --lazy later\nz = total + 1",
    "z",
    "%flow nonsense",
    "eval('nothing')",
]


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    kernel = Kernel(tmp_path_factory.mktemp("headless"), JUPYTER_FLOW_HEADLESS="1")
    yield kernel
    kernel.close()


def shown(ran: Ran) -> str:
    return f"{ran.text}\n{ran.traceback}"


def test_every_cell_waits_and_a_failure_is_its_own_cells(headless: Kernel, tmp_path: Path) -> None:
    headless.begin(tmp_path)
    assert headless.goes("%%electron make\nx = 1") == "make() → x · local\n"
    assert headless.value("eval('x')") == "1"
    ran = headless.run("%%electron wrong\ny = 1 / (x - 1)")
    assert ran.error.startswith("ZeroDivisionError: division by zero")
    assert "y = 1 / (x - 1)" in ran.traceback
    assert headless.run("y").error.startswith("ZeroDivisionError")


def test_an_interrupt_ends_the_wait_of_an_electron_cell(headless: Kernel, tmp_path: Path) -> None:
    headless.begin(tmp_path)
    ran = headless.send("%%electron make\ngate('make')\nx = 41")
    headless.reached("make")
    headless.interrupt()
    assert headless.ends(ran).error.startswith("KeyboardInterrupt")
    assert "make goes on; to stop: %flow cancel make" in ran.text
    headless.open("make")
    assert headless.value("x") == "41"


def test_two_runs_in_two_kernels_show_the_same(tmp_path: Path) -> None:
    told = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        kernel = Kernel(tmp_path / folder, JUPYTER_FLOW_HEADLESS="1")
        try:
            told.append([shown(kernel.run(code)) for code in CELLS])
        finally:
            kernel.close()
    for code, one, two in zip(CELLS, *told, strict=True):
        assert one == two, code


@pytest.mark.parametrize(
    ("other", "magic", "verb"), [("ipyflow", "flow", "flow status"), ("ipyparallel", "result", "result")]
)
def test_an_extension_that_has_a_name_of_ours_keeps_it(tmp_path: Path, other: str, magic: str, verb: str) -> None:
    kernel = Kernel(tmp_path)
    try:
        load = "%load_ext ipyflow" if other == "ipyflow" else CLIENT
        kernel.goes(load)
        before = kernel.value(f"get_ipython().find_line_magic({magic!r}).__module__")
        said = kernel.goes("%load_ext jupyter_flow")
        assert "another extension has %" in said
        assert f"%{magic}" in said
        assert said.count("\n") == 1
        assert kernel.value(f"get_ipython().find_line_magic({magic!r}).__module__") == before
        kernel.goes("%%electron make\nx = 20 + 1")
        assert kernel.value("x * 2") == "42"
        table = kernel.goes("%jupyter_flow flow status")
        assert "make " in table
        kernel.run(f"%jupyter_flow {verb}")
    finally:
        kernel.close()


CLIENT = """
from ipyparallel.client.magics import ParallelMagics
get_ipython().register_magics(ParallelMagics(get_ipython(), view=None))
"""
