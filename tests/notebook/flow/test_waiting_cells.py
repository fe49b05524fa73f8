"""Cells while electron cells run: they return at once, and wait where they name what is not there yet."""

import re

import pytest

from tests.notebook.flow.kernels import Kernel, Ran

SLOW = "%%electron make\ngate('make')\nx = 41"


def sent_while_pending(kernel: Kernel, code: str) -> Ran:
    """A cell that began before x was there, and has ended since."""
    kernel.goes(SLOW)
    ran = kernel.send(code)
    kernel.until(lambda: ran.begun)
    kernel.open("make")
    return kernel.ends(ran)


def test_the_cell_returns_while_its_electron_runs(kernel: Kernel) -> None:
    ran = kernel.run("%%electron\ngate('a')\nx = 1")
    assert ran.text.startswith("x() → x · local · ")
    kernel.reached("a")
    kernel.open("a")
    assert kernel.value("x") == "1"
    kernel.until(lambda: ran.text == "x() → x · local\n")


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_independent_cells_run_at_the_same_time(kernel: Kernel, executor: str) -> None:
    kernel.goes(f"%%electron -x {executor}\ngate('a')\nx = 1")
    kernel.goes(f"%%electron -x {executor}\ngate('b')\ny = 2")
    kernel.reached("a", "b")
    kernel.open("a", "b")
    assert kernel.value("x + y") == "3"


def test_a_dependent_cell_waits_for_the_first_and_says_so(kernel: Kernel) -> None:
    kernel.goes("%%electron first\ngate('a')\nx = 1")
    second = kernel.run("%%electron second\nnote('second')\ny = x + 1")
    assert second.text.startswith("second(x) → y · local · waiting for first (at ")
    assert kernel.noted() == []
    kernel.open("a")
    assert kernel.value("y") == "2"
    assert kernel.noted() == ["second"]


def test_values_are_bound_at_the_next_boundary(kernel: Kernel) -> None:
    kernel.goes("%%electron\nx = 1")
    kernel.goes("%flow wait")
    assert kernel.value("eval('x')") == "1"


@pytest.mark.parametrize(
    "code",
    [
        "print(x)",
        "print(f'{x}')",
        "print((lambda: x)())",
        "print(*[x for _ in 'a'])",
        "print(*(n for n in [0] if n < x and not print(x)))",
        "import operator as x_of\nprint(x)",
        "if True:\n    print(x)",
        "def inner():\n    return x\nprint(inner())",
        "class Inner:\n    value = x\nprint(Inner.value)",
        "import asyncio\nawait asyncio.sleep(0)\nprint(x)",
        "!echo {x}",
        "!echo $x",
        "there = !echo {x}\nprint(there[0])",
        "%%bash -s {x}\necho $1",
        "%%time\nprint(x)",
        "%%capture shown\nprint(x)",
        "%time print(x)",
        "%timeit -n1 -r1 print(x)",
        "%%timeit -n1 -r1\nprint(x)",
        "%%prun -q\nprint(x)",
        "%prun -q print(x)",
        "get_ipython().run_cell('print(x)')",
        "exec('print(x)') or x",
    ],
)
def test_a_cell_that_names_it_waits(kernel: Kernel, code: str) -> None:
    ran = sent_while_pending(kernel, code)
    if code.startswith("%%capture"):
        assert kernel.value("shown.stdout") == r"'41\n'"
    else:
        assert "41" in ran.text
    assert not ran.error, ran.traceback


