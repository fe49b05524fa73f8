"""What stands behind the names of a notebook."""

import ast
from typing import Any

import pytest

from jupyter_flow.notebook.cells import names_of
from jupyter_flow.notebook.flow.definition import Definition
from jupyter_flow.notebook.flow.reach import Behind, Reach, behind, reach


class Waited:
    """Stands for the run of a cell that has not ended."""

    def __init__(self, reads: str = "", stores: str = "") -> None:
        self.behind = Behind(tuple(reads.split()), tuple(stores.split()))


def space(source: str) -> dict[str, Any]:
    made: dict[str, Any] = {"__name__": "__main__"}
    exec(source, made)
    return made


def of(source: str, *names: str, **pending: Waited) -> Reach:
    return reach(names, space(source), pending.get)


CLASS = "k = 1\nn = 2\nclass A:\n    def m(self): return k\nclass B(A):\n    {}\n"


@pytest.mark.parametrize(
    ("source", "name", "data"),
    [
        ("k = 1\ndef f(): return k", "f", "k"),
        ("k = 1\nf = lambda: k", "f", "k"),
        ("k = 1\ndef f(): return k\ndef g(): return f()", "g", "k"),
        ("k = 1\ndef f(): return g\ndef g(): return f, k", "f", "k"),
        ("k = 1\ndef f():\n    def g(): return k\n    return g", "f", "k"),
        ("k = 1\ndef make(h):\n    return lambda: h()\ndef g(): return k\nf = make(g)", "f", "k"),
        (CLASS.format("pass"), "B", "k"),
        (CLASS.format("x = property(lambda self: n)"), "B", "k n"),
        (CLASS.format("make = classmethod(lambda cls: n)"), "B", "k n"),
        (CLASS.format("make = staticmethod(lambda: n)"), "B", "k n"),
        (CLASS.format("pass") + "it = B()", "it", "it k"),
        (CLASS.format("pass") + "m = B().m", "m", "k"),
        (CLASS.format("pass") + "it = [{1: B()}]", "it", "it k"),
        ("k = 1\nfs = [lambda: k]", "fs", "fs k"),
        ("k = 1\nimport functools\ndef f(a): return k\ng = functools.partial(f, 1)", "g", "k"),
        ("k = 1\nimport functools\n@functools.lru_cache\ndef f(): return k", "f", "k"),
        ("k = 1", "k", "k"),
        ("def f(): return nowhere", "f", ""),
    ],
)
def test_the_data_that_a_name_reaches(source: str, name: str, data: str) -> None:
    assert sorted(of(source, name).data) == sorted(data.split())


def test_what_functions_assign_is_reached_as_it_is() -> None:
    found = of("n = 1\ndef f():\n    global n\n    n = 2", "f")
    assert (list(found.stores), found.data) == (["n"], {"n": 1})


def test_behind_a_pending_name_is_what_its_code_may_read_and_assign() -> None:
    found = of("k = 1\nother = 2", "f", f=Waited("k g", "n"), g=Waited())
    assert (found.data, sorted(found.pending), list(found.stores)) == ({"k": 1}, ["f", "g"], ["n"])


def defined(source: str, found: Reach | None = None) -> Behind:
    tree = ast.parse(source)
    return behind(Definition("it", source, source, "<it>", names_of(tree, source)), found or Reach())


@pytest.mark.parametrize(
    ("source", "reads", "stores"),
    [
        ("x = a", "", ""),
        ("x = [a for _ in b]", "", ""),
        ("def f(): return a", "a f", ""),
        ("f = lambda: a", "a", ""),
        ("fs = [lambda: a for _ in b]", "a", ""),
        ("class C:\n    def m(self): return a", "C a", ""),
        ("def f():\n    global n\n    n = a", "a f n", "n"),
    ],
)
def test_a_cell_that_writes_functions_leaves_what_they_may_do(source: str, reads: str, stores: str) -> None:
    assert (sorted(defined(source).reads), list(defined(source).stores)) == (reads.split(), stores.split())


def test_a_cell_that_makes_instances_leaves_their_class() -> None:
    assert defined("it = C()", of("class C: pass", "C")).reads == ("C",)


def test_a_cell_that_calls_a_maker_of_functions_leaves_the_maker() -> None:
    assert defined("f = make()", of("def make():\n    return lambda: k", "make")).reads == ("make",)
    assert defined("x = f()", of("def f(): return 1", "f")).reads == ()


def test_what_is_behind_its_inputs_is_behind_a_cell() -> None:
    assert defined("y = f", of("", "f", f=Waited("k", "n"))) == Behind(("k",), ("n",))
