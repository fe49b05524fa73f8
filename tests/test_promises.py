"""The README's table of promises names tests, and each of them is there and runs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROMISES = [f"P{number}" for number in range(1, 13)]
ROW = re.compile(r"^\| (P\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    """Number, promise and tests of each line of the table."""
    text = (HERE.parent / "README.md").read_text(encoding="utf-8")
    return ROW.findall(text.partition("## What is promised")[2].partition("\n## ")[0])


def names() -> list[tuple[str, str]]:
    """Each promise with each test that is named for it."""
    return [(promise, name) for promise, _, held in rows() for name in re.findall(r"`(\w+)`", held)]


def functions() -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The tests there are."""
    for path in HERE.rglob("test_*.py"):
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef) and found.name.startswith("test_"):
                yield found


def left_out(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a test is skipped, or may fail."""
    return any(re.search(r"skip|xfail", ast.unparse(decorator)) for decorator in function.decorator_list)


TESTS = {function.name: function for function in functions()}


def test_there_are_twelve_promises_each_held_by_something() -> None:
    assert [promise for promise, _, _ in rows()] == PROMISES
    assert {promise for promise, _ in names()} == set(PROMISES)


@pytest.mark.parametrize(("promise", "name"), names())
def test_a_test_that_holds_a_promise_exists_and_is_not_left_out(promise: str, name: str) -> None:
    assert name in TESTS, f"README: {promise} names a test that does not exist"
    assert not left_out(TESTS[name])


def test_the_twenty_cases_are_all_there() -> None:
    """D1 to D20, in real kernels."""
    cases = {name[:8] for name in TESTS if re.match(r"test_d\d\d_", name)}
    assert cases == {f"test_d{number:02}" for number in range(1, 21)}
