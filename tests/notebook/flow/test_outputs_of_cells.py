"""What electron cells take and hand back: values, code, changes; and what they print."""

import pytest

from tests.notebook.flow.kernels import Kernel

BOTH = pytest.mark.parametrize("executor", ["local", "thread"])


@BOTH
def test_functions_of_an_electron_cell_read_the_notebooks_globals(kernel: Kernel, executor: str) -> None:
    kernel.goes("factor = 2")
    kernel.goes(f"%%electron -x {executor}\nimport math\ndef scaled(n):\n    return factor * n\nbase = scaled(10)")
    assert kernel.value("base, scaled(1)") == "(20, 2)"
    kernel.goes("factor = 5")
    assert kernel.value("scaled(1)") == "5"
    kernel.goes(f"%%electron -x {executor}\nagain = scaled(1)")
    assert kernel.value("again") == "5"
    assert kernel.value("math.floor(2.5)") == "2"


@BOTH
def test_classes_of_an_electron_cell_are_the_notebooks(kernel: Kernel, executor: str) -> None:
    kernel.goes("unit = 'm'")
    kernel.goes(
        f"%%electron -x {executor}\nclass Length:\n    def __init__(self, n):\n        self.n = n\n"
        "    def shown(self):\n        return f'{self.n} {unit}'\none = Length(1)"
    )
    assert kernel.value("one.shown(), type(one) is Length, Length(2).shown()") == "('1 m', True, '2 m')"
    kernel.goes("unit = 'km'")
    assert kernel.value("one.shown()") == "'1 km'"
    kernel.goes(f"%%electron -x {executor}\ntwo = Length(one.n + 1)\nsame = isinstance(one, Length)")
    assert kernel.value("two.shown(), type(two) is Length, same") == "('2 km', True, True)"


@BOTH
def test_instances_of_the_notebooks_classes_come_back_as_such(kernel: Kernel, executor: str) -> None:
    kernel.goes("from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int = 0\np = Point(1)")
    kernel.goes(f"%%electron -x {executor}\nq = Point(p.x + 1)\nmany = [Point(n) for n in range(3)]")
    assert kernel.value("type(q) is Point, q == Point(2), {type(m) is Point for m in many}") == "(True, True, {True})"


@BOTH
@pytest.mark.parametrize(
    ("before", "use", "after"),
    [
        ("", "later()", "import functools\nlater = functools.partial(g)"),
        ("", "kept()", "import functools\nkept = functools.lru_cache(g)"),
        ("class C:\n    def get(self):\n        return x", "get()", "get = C().get"),
    ],
)
def test_code_among_the_data_reads_what_another_cell_makes(
    kernel: Kernel, executor: str, before: str, use: str, after: str
) -> None:
    kernel.goes("def g():\n    return x\n" + before + "\n" + after)
    kernel.goes(f"%%electron -x {executor} make\ngate('make')\nx = 41")
    kernel.goes(f"%%electron -x {executor} use\ny = {use}")
    kernel.open("make")
    assert kernel.value("y") == "41"


@pytest.mark.parametrize(("after", "use"), [("c = C()", "c.get()"), ("cs = [C()]", "cs[0].get()")])
def test_methods_of_instances_read_what_another_cell_makes(kernel: Kernel, after: str, use: str) -> None:
    kernel.goes("class C:\n    def get(self):\n        return x\n" + after)
    kernel.goes("%%electron make\ngate('make')\nx = 41")
    kernel.goes(f"%%electron use\ny = {use}")
    kernel.open("make")
    assert kernel.value("y") == "41"


@BOTH
def test_mutated_inputs_are_outputs(kernel: Kernel, executor: str) -> None:
    kernel.goes("class Model:\n    def fit(self, n):\n        self.n = n\n        return self")
    kernel.goes("xs, table, m = [1], {}, Model()")
    ran = kernel.run(f"%%electron -x {executor} change\nxs.append(2)\ntable['a'] = 1\nm.fit(3)")
    assert ran.text.startswith("change(xs, table, m) → xs, table, m")
    assert kernel.value("xs, table, m.n") == "([1, 2], {'a': 1}, 3)"


def test_a_change_that_nobody_could_see_is_told_in_the_cells_line(kernel: Kernel) -> None:
    kernel.goes("xs = [1]\ndef change(them):\n    them.append(2)")
    ran = kernel.run("%%electron sly\nchange(xs)\ny = 1")
    kernel.until(lambda: "it changed xs, which is not among its outputs" in ran.text)
    assert kernel.value("xs, y") == "([1], 1)"


def test_what_is_asked_for_is_taken_and_made(kernel: Kernel) -> None:
    kernel.goes("a, b = 1, 2")
    ran = kernel.run("%%electron -i a -o total,n\nfor n in range(3):\n    pass\ntotal, rest = a + n, 0")
    assert ran.text.startswith("total_n(a) → total, n")
    assert kernel.value("total, n, globals().get('rest')") == "(3, 2, None)"


def test_quiet_says_nothing(kernel: Kernel) -> None:
    assert kernel.goes("%%electron -q\nx = 1") == ""
    assert kernel.value("x") == "1"


@BOTH
def test_shell_lines_and_await_run_in_the_electron(kernel: Kernel, executor: str) -> None:
    kernel.goes("word = 'there'")
    kernel.goes(
        f"%%electron -x {executor}\nimport asyncio\nawait asyncio.sleep(0)\n!echo hello {{word}} > {{FOLDER}}/said\n"
        "lines = !echo $word; echo again\nkind = type(lines).__name__"
    )
    assert kernel.value("list(lines)") == "['there', 'again']"
    assert (kernel.folder / "said").read_text() == "hello there\n"


