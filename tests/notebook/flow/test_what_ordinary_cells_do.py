"""What an ordinary cell reads and changes counts, whatever the way: through functions, aliases, loops and magics."""

from pathlib import Path

import pytest

from tests.notebook.flow.kernels import Kernel


def row(kernel: Kernel, title: str) -> str:
    """The state that %flow status gives a cell; "" where it is not mentioned."""
    lines = [line for line in kernel.goes("%flow status").splitlines() if line.startswith(title)]
    return lines[0].rpartition("  ")[2].strip() if lines else ""


def refused(kernel: Kernel) -> str:
    return kernel.run("%flow run").text


def brought(kernel: Kernel, name: str) -> str:
    """The value of a name after %flow run."""
    kernel.goes("%flow run")
    kernel.goes("%flow wait")
    return kernel.value(name)


IN_PLACE = {
    "a function it is given to": ("def add(it):\n    it.append({})", "add(xs)"),
    "a function that reaches it": ("def add():\n    xs.append({})", "add()"),
    "a method": ("class Adder:\n    def add(self):\n        xs.append({})", "it = Adder()\nit.add()\npass"),
    "an alias in the cell": ("k = {}", "zs = xs\nzs.append(k)"),
    "an alias that another cell made": ("k = {}", "zs.append(k)"),
    "a container that another cell made": ("k = {}", "holder['it'][0].append(k)"),
    "a loop variable": ("k = {}", "for z in [xs]:\n    z.append(k)"),
    "a magic that captures": ("k = {}", "%%capture\nxs.append(k)"),
    "a magic that takes time": ("k = {}", "%%time\nxs.append(k)"),
    "a function of a library": ("k = {}\nimport heapq", "getattr(heapq, 'heappush')(xs, k)"),
}
ALIASES = "zs = xs\nholder = {'it': [xs]}"


@pytest.mark.parametrize("way", IN_PLACE)
def test_a_change_in_place_is_an_output(kernel: Kernel, way: str) -> None:
    tools, change = IN_PLACE[way]
    kernel.goes("xs = [0]", "a")
    kernel.goes(ALIASES if "another cell" in way else "pass", "b")
    kernel.goes(tools.format(3), "t")
    kernel.goes(change, "m")
    kernel.goes("%%electron use\ny = sum(xs)", "u")
    assert kernel.value("y") == "3"
    kernel.goes("xs = [1]", "a")
    assert row(kernel, "use").startswith("stale: ")
    assert brought(kernel, "y") == "4"


@pytest.mark.parametrize("way", IN_PLACE)
def test_a_change_in_place_that_would_be_made_twice_is_refused(kernel: Kernel, way: str) -> None:
    tools, change = IN_PLACE[way]
    kernel.goes("xs = [0]", "a")
    kernel.goes(ALIASES if "another cell" in way else "pass", "b")
    kernel.goes(tools.format(3), "t")
    kernel.goes(change, "m")
    kernel.goes("%%electron use\ny = sum(xs)", "u")
    assert kernel.value("y") == "3"
    kernel.goes(tools.format(4), "t")
    assert row(kernel, "use").startswith("stale: ")
    assert "run" in kernel.run("%flow run").error + kernel.run("%flow run").text
    assert kernel.value("(xs, y)") == "([0, 3], 3)"
    kernel.goes("xs = [0]", "a")
    kernel.goes(ALIASES if "another cell" in way else "pass", "b")
    assert brought(kernel, "y") == "4"


UNNAMED = {
    "a method it is bound to": ("add = xs.append", "add(5)"),
    "a method of an object that holds it": (
        "class Adder:\n    def add(self, z): self.it.append(z)\nadder = Adder()\nadder.it = xs\nadd = adder.add",
        "add(5)",
    ),
    "a partial call": ("import functools\nadd = functools.partial(list.append, xs)", "add(5)"),
    "a function that encloses it": ("def adder(it):\n    return lambda z: it.append(z)\nadd = adder(xs)", "add(5)"),
    "a default": ("def add(z, it=xs):\n    it.append(z)", "add(5)"),
    "an attribute of a class": ("class Shared:\n    it = xs", "Shared.it.append(5)"),
    "an attribute of a module": (
        "import types\nshared = types.ModuleType('shared')\nshared.it = xs",
        "shared.it.append(5)",
    ),
    "a text": ("text = 'xs.append(5)'", "exec(text)"),
    "the shell": ("pass", "get_ipython().user_ns['xs'].append(5)"),
    "an output": ("xs", "Out[max(Out)].append(5)"),
}


