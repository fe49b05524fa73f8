"""The function of an electron cell, by itself."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from jupyter_flow.model.cellvalues import CellValues
from jupyter_flow.worker.cell import CellFunction, CellTask, carry


def cell(source: str, *outputs: str, deletes: tuple[str, ...] = (), groups: Mapping[str, Any] = {}, **code: Any) -> Any:
    return CellFunction("it", source, "<cell it>", carry(code, (), {}), outputs, deletes, groups, b"digest")


def test_it_gives_back_its_outputs_by_name_and_keeps_the_rest() -> None:
    assert cell("x = a + 1\nrest = 2", "x")(a=1) == {"x": 2}


def test_an_output_that_was_not_made_is_not_there() -> None:
    assert cell("if a:\n    x = 1", "x")(a=0) == {}


def test_it_tells_what_it_deleted() -> None:
    made = cell("del a\nb = 1", "b", deletes=("a",))(a=1)
    assert (made, made.deleted) == ({"b": 1}, ("a",))
    kept = cell("if b:\n    del a", "a", deletes=("a",))(a=1, b=0)
    assert (kept, kept.deleted) == ({"a": 1}, ())


def test_inputs_of_one_argument_are_told_apart_by_name() -> None:
    made = cell("x = a + b", "x", groups={"a, b": ("a", "b")})(**{"a, b": CellValues({"a": 1, "b": 2, "c": 3})})
    assert made == {"x": 3}


def test_functions_that_come_along_read_the_cells_own_names() -> None:
    space: dict[str, Any] = {"__name__": "__main__", "k": 1}
    exec("def f(): return k\ndef g(): return f() + k", space)
    assert cell("k = a\nx = g()", "x", f=space["f"], g=space["g"])(a=5) == {"x": 10}
    assert space["g"]() == 2


def test_each_call_starts_anew() -> None:
    function = cell("n = globals().get('n', 0) + 1", "n")
    assert [function(), function()] == [{"n": 1}, {"n": 1}]


def test_a_changed_input_that_nobody_declared_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    made = cell("xs.append(1)", groups={})(xs=[])
    assert made.changed == ("xs",)
    told = "jupyter_flow: it changed xs, which is not among its outputs: the notebook's stays as it was (-o xs)\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("source", "shown"), [("a", "1\n"), ("a;", ""), ("a  # ;", "1\n"), ("a; # b", ""), ("None", ""), ("x = a", "")]
)
def test_a_last_expression_is_shown_unless_a_semicolon_ends_it(
    source: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cell(source)(a=1)
    assert capsys.readouterr().out == shown


def test_statements_that_await_make_a_coroutine() -> None:
    made = cell("import asyncio\nawait asyncio.sleep(0)\nx = a", "x")(a=1)
    assert asyncio.run(made) == {"x": 1}


def test_an_error_is_in_the_cells_own_file_and_line() -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        cell("x = 1\n1 // 0")()
    last = raised.traceback[-1]
    assert (str(last.path), last.lineno + 1) == ("<cell it>", 2)


@pytest.mark.parametrize(
    ("outputs", "returned"), [((), None), (("x",), 1), (("x", "y"), (1, 2)), (("x", "nowhere"), (1, None))]
)
def test_for_a_lattice_it_returns_its_outputs(outputs: tuple[str, ...], returned: object) -> None:
    assert CellTask(cell("x = a\ny = 2", *outputs), ("a",))(1) == returned