@BOTH
def test_imports_are_bound_in_the_notebook(kernel: Kernel, executor: str) -> None:
    imports = "import colorsys, xml.dom as dom\nfrom fractions import Fraction as F"
    kernel.goes(f"%%electron -x {executor}\n{imports}\nh = F(1, 2)")
    assert kernel.value("h + F(1, 2), colorsys.__name__, dom.__name__") == "(Fraction(1, 1), 'colorsys', 'xml.dom')"


UNLOADED = "import wave, mailbox as box\nimport wsgiref.util\nfrom sqlite3 import dump"
USE = "wave.Error()\nbox.Message()\nwsgiref.__name__.upper()\ndump._iterdump(None)\ngate('{0}')\n{0} = 1"


def test_cells_that_call_functions_of_a_module_run_side_by_side_though_nobody_has_loaded_it(kernel: Kernel) -> None:
    kernel.goes("import sys\nassert not {'wave', 'mailbox', 'wsgiref', 'sqlite3.dump'} & set(sys.modules)")
    kernel.goes(f"%%electron first -x thread\ngate('a')\n{UNLOADED}\nk = 1")
    kernel.goes(f"%%electron left\n{USE.format('b')}")
    kernel.goes(f"%%electron right\n{USE.format('c')}")
    kernel.open("a")
    kernel.reached("b", "c")
    lines = [line for line in kernel.displays.values() if line.startswith(("left", "right"))]
    assert [line.partition(" · ")[0] for line in lines] == ["left() → b", "right() → c"]
    kernel.open("b", "c")
    assert kernel.value("b, c, wave.__name__, box.__name__") == "(1, 1, 'wave', 'mailbox')"


def test_of_an_import_what_is_loaded_is_there_at_once(kernel: Kernel) -> None:
    kernel.goes("%%electron -x thread\nimport sys as there, nntplib_of_nobody\ngate('a')")
    assert kernel.value("there.__name__") == "'sys'"


def test_an_object_that_a_cell_still_imports_and_that_is_no_module_may_be_changed(kernel: Kernel) -> None:
    kernel.goes("import sys\nassert 'lists_of_test' not in sys.modules")
    (kernel.folder / "lists_of_test.py").write_text("xs = [1]")
    kernel.goes("sys.path.append(FOLDER)")
    kernel.goes("%%electron -x thread\ngate('a')\nfrom lists_of_test import xs\nk = 1")
    kernel.goes("%%electron -x thread\nxs.append(2)")
    kernel.goes("%%electron -x thread\nmany = len(xs)")
    kernel.open("a")
    assert kernel.value("many, xs") == "(2, [1, 2])"


@BOTH
def test_a_chain_of_versions_runs_in_order(kernel: Kernel, executor: str) -> None:
    kernel.goes("x, df = 1, ['b', None, 'a']")
    kernel.goes(f"%%electron -x {executor}\ngate('a')\nx += 1")
    kernel.goes(f"%%electron -x {executor}\nx = x * 10")
    kernel.goes(f"%%electron -x {executor}\ndf = [d for d in df if d]")
    kernel.goes(f"%%electron -x {executor}\ndf = sorted(df) * (x // x)")
    kernel.open("a")
    assert kernel.value("x, df") == "(20, ['a', 'b'])"


def test_inputs_are_those_of_when_the_cell_was_run(kernel: Kernel) -> None:
    kernel.goes("xs, n = [1], 1\ndef f():\n    return n")
    kernel.goes("%%electron wait\ngate('a')\ngo = True")
    kernel.goes("%%electron use\ny = go and (list(xs), n, f())")
    kernel.goes("xs.append(2)\nn = 2\ndef f():\n    return 'other'")
    kernel.open("a")
    assert kernel.value("y") == "([1], 1, 1)"


def test_prints_of_electrons_land_in_no_cell(kernel: Kernel) -> None:
    for executor in ("local", "thread"):
        kernel.goes(
            f"%%electron -x {executor} loud_{executor}\nimport sys, os\nprint('electron')\n"
            f"print('electron', file=sys.stderr)\ngate('{executor}')\nprint('electron')\nx_{executor} = 1"
        )
    kernel.reached("local", "thread")
    meanwhile = kernel.run("for n in range(100):\n    print(n)")
    assert meanwhile.text.split() == [str(n) for n in range(100)]
    kernel.open("local", "thread")
    after = kernel.run("print('mine', x_local + x_thread)")
    assert after.text == "mine 2\n"
    assert "electron" not in meanwhile.text


def test_a_print_is_never_swallowed_while_threads_print(kernel: Kernel) -> None:
    for name in "abc":
        kernel.goes(
            f"%%electron -x thread {name}\nimport pathlib\npathlib.Path(FOLDER, 'begun').touch()\n"
            f"while not pathlib.Path(FOLDER, 'end').exists():\n    print('electron')\n{name} = 1"
        )
    kernel.until(lambda: (kernel.folder / "begun").exists())
    for turn in range(10):
        shown = kernel.goes(f"for n in range(50):\n    print({turn}, n)")
        assert shown.splitlines() == [f"{turn} {n}" for n in range(50)]
    kernel.open("end")
    assert kernel.value("a + b + c") == "3"


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_what_it_changes_of_a_class_or_a_function_is_reported(kernel: Kernel, executor: str) -> None:
    kernel.goes("class C:\n    n = 1\ndef f(x, seen=[]):\n    seen.append(x)\n    return len(seen)")
    ran = kernel.run(f"%%electron -x {executor}\nC.n = 5\nk = f(1)")
    kernel.until(lambda: "it changed C.n, the default of f(seen), which stays on its worker" in ran.text)
    assert kernel.value("C.n, k, f(1)") == "(1, 1, 1)"
