"""What the header of an electron cell asks for: to be mapped, to come after others, to wait until it is needed."""

import pytest

from tests.notebook.flow.kernels import Kernel

BOTH = pytest.mark.parametrize("executor", ["local", "thread"])


@BOTH
def test_a_cell_is_mapped_over_what_a_pending_electron_makes(kernel: Kernel, executor: str) -> None:
    kernel.goes("scale = 10")
    kernel.goes(f"%%electron -x {executor} split\ngate('a')\nfolds = [3, 1, 2]")
    ran = kernel.run(f"%%electron -x {executor} --map fold=folds fit\nscore = fold * scale")
    assert ran.text.startswith(f"fit(scale, folds ×…) → score · {executor} · waiting for split")
    kernel.open("a")
    assert kernel.value("score, 'fold' in globals()") == "([30, 10, 20], False)"


@BOTH
def test_elements_run_at_the_same_time(kernel: Kernel, executor: str) -> None:
    kernel.goes("folds = ['a', 'b']")
    kernel.goes(f"%%electron -x {executor} --map fold=folds\ngate(fold)\nscore = fold.upper()")
    kernel.reached("a", "b")
    kernel.open("a", "b")
    assert kernel.value("score") == "['A', 'B']"


@BOTH
def test_an_element_that_fails_fails_the_cell_with_its_lines(kernel: Kernel, executor: str) -> None:
    kernel.goes("folds = [2, 0, 1]")
    mapped = kernel.run(f"%%electron -x {executor} --map fold=folds fit\nscore = 1 / fold")
    ran = kernel.run("score")
    assert ran.error.startswith("ZeroDivisionError: division by zero")
    assert "score = 1 / fold" in ran.traceback
    kernel.until(lambda: "ZeroDivisionError" in mapped.text)


def test_an_empty_map_makes_empty_lists(kernel: Kernel) -> None:
    kernel.goes("folds = []")
    kernel.goes("%%electron --map fold=folds\nscore = fold")
    assert kernel.value("score") == "[]"


def test_a_map_over_no_iterable_says_so(kernel: Kernel) -> None:
    kernel.goes("folds = 3")
    kernel.goes("%%electron --map fold=folds\nscore = fold")
    assert kernel.run("score").error.startswith("TypeError")


def test_after_waits_for_an_electron_without_taking_anything_from_it(kernel: Kernel) -> None:
    kernel.goes("%%electron first\ngate('a')\nnote('1first')\nx = 1")
    second = kernel.run("%%electron second --after first\nnote('2second')\ny = 1")
    assert second.text.startswith("second() → y · local · waiting for first (at ")
    kernel.open("a")
    assert kernel.value("y") == "1"
    assert kernel.noted() == ["1first", "2second"]


def test_after_a_failed_electron_it_is_not_run(kernel: Kernel) -> None:
    kernel.goes("%%electron first\ngate('a')\n1 / 0\nx = 1")
    second = kernel.run("%%electron second --after first\nnote('second')\ny = 1")
    kernel.open("a")
    assert kernel.run("y").error.startswith("ZeroDivisionError")
    kernel.until(lambda: second.text == "second() → y · local · skipped: first has failed\n")
    assert kernel.noted() == []


def test_after_what_is_no_electron_is_a_mistake_in_the_line(kernel: Kernel) -> None:
    kernel.goes("%%electron first\nx = 1")
    ran = kernel.run("%%electron second --after frist\ny = 1")
    assert "no electron cell is called 'frist'; there are first" in ran.text + ran.error


def test_a_lazy_electron_starts_when_somebody_names_what_it_makes(kernel: Kernel) -> None:
    ran = kernel.run("%%electron make --lazy\nnote('make')\nx = 1")
    assert ran.text == "make() → x · local · not started\n"
    kernel.goes("print('else')")
    assert kernel.noted() == []
    assert kernel.value("x") == "1"
    assert kernel.noted() == ["make"]
    kernel.until(lambda: ran.text == "make() → x · local\n")


def test_a_lazy_electron_starts_when_another_electron_needs_it(kernel: Kernel) -> None:
    kernel.goes("%%electron make --lazy\nx = 1")
    kernel.goes("%%electron use\ny = x + 1")
    assert kernel.value("y") == "2"


def test_wait_does_not_wait_for_a_lazy_electron_nobody_needs(kernel: Kernel) -> None:
    kernel.goes("%%electron make --lazy\nnote('make')\nx = 1")
    kernel.goes("%%electron other\nz = 1")
    kernel.goes("%flow wait other")
    assert kernel.noted() == []


def test_an_option_that_is_none_is_a_mistake_in_the_line(kernel: Kernel) -> None:
    for header in ("--nap", "--map fold", "--timeout soon", "-x nowhere", "--retries -1"):
        ran = kernel.run(f"%%electron {header}\nnote('ran')\nx = 1")
        assert "Error" in ran.error + ran.text, header
        assert "jupyter_flow/" not in ran.traceback
    assert kernel.noted() == []
    assert "electron" not in kernel.goes("%flow status").replace("no electron cell has been run yet: %%electron", "")


def test_what_a_cell_is_mapped_over_must_be_there(kernel: Kernel) -> None:
    kernel.goes("def code(): return [1]")
    for name, told in {"folds": "name 'folds' is not defined", "code": "'code' is code"}.items():
        ran = kernel.run(f"%%electron m --map fold={name}\nnote('ran')\ns = fold")
        assert told in ran.error + ran.text
        assert f"electron 'm', --map fold={name}" in ran.error + ran.text
        assert "jupyter_flow/" not in ran.traceback
    assert kernel.noted() == []
    kernel.goes("folds = [1, 2]")
    assert "m(folds ×…) → s · local" in kernel.goes("%%electron m --map fold=folds\ns = fold")


@pytest.mark.parametrize("iterable", ["range(10)", 'grid["a"]', "range(1, 10)", "[note('evaluated')]", "a.b"])
def test_to_map_over_an_expression_it_is_given_a_name_first(kernel: Kernel, iterable: str) -> None:
    ran = kernel.run(f"%%electron --map k={iterable}\nx = k")
    assert "write ks = … in a cell above, and here --map k=ks" in ran.error + ran.text
    assert kernel.noted() == []


def test_a_cell_by_its_name_is_an_electron_of_lattices(kernel: Kernel) -> None:
    kernel.goes("%%electron double\nout = n * 2")
    kernel.goes("import jupyter_flow as jf\n@jf.lattice\ndef both(a, b):\n    return [double(a), double(n=b)]")
    assert kernel.value("jf.dispatch_sync(both)(1, 2).result") == "[2, 4]"