@pytest.mark.parametrize("code", ["x?", "?x", "%pinfo x", "x??"])
def test_help_on_it_waits(kernel: Kernel, code: str) -> None:
    ran = sent_while_pending(kernel, code)
    assert ran.reply is not None
    assert "int" in str(ran.reply["payload"])


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("def f():\n    return x", "print(f())"),
        ("def f():\n    return x\ndef g():\n    return f()", "print(g())"),
        ("def f(n=lambda: x):\n    return n()", "print(f())"),
        ("def make_f():\n    def f():\n        return x\n    return f\nf = make_f()", "print(f())"),
        ("import functools\n@functools.lru_cache\ndef f():\n    return x", "print(f())"),
        ("import functools\ndef g(n):\n    return x\nf = functools.partial(g, 1)", "print(f())"),
        ("def g():\n    return x\ntable = {'g': g}", "print(table['g']())"),
        ("class C:\n    def get(self):\n        return x", "print(C().get())"),
        ("class C:\n    def get(self):\n        return x\nc = C()", "print(c.get())"),
        ("class C:\n    @property\n    def got(self):\n        return x\nc = C()", "print(c.got)"),
        ("class C:\n    @staticmethod\n    def get():\n        return x\nclass D(C):\n    pass", "print(D().get())"),
        ("class C:\n    def get(self):\n        return x\nget = C().get", "print(get())"),
        ("class C:\n    def get(self):\n        return x\ncs = [C()]", "print(cs[0].get())"),
        ("class C:\n    def __repr__(self):\n        return str(x)\nc = C()", "c"),
        ("async def f():\n    return x", "print(await f())"),
        ("from functools import wraps\ndef deco(f):\n    @wraps(f)\n    def g():\n        return f()\n    return g\n"
         "@deco\ndef f():\n    return x", "print(f())"),
        ("def f():\n    return x", "!echo {f()}"),
        ("def f():\n    return x", "%timeit -n1 -r1 print(f())"),
    ],
)  # fmt: skip
def test_a_cell_that_reaches_it_through_the_notebooks_code_waits(kernel: Kernel, before: str, code: str) -> None:
    kernel.goes(before)
    ran = sent_while_pending(kernel, code)
    assert not ran.error, ran.traceback
    assert "41" in ran.text


@pytest.mark.parametrize(
    "code",
    [
        "print(eval('x'))",
        "print(globals()['x'])",
        "print(globals().get('x'))",
        "if 'x' in globals():\n    print(41)",
        "print(vars()['x'])",
        "exec('print(x)')",
        "text = 'x'\nprint(eval(text))",
        "print({name: value for name, value in globals().items()}['x'])",
        "try:\n    print(eval('x' + ''))\nexcept NameError:\n    pass",
        "def f(name):\n    return globals()[name]\nprint(f('x'))",
        "text = 'print(x)'\nexec(text)",
        "print(41 if 'x' in list(dir()) else 0)",
        "%who",
        "%whos",
        "text = 'x'\n%timeit -n1 -r1 print(eval(text))",
        "import pandas as pd\nprint(pd.DataFrame({'a': [41]}).query('a == @x').a[0])",
    ],
)
def test_a_cell_that_looks_names_up_by_their_text_waits(kernel: Kernel, code: str) -> None:
    ran = sent_while_pending(kernel, code)
    assert not ran.error, ran.traceback
    assert "x" in ran.text if code.startswith("%who") else "41" in ran.text


def test_a_cell_waits_where_its_functions_look_names_up(kernel: Kernel) -> None:
    kernel.goes("def f(name):\n    return globals().get(name)")
    assert sent_while_pending(kernel, "print(f('x'))").text == "41\n"


@pytest.mark.parametrize(
    "code",
    [
        "def f(name):\n    return globals()[name], vars(name), eval(name)",
        "class Thing:\n    n = 1\nprint(vars(Thing)['n'], dir(Thing)[-1])",
        "eval('1 + 1')",
        "!eval echo 1",
    ],
)
def test_a_cell_that_looks_nothing_up_now_does_not_wait(kernel: Kernel, code: str) -> None:
    kernel.goes(SLOW)
    kernel.goes(code)
    kernel.open("make")


def test_looking_names_up_raises_nothing_of_a_cell_that_failed_and_is_not_named(kernel: Kernel) -> None:
    kernel.goes("%%electron bad\ny = 1 / 0")
    kernel.goes(SLOW)
    kernel.open("make")
    assert kernel.goes("print(sorted(name for name in globals() if name in ('x', 'y')))") == "['x']\n"
    assert kernel.run("globals()['y']").error.startswith("ZeroDivisionError")
    assert "'y' is made by electron 'bad', failed" in kernel.run("n = 'y'\nglobals()[n]").traceback


def test_a_variable_that_a_magic_is_to_make_is_not_waited_for(kernel: Kernel) -> None:
    kernel.goes("%%electron bad\nq = 1 / 0")
    kernel.goes("import jupyter_flow as jf\n@jf.lattice\ndef uv(n=1):\n    return jf.electron(abs)(n)")
    kernel.goes("%dispatch --wait -o q uv()\nprint(q.result())")
    kernel.goes("%%electron bad\nq = 1 / 0")
    assert "ZeroDivisionError" in kernel.run("%dispatch --wait -o r uv(q)").traceback