@pytest.mark.parametrize("way", UNNAMED)
def test_a_change_of_what_a_cell_does_not_name_is_an_output(kernel: Kernel, way: str) -> None:
    before, change = UNNAMED[way]
    kernel.goes("%%electron make\nxs = [1]", "a")
    kernel.goes("%flow wait")
    kernel.goes(before, "b")
    kernel.goes(change, "m")
    kernel.goes("%%electron use\ny = sum(xs)", "u")
    assert kernel.value("y") == "6"
    assert row(kernel, "use") == "up to date"
    kernel.goes("%%electron make\nxs = [2]", "a")
    kernel.goes(before, "b")
    assert brought(kernel, "y") == "7"


def test_what_an_ordinary_cell_changes_in_what_an_electron_made(kernel: Kernel) -> None:
    kernel.goes("def add(it):\n    it.append(1)", "t")
    kernel.goes("%%electron make\ngate('g')\nxs = [1]", "a")
    ran = kernel.send("add(xs)", "m")
    kernel.open("g")
    kernel.ends(ran)
    kernel.goes("%%electron use\ny = sum(xs)", "u")
    assert kernel.value("y") == "2"
    kernel.goes("%%electron make\nxs = [5]", "a")
    assert brought(kernel, "y") == "6"


def test_globals_of_functions_are_inputs(kernel: Kernel) -> None:
    kernel.goes("k = 1", "k")
    kernel.goes("def inner():\n    return k\ndef outer():\n    return inner()", "f")
    kernel.goes("x = outer()", "a")
    kernel.goes("%%electron use\ny = x", "u")
    assert kernel.value("y") == "1"
    kernel.goes("k = 5", "k")
    assert row(kernel, "use").startswith("stale: ")
    assert brought(kernel, "y") == "5"


def test_what_is_no_longer_assigned_is_the_earlier_version(kernel: Kernel) -> None:
    kernel.goes("x = 1", "a")
    kernel.goes("flag = True", "f")
    kernel.goes("if flag:\n    x = 5", "c")
    kernel.goes("%%electron use\ny = x", "u")
    assert kernel.value("y") == "5"
    kernel.goes("flag = False", "f")
    assert brought(kernel, "(x, y)") == "(1, 1)"
    kernel.goes("flag = True", "f")
    assert brought(kernel, "(x, y)") == "(5, 5)"


def test_what_is_no_longer_assigned_and_nobody_else_makes_is_missed(kernel: Kernel) -> None:
    kernel.goes("flag = True", "f")
    kernel.goes("if flag:\n    x = 5", "c")
    kernel.goes("%%electron use\ny = x", "u")
    assert kernel.value("y") == "5"
    kernel.goes("flag = False", "f")
    assert "'x'" in kernel.run("%flow run").text + kernel.run("%flow run").error


def test_a_person_who_runs_a_conditional_cell_keeps_what_there_was(kernel: Kernel) -> None:
    kernel.goes("flag = True", "f")
    kernel.goes("if flag:\n    x = 5", "c")
    kernel.goes("flag = False", "f")
    kernel.goes("if flag:\n    x = 5", "c")
    assert kernel.value("x") == "5"
    assert kernel.run("if flag:\n    x = 6\n1 / 0", "c").error.startswith("ZeroDivisionError")
    assert kernel.value("x") == "5"


def test_an_equal_value_makes_no_ordinary_reader_stale(kernel: Kernel) -> None:
    kernel.goes("import math", "i")
    kernel.goes("def half(z):\n    return z / 2", "h")
    kernel.goes("xs = [1, 2]", "a")
    kernel.goes("note('m')\nn = half(math.floor(sum(xs)))", "m")
    kernel.goes("%%electron use\nnote('use')\ny = n", "u")
    kernel.goes("%flow wait")
    kernel.noted()
    for cell, text in {"i": "import math", "h": "def half(z):\n    return z / 2", "a": "xs = [1] + [2]"}.items():
        kernel.goes(text, cell)
        assert row(kernel, "use") == "up to date"
        kernel.goes("%flow run")
        assert kernel.noted() == []
    kernel.goes("xs = [2, 2]", "a")
    assert brought(kernel, "y") == "2.0"


