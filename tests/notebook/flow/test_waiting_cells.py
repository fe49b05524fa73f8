"""Cells while electron cells run: they return at once, and wait where they name what is not there yet."""

from typing import Any


def test_the_cell_returns_while_its_electron_runs(kernel: Any) -> None:
    ran = kernel.run("%%electron\ngate('a')\nx = 1")
    assert ran.text.startswith("x() → x · local · ")
    kernel.reached("a")
    kernel.open("a")
    assert kernel.value("x") == "1"
    kernel.until(lambda: ran.text == "x() → x · local\n")
