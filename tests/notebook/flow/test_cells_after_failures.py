"""What stands after a cell failed, was run again, or made several electrons: never another value than in order."""

import pytest

from tests.notebook.flow.kernels import Kernel


def updated(kernel: Kernel) -> None:
    kernel.goes("%flow run")
    kernel.goes("%flow wait")


@pytest.mark.parametrize("ids", [True, False])
def test_what_flow_run_replays_is_made_by_the_cells_and_not_by_it(kernel: Kernel, ids: bool) -> None:
    a, x, e, f = "axef" if ids else ("", "", "", "")
    kernel.goes("a = 1", a)
    kernel.goes("x = a", x)
    kernel.goes("%%electron e\ny = x", e)
    kernel.goes("a = 2", a)
    updated(kernel)
    kernel.goes("%%electron f\nz = x", f)
    kernel.goes("a = 3", a)
    updated(kernel)
    assert kernel.value("a, x, y, z") == "(3, 3, 3, 3)"


def test_an_ordinary_cell_that_failed_is_stale_and_so_are_its_readers(kernel: Kernel) -> None:
    kernel.goes("s = 1", "s")
    kernel.goes("y = 1 / s", "y")
    kernel.goes("%%electron b\nz = y", "b")
    kernel.goes("s = 0", "s")
    assert kernel.run("%flow run").error.startswith("ZeroDivisionError")
    assert kernel.goes("%flow why b").startswith("b: `y = 1 / s` is stale")
    kernel.goes("s = 2", "s")
    updated(kernel)
    assert kernel.value("y, z") == "(0.5, 0.5)"


def test_a_replayed_cell_leaves_alone_what_a_later_one_made(kernel: Kernel) -> None:
    kernel.goes("a = 1", "a")
    kernel.goes("x = a", "x")
    kernel.goes("%%electron e\ny = x", "e")
    kernel.goes("x = 50", "later")
    kernel.goes("a = 2", "a")
    updated(kernel)
    assert kernel.value("a, x, y") == "(2, 50, 2)"


@pytest.mark.parametrize("body", ["for i in range(3):\n    v = {}", "if True or i:\n    v = {}", "v = {}"])
def test_a_cell_that_failed_is_mended_by_running_it_again(kernel: Kernel, body: str) -> None:
    kernel.goes("i = 0")
    kernel.goes("%%electron a\n" + body.format("1 / 0"), "a")
    assert kernel.run("v").error.startswith("ZeroDivisionError")
    kernel.goes("%%electron a\n" + body.format("7"), "a")
    assert kernel.value("v") == "7"


def test_a_cell_that_was_cancelled_is_run_again(kernel: Kernel) -> None:
    kernel.goes("n = 1")
    kernel.goes("%%electron inc\nif not n: gate('never')\ngate('open')\nn += 1", "inc")
    kernel.goes("%flow cancel inc")
    kernel.open("open")
    kernel.goes("%%electron inc\ngate('open')\nn += 1", "inc")
    assert kernel.value("n") == "2"


def test_an_ordinary_cell_may_assign_what_a_failed_one_was_to_make(kernel: Kernel) -> None:
    kernel.goes("%%electron a\nv = 1 / 0", "a")
    kernel.run("v")
    kernel.goes("for i in range(2):\n    v = i\nprint(v)")
    assert kernel.value("v") == "1"


def test_a_cell_that_makes_several_electrons_keeps_them_all(kernel: Kernel) -> None:
    kernel.goes("for i in range(3):\n    get_ipython().run_cell_magic('electron', f'e{i}', f'v{i} = i * 10')", "loop")
    assert kernel.value("v0, v1, v2") == "(0, 10, 20)"


def test_a_cell_is_mapped_over_what_is_still_being_made(kernel: Kernel) -> None:
    kernel.goes("%%electron numbers\ngate('numbers')\nnumbers = [1, 2, 3]")
    kernel.goes("%%electron squares --map x=numbers\nsquared = x * x")
    kernel.open("numbers")
    assert kernel.value("squared") == "[1, 4, 9]"


def test_names_that_ipython_uses_too_are_the_users_where_they_are(kernel: Kernel) -> None:
    kernel.goes("from gzip import open\nIn = 5")
    kernel.goes("%%electron of\nwhich = open.__module__, In")
    assert kernel.value("which") == "('gzip', 5)"


@pytest.mark.parametrize("change", ["%%time\nxs.append(1)", "%time xs.append(1)"])
def test_what_a_timed_cell_changes_is_its_own_to_make(kernel: Kernel, change: str) -> None:
    kernel.goes("xs = []", "xs")
    kernel.goes(change, "change")
    kernel.goes("%%electron count\nn = len(xs)", "count")
    assert kernel.value("n") == "1"
    kernel.goes("xs = [7]", "xs")
    updated(kernel)
    assert kernel.value("n, xs") == "(2, [7, 1])"
