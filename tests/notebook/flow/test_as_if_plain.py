"""The promise of electron cells: a notebook of them leaves behind what it leaves behind without us.

Outside the promise, and so not in the notebooks here: two names for one object, made in different cells or changed in
a cell that names only one of them; functions that change what they reach, without `global` and away from their own
cell, and methods that change their object where the cell keeps their value (such a cell says what it changed and
nobody declared); names that begin with an underscore, which are the cell's own.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.notebook.flow.books import notebooks, plainly, shells, told

HERE = ["thread", "inline"]
OPTIONS = settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def written(cells: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """The cells as electrons of these kinds of executors; "" stays an ordinary cell."""
    headers = [f"%%electron -q -x {kind}\n" if kind else "" for kind in kinds]
    return [header + cell for header, cell in zip(headers, cells, strict=True)]


def kinds(cells: Sequence[str], some: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(some), min_size=len(cells), max_size=len(cells))


def left(shell: Any) -> dict[str, Any]:
    return told(shell.user_ns, shell.user_ns_hidden)


def agrees(cells: Sequence[str], given: Sequence[str]) -> None:
    """Run the cells, name what there should be, and compare with what they leave without us."""
    space, error = plainly(cells)
    assume(error is None)
    with shells() as shell:
        for cell in given:
            shell.run_cell(cell).raise_error()
        shell.run_cell(f"({', '.join(name for name in space if not name.startswith('_'))},);").raise_error()
        shell.run_cell("%flow wait").raise_error()
        assert left(shell) == told(space)


@OPTIONS
@given(data=st.data(), cells=notebooks())
def test_every_cell_an_electron(data: st.DataObject, cells: list[str]) -> None:
    agrees(cells, written(cells, data.draw(kinds(cells, HERE))))


@OPTIONS
@given(data=st.data(), cells=notebooks())
def test_some_cells_electrons_and_the_rest_ordinary(data: st.DataObject, cells: list[str]) -> None:
    agrees(cells, written(cells, data.draw(kinds(cells, ["thread", ""]))))


@pytest.mark.usefixtures("attended")
@OPTIONS
@given(data=st.data(), cells=notebooks())
def test_no_cell_waits_for_the_one_before(data: st.DataObject, cells: list[str]) -> None:
    agrees(cells, written(cells, data.draw(kinds(cells, ["thread", "thread", ""]))))


@settings(OPTIONS, max_examples=8)
@given(data=st.data(), cells=notebooks(most=5))
def test_in_worker_processes(data: st.DataObject, cells: list[str]) -> None:
    agrees(cells, written(cells, data.draw(kinds(cells, ["local", "local", ""]))))


@OPTIONS
@given(data=st.data(), cells=notebooks(most=4, raising=True))
def test_a_cell_that_fails_makes_nothing_and_takes_nothing_away(data: st.DataObject, cells: list[str]) -> None:
    """What was there before is as it was, but for the names the cell was to make: they raise what it raised."""
    *before, last = cells
    _, error = plainly(cells)
    space, early = plainly(before)
    assume(error is not None and early is None)
    with shells() as shell:
        for cell in written(before, data.draw(kinds(before, HERE))):
            shell.run_cell(cell).raise_error()
        failed = shell.run_cell(f"%%electron last -q -x thread\n{last}").error_in_exec
        assert type(failed) is type(error)
        lost = {name for name in space if name not in shell.user_ns and not name.startswith("_")}
        for name in lost:
            assert type(shell.run_cell(name).error_in_exec) is type(error)
        kept = {name: value for name, value in space.items() if name not in lost}
        assert plain_values(left(shell)) == plain_values(told(kept))


def plain_values(what: dict[str, Any]) -> dict[str, Any]:
    """Without what may call a function whose names are lost, and the imports, which are bound before the cell fails."""
    aside = {"f", "g", "C", "D", "o", "p", "last", "math", "path", "floor", "np", "contextlib"}
    return {name: value for name, value in what.items() if name not in aside}


TOGETHER = ["xs = [1]\nboth = [xs, xs]", "xs.append(2)\nboth.append(xs)\npass", "xs.append(3)\nboth[1].append(4)\npass"]


@pytest.mark.parametrize("kind", ["thread", "local"])
def test_two_names_for_one_object_stay_so_while_each_cell_names_both(notebook: Any, kind: str) -> None:
    for cell in TOGETHER:
        notebook.run(f"%%electron -x {kind}\n{cell}")
    assert notebook["xs"] == [1, 2, 3, 4]
    assert all(each is notebook["xs"] for each in notebook["both"])


METHODS = """
class Rated:
    def own(self): return rate
    @classmethod
    def shared(cls): return rate
    @staticmethod
    def loose(): return rate
    @property
    def held(self): return rate
