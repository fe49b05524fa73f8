"""Parameters of a notebook that runs unattended, by papermill's convention.

The cell tagged ``parameters`` has the defaults; a cell with the values that were given goes after it, or to the
top where there is none. One that an earlier run has put there is replaced.
"""

import ast
import keyword
from collections.abc import Mapping
from typing import Any

import nbformat

from ..model.discovering import discover
from ..model.errors import FlowError
from ..model.secretnames import holds_secret
from ..model.vault import MASK, VAULT

DEFAULTS, INJECTED = "parameters", "injected-parameters"
WORDS = {"true": "True", "false": "False", "null": "None"}  # as JSON and YAML write them


def literal(text: str) -> str:
    """What somebody wrote as a value, as Python: a literal where it is one, else a string."""
    text = text.strip()
    text = WORDS.get(text, text)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return repr(text)
    return repr(value) if "inf" not in repr(value) else text  # repr(1e999) is a name


def parse(given: str) -> tuple[str, str]:
    """``name=value`` as (name, Python source of the value). Raises FlowError."""
    name, equals, value = given.partition("=")
    name = name.strip()
    if not equals:
        raise FlowError(f"{given!r} is no parameter; write name=value")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise FlowError(f"{name!r} cannot be a parameter: it is not a name in Python")
    return name, literal(value)


def inject(book: Any, values: Mapping[str, str]) -> None:
    """Put a cell that assigns the values (Python source, by name) into a notebook."""
    if not values:
        return
    source = "\n".join(["# Parameters", *(f"{name} = {value}" for name, value in values.items())])
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": [INJECTED]})  # type: ignore[no-untyped-call]
    if (book.nbformat, book.nbformat_minor) < (4, 5):
        cell.pop("id", None)  # which older formats do not have
    book.cells[:] = [cell for cell in book.cells if INJECTED not in _tags(cell)]
    tagged = [at for at, cell in enumerate(book.cells) if DEFAULTS in _tags(cell)]
    book.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def secret(values: Mapping[str, str]) -> set[str]:
    """The names that hold secrets, or addresses with one; they are known from now on."""
    found = set()
    for name, source in values.items():
        value = _value(source)
        discover({name: value})
        if holds_secret(name, value) or VAULT.in_text(source):
            found.add(name)
    return found


def veil(book: Any, values: Mapping[str, str]) -> None:
    """Take the secrets among the values out of a notebook that is to be kept, what it shows included."""
    if not (hidden := secret(values)):
        return
    for cell in book.cells:
        if INJECTED in _tags(cell):  # the others are the notebook's own
            lines = cell.source.split("\n")
            named = {line: line.partition(" = ")[0] for line in lines}
            cell.source = "\n".join(f"{name} = {MASK!r}" if name in hidden else line for line, name in named.items())
        for output in cell.get("outputs", ()):
            output.update({name: _masked(shown) for name, shown in output.items() if name != "output_type"})


def _masked(shown: Any) -> Any:
    if isinstance(shown, str):
        return VAULT.masked(shown)
    if isinstance(shown, dict):
        return type(shown)({name: _masked(inner) for name, inner in shown.items()})
    return [_masked(inner) for inner in shown] if isinstance(shown, list) else shown


def _value(source: str) -> Any:
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return source


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))