def test_an_ordinary_cell_that_comes_to_the_same_stops_the_run(kernel: Kernel) -> None:
    kernel.goes("xs = [1, 2]", "a")
    kernel.goes("n = len(xs)", "m")
    kernel.goes("%%electron use\nnote('use')\ny = n", "u")
    kernel.goes("%flow wait")
    kernel.noted()
    kernel.goes("xs = [3, 4]", "a")
    assert brought(kernel, "y") == "2"
    assert kernel.noted() == []
    assert row(kernel, "use") == "up to date"


def test_a_step_of_numbers_is_made_again_from_the_earlier_version(kernel: Kernel) -> None:
    kernel.goes("k = 1", "k")
    kernel.goes("x = 10", "a")
    kernel.goes("x = x + k", "m")
    kernel.goes("%%electron use\ny = x", "u")
    assert kernel.value("y") == "11"
    kernel.goes("k = 2", "k")
    assert brought(kernel, "(x, y)") == "(12, 12)"


def test_a_cell_that_may_change_something_is_asked_first(kernel: Kernel) -> None:
    kernel.goes("k = 0", "k")
    kernel.goes("xs = [1]", "a")
    kernel.goes("def perhaps(it):\n    if k:\n        it.append(k)", "f")
    kernel.goes("perhaps(xs)", "m")
    kernel.goes("%%electron use\ny = sum(xs)", "u")
    assert kernel.value("y") == "1"
    kernel.goes("k = 4", "k")
    assert brought(kernel, "y") == "5"


def test_what_an_electron_changed_and_did_not_declare_no_reader_sees(kernel: Kernel) -> None:
    kernel.goes("xs = [1]\ndef add(it):\n    it.append(1)", "a")
    told = kernel.goes("%%electron use\nadd(xs)\ny = len(xs)", "u")
    kernel.goes("%flow wait")
    kernel.goes("%%electron other\nz = len(xs)", "o")
    assert kernel.value("(y, z, len(xs))") == "(2, 1, 1)"
    assert told is not None


def test_large_values_cost_no_more_than_a_look(kernel: Kernel, tmp_path: Path) -> None:
    kernel.goes("import numpy as np\nX = np.zeros(5_000_000)\nbig = [{'n': n} for n in range(200_000)]", "a")
    kernel.goes("def shift():\n    X[:] += 1\n    big.append({})", "f")
    kernel.goes("shift()", "m")
    kernel.goes("%%electron -q use\ny = float(X[0]), len(big)", "u")
    assert kernel.value("y") == "(1.0, 200001)"
    kernel.goes("X = np.ones(5_000_000)\nbig = []", "a")
    assert brought(kernel, "y") == "(2.0, 1)"


@pytest.mark.parametrize("base", ["", "import abc\n"])
def test_a_class_whose_instances_are_looked_at_has_not_changed(kernel: Kernel, base: str) -> None:
    kernel.goes(base + f"class Box{'(abc.ABC)' if base else ''}:\n    def __init__(self, n):\n        self.n = n", "c")
    kernel.goes("%%electron use\nbox = Box(1)", "u")
    assert kernel.value("box.n") == "1"
    assert row(kernel, "use") == "up to date"


def test_a_cell_finds_what_an_electron_cell_imported_before_another_cell_did(kernel: Kernel) -> None:
    kernel.goes("k = 4", "k")
    kernel.goes("%%electron first\nimport math\na = math.sqrt(k)", "f")
    kernel.goes("b = math.floor(a)", "b")
    kernel.goes("%%electron use\nc = b", "u")
    kernel.goes("%flow wait")
    kernel.goes("import math", "later")
    kernel.goes("k = 9", "k")
    assert brought(kernel, "c") == "3"


def test_pending_names_that_a_magics_cell_deletes_do_not_come_late(kernel: Kernel) -> None:
    kernel.goes("%%electron make\ngate('g')\nx = 1", "a")
    kernel.goes("%%capture\n%reset -f", "r")
    kernel.open("g")
    kernel.goes("%flow wait")
    assert kernel.run("x").error.startswith("NameError")


def test_a_function_that_is_another_by_now_finds_what_its_reader_made_anew_as_it_was(kernel: Kernel) -> None:
    kernel.goes("a = 1\ndef f():\n    return 1", "a")
    kernel.goes("a = 1", "b")
    kernel.goes("%%electron more\na = f() + 1", "m")
    assert kernel.value("a") == "2"
    kernel.goes("def f():\n    return a + 1", "b")
    assert brought(kernel, "a") == "3"
