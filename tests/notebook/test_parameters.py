import ast
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.model.errors import FlowError
from jupyter_flow.notebook.parameters import inject, literal, parse, veil


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("1", "1"), ("-1.5", "-1.5"), ("1e3", "1000.0"), ("true", "True"), ("False", "False"), ("null", "None"),
        ("[1, 'a']", "[1, 'a']"), ("{'a': 1}", "{'a': 1}"), ("'1'", "'1'"), ("ridge", "'ridge'"), ("", "''"),
        ("2024-01-01", "'2024-01-01'"), ("01", "'01'"), ("__import__('os')", "\"__import__('os')\""),
        ("1\nimport os", "'1\\nimport os'"), ("1e999", "1e999"), ("a\\b", "'a\\\\b'"),
    ],
)  # fmt: skip
def test_a_value_is_a_literal_or_a_string(text: str, python: str) -> None:
    assert literal(text) == python


@given(st.text())
def test_whatever_is_given_is_one_expression(text: str) -> None:
    source = literal(text)
    try:
        ast.literal_eval(source)
    except MemoryError:
        pass
    assert "\n" not in source


def test_a_value_may_hold_an_equals_sign() -> None:
    assert parse("url=a=b") == ("url", "'a=b'")


@pytest.mark.parametrize("given", ["a", "a b=1", "lambda=1", "=1"])
def test_a_name_must_be_one(given: str) -> None:
    with pytest.raises(FlowError):
        parse(given)


def test_secrets_among_them_are_not_kept() -> None:
    values = {"alpha": "1", "password": "'pear-tree-77'", "pin_password": "4711", "db": "'pg://u:plum-88@h/x'"}
    book = notebook([])
    inject(book, values)
    book.cells[1].outputs = [
        nbformat.v4.new_output("stream", text="it is pear-tree-77\n"),
        nbformat.v4.new_output("display_data", data={"text/html": ["<b>plum-88</b>"], "application/json": {"n": 1}}),
    ]
    veil(book, values)
    assert book.cells[0].source == "# Parameters\nalpha = 1\npassword = '***'\npin_password = '***'\ndb = '***'"
    assert "pear" not in str(book)
    assert "plum" not in str(book)
    nbformat.validate(book)


def notebook(*tags: list[str]) -> Any:
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(f"{n}", metadata={"tags": tag}) for n, tag in enumerate(tags)]
    return book


def test_they_go_after_the_cell_with_the_defaults_or_to_the_top() -> None:
    book = notebook([], ["parameters"], [])
    inject(book, {"a": "1"})
    inject(book, {"a": "2"})  # what an earlier run has put there is replaced
    assert [cell.source for cell in book.cells] == ["0", "1", "# Parameters\na = 2", "2"]
    book = notebook([], [])
    inject(book, {"a": "1", "b": "'x'"})
    assert [cell.source for cell in book.cells] == ["# Parameters\na = 1\nb = 'x'", "0", "1"]
    nbformat.validate(book)


def test_without_any_the_notebook_is_as_it_was() -> None:
    book = notebook(["injected-parameters"])
    inject(book, {})
    assert len(book.cells) == 1


def test_an_old_notebook_stays_valid() -> None:
    book = notebook([])
    book.nbformat_minor = 4
    for cell in book.cells:
        cell.pop("id")
    inject(book, {"a": "1"})
    nbformat.validate(book)
    assert "id" not in book.cells[0]