"""


@pytest.mark.parametrize("attended", ["0", "1"])
@pytest.mark.parametrize("kind", ["thread", "inline", "local"])
@pytest.mark.parametrize("header", ["", "%%electron -x {kind}\n"])
def test_methods_read_the_names_of_the_cell_that_calls_them(
    notebook: Any, monkeypatch: pytest.MonkeyPatch, kind: str, header: str, attended: str
) -> None:
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", attended)
    for cell in (METHODS, "rate = 1", "it = [Rated()]", "rate = 2"):
        notebook.run(header.format(kind=kind) + cell)
    call = "[it[0].own(), Rated.shared(), it[0].loose(), it[0].held, isinstance(it[0], Rated)]"
    notebook.run(f"%%electron -x {kind}\nrate = 3\nfound = {call}")
    assert notebook.run("found") == [3, 3, 3, 3, True]
    notebook.run("rate = 4")
    assert notebook.run(call) == [4, 4, 4, 4, True]


@pytest.mark.parametrize("attended", ["0", "1"])
@pytest.mark.parametrize("kind", ["thread", "local"])
def test_functions_in_containers_read_the_names_of_the_notebook(
    notebook: Any, monkeypatch: pytest.MonkeyPatch, kind: str, attended: str
) -> None:
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", attended)
    notebook.run(f"%%electron -x {kind}\nrate = 1\nsteps = [lambda: rate, {{'twice': lambda: 2 * rate}}]")
    notebook.run(f"%%electron -x {kind}\nrate = 5")
    notebook.run(f"%%electron -x {kind}\nfound = steps[0](), steps[1]['twice']()")
    assert notebook.run("found") == (5, 10)
    notebook.run("rate = 6")
    assert notebook.run("steps[0](), steps[1]['twice']()") == (6, 12)


@pytest.mark.parametrize("kind", ["thread", "local"])
def test_a_subclass_has_the_class_of_the_notebook_as_its_base(notebook: Any, kind: str) -> None:
    notebook.run("class Base:\n    def m(self): return n")
    notebook.run(f"%%electron -x {kind}\nclass Sub(Base):\n    def m(self): return super().m() + 1\nit = Sub()")
    notebook.run("n = 1")
    assert notebook.run("(Sub.__base__ is Base, isinstance(it, Base), it.m())") == (True, True, 2)


@pytest.mark.parametrize("kind", ["thread", "local"])
def test_an_enum_and_a_dataclass_are_the_notebooks_own(notebook: Any, kind: str) -> None:
    notebook.run("import enum, dataclasses\nclass Way(enum.Enum):\n    UP = 1")
    notebook.run("@dataclasses.dataclass\nclass Step:\n    way: Way\n    n: int = 0")
    notebook.run("steps = [Step(Way.UP)]")
    notebook.run(f"%%electron -x {kind}\nmore = [*steps, Step(Way.UP, 1)]\nsame = steps[0].way is Way.UP")
    assert notebook.run("(same, more[0] == steps[0], more[1] == Step(Way.UP, 1), more[1].way is Way.UP)") == (True,) * 4


@pytest.mark.parametrize("kind", ["thread", "local"])
def test_a_name_that_is_deleted_is_gone(notebook: Any, kind: str) -> None:
    notebook.run(f"%%electron -x {kind}\nx = 1\ny = 2")
    notebook.run(f"%%electron -x {kind}\ndel x")
    assert isinstance(notebook.fails("x"), NameError)
    assert isinstance(notebook.fails(f"%%electron -x {kind}\nz = x"), NameError)
    assert notebook.run("y") == 2


@pytest.mark.usefixtures("attended")
def test_a_name_that_is_deleted_and_made_again_is_there(notebook: Any) -> None:
    notebook.run("%%electron -x thread\nx = 1")
    notebook.run("%%electron -x thread\ndel x")
    notebook.run("x = 3")
    notebook.run("%flow wait")
    assert notebook.run("x") == 3


@pytest.mark.usefixtures("attended")
def test_cells_without_ids_that_make_the_same_name_do_not_replace_each_other(notebook: Any) -> None:
    for cell in ("import time; time.sleep(0.2); b = 2", "a = b", "b = 1"):
        notebook.run(f"%%electron -x thread\n{cell}")
    assert notebook.run("(a, b)") == (2, 1)


@pytest.mark.usefixtures("attended")
def test_a_global_that_a_function_assigns_is_an_output_of_who_calls_it(notebook: Any) -> None:
    notebook.run("%%electron -x thread\ncalls = 0\ndef count():\n    global calls\n    calls += 1\n    return calls")
    notebook.run("%%electron -x thread\nonce = count()")
    notebook.run("%%electron -x thread\ntwice = count()")
    assert notebook.run("(once, twice, calls)") == (1, 2, 2)


def test_a_function_that_assigns_a_global_and_is_not_called_leaves_it(notebook: Any) -> None:
    notebook.run("n = 1\ndef later():\n    global n\n    n = 2")
    notebook.run("%%electron -x thread\nsteps = [later]")
    assert notebook["n"] == 1


@pytest.mark.parametrize("cell", ["if n:\n    with open(n) as m:\n        del m", "if n:\n    m = 1\n    del m"])
def test_a_name_that_is_deleted_on_a_path_not_taken_stays(notebook: Any, cell: str) -> None:
    notebook.run("n = 0\nm = 2")
    notebook.run(f"%%electron -x thread\n{cell}")
    assert notebook["m"] == 2


@pytest.mark.usefixtures("attended")
def test_a_module_that_is_loaded_is_there_while_the_cell_that_imports_it_runs(notebook: Any) -> None:
    notebook.run("import threading, sys\nsys.gate_of_test = threading.Event()")
    notebook.run("%%electron -x thread\nimport sys as loaded\nloaded.gate_of_test.wait(30)\nx = 1")
    notebook.run("loaded.gate_of_test.set()")
    assert notebook.run("x") == 1


def test_a_name_that_is_read_before_it_is_imported_is_the_notebooks(notebook: Any) -> None:
    notebook.run("path = 1")
    notebook.run("%%electron -x thread\nx = path + 1\nfrom os import path")
    assert notebook.run("(x, path.sep)") == (2, "/")


def test_what_is_defined_or_imported_on_a_path_not_taken_stays(notebook: Any) -> None:
    notebook.run("n = 0\nimport math\ndef f(): return 1")
    notebook.run("%%electron -x thread\nif n:\n    import math\n    def f(): return 2\nx = 1")
    assert notebook.run("(f(), math.floor(1.5), x)") == (1, 1, 1)


@pytest.mark.usefixtures("attended")
def test_a_def_waits_for_what_its_defaults_name_and_not_for_its_body(notebook: Any) -> None:
    notebook.run("import threading, sys\nsys.gate_of_test = threading.Event()")
    notebook.run("%%electron -x thread\nk = 1")
    notebook.run("%%electron -x thread\nimport sys\nsys.gate_of_test.wait(30)\nlater = 2")
    notebook.run("%%electron\ndef f(z=k):\n    return z + later")
    assert not notebook["sys"].gate_of_test.is_set()
    assert "later" not in notebook.shell.user_ns
    notebook.run("sys.gate_of_test.set()")
    assert notebook.run("f()") == 3