def test_an_electron_cell_takes_along_what_it_looks_up(kernel: Kernel) -> None:
    kernel.goes("k = 1")
    kernel.goes(SLOW)
    kernel.open("make")
    kernel.goes("%%electron\nz = eval('x + 1'), globals().get('k'), 'k' in globals()")
    assert kernel.value("z") == "(42, 1, True)"


@pytest.mark.parametrize("code", ["import sys\nvars(sys.modules['__main__'])['x']", "get_ipython().user_ns['x']"])
def test_where_nobody_can_see_the_name_the_error_says_who_makes_it(kernel: Kernel, code: str) -> None:
    kernel.goes(SLOW)
    ran = kernel.run(code)
    assert ran.error.startswith(("NameError", "KeyError")), ran.error
    assert re.search("'x' is made by electron 'make', (waiting|running): name it in the cell to wait", ran.traceback)
    kernel.open("make")
    assert kernel.value("x") == "41"


def test_a_waiting_cell_says_what_for(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    ran = kernel.send("print(x)")
    kernel.until(lambda: "waiting for make() → x" in ran.text)
    kernel.open("make")
    kernel.ends(ran)
    assert ran.text == "41\n"  # nothing of the waiting stays


def test_a_cell_that_assigns_a_pending_name_wins_over_the_late_value(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    kernel.goes("x = 'mine'")
    kernel.open("make")
    kernel.goes("%flow wait")
    assert kernel.value("x") == "'mine'"


@pytest.mark.parametrize("code", ["del x", "for x in 'ab':\n    pass", "import math as x", "def x():\n    return 1"])
def test_other_ways_of_binding_a_pending_name_win_as_well(kernel: Kernel, code: str) -> None:
    kernel.goes(SLOW)
    kernel.goes(code)
    kernel.open("make")
    kernel.goes("%flow wait")
    assert kernel.value("globals().get('x')") != "41"


def test_a_cell_that_fails_before_it_deletes_a_pending_name_leaves_it(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    assert kernel.run("1 / 0\ndel x").error.startswith("ZeroDivisionError")
    kernel.open("make")
    assert kernel.value("x") == "41"


def test_an_ordinary_cell_runs_meanwhile_where_it_names_nothing_pending(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    assert kernel.goes("x_of = {'x': 1}\nprint('x', x_of['x'])") == "x 1\n"
    kernel.open("make")


@pytest.mark.parametrize(
    "code", ["%reset -f", "%reset -s -f", "%reset_selective -f ^x$", "%reset -f\nn = 1", "get_ipython().reset()"]
)
def test_what_was_reset_does_not_come_late(kernel: Kernel, code: str) -> None:
    kernel.goes(SLOW)
    kernel.goes("%%electron after\nk = x + 1")
    ran = kernel.run(code)
    assert "x" in ran.text.partition(" will not come any more; to stop what makes it: %flow cancel make")[0], ran.text
    kernel.open("make")
    kernel.goes("%flow wait")
    assert kernel.run("x").error.startswith("NameError: name 'x' is not defined")
    assert ("after" in ran.text) == ("selective" not in code)


def test_a_reset_that_was_declined_or_means_others_leaves_what_is_being_made(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    assert kernel.goes("%reset -f out").startswith("Flushing output cache")
    assert kernel.goes("%reset_selective -f ^y") == ""
    kernel.open("make")
    assert kernel.value("x") == "41"


def test_what_a_cell_keeps_for_itself_is_named_where_it_is_missed(kernel: Kernel) -> None:
    kernel.goes("%%electron make\nfor i in range(3):\n    total = i\n_own = 1\nwith open('f', 'w') as file:\n    pass")
    kernel.goes("%flow wait")
    stays = "stays on the worker of 'make', as it is none of its outputs: -o total,"
    for name in ("i", "_own", "file"):
        assert f"'{name}' {stays}{name}" in kernel.run(f"print({name})").traceback
    assert "worker" not in kernel.run("print(nothing)").traceback
    kernel.goes("%%electron make -o total,i\nfor i in range(3):\n    total = i")
    assert kernel.value("total, i") == "(2, 2)"


def test_an_electron_cell_that_misses_such_a_name_says_so_too_and_one_that_misses_its_own_does_not(
    kernel: Kernel,
) -> None:
    kernel.goes("%%electron make\nfor i in range(3):\n    total = i")
    kernel.goes("%%electron other\nk = i + 1")
    assert "'i' stays on the worker of 'make'" in kernel.run("k").traceback
    kernel.goes("%%electron own\nm = j\nfor j in []:\n    pass")
    assert "stays on the worker" not in kernel.run("m").traceback
