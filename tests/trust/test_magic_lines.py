"""Magic lines are read, and never evaluated: only the call of %dispatch and %graph is Python, and says so."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from tests.notebook.conftest import Notebook, bare, notebook  # noqa: F401

HOSTILE = [
    "{boom()}",
    "$boom",
    "${boom()}",
    "$boom()",
    "{boom()!r}",
    "`boom()`",
    "$(touch TOUCHED)",
    "!boom()",
    "x;boom()",
    "=boom()",
    "%boom",
    "name={boom()}",
    "'{boom()}'",
    "n=boom()",
    "a,{boom()}",
    "{__import__('os').mkdir('TOUCHED')}",
    "boom()",
    "boom",
    "@boom",
    "lambda:boom()",
    "boom.x",
    "boom[0]",
    "-boom()",
    "[boom()]",
    "f'{boom()}'",
]
LINES = {
    "executor": ["{}", "x {}", "x -n {}", "x --workdir {}", "x --time-limit {}", "-d {}", "x --log-stdout {}"],
    "result": ["{}", ".{}", "{}.{}", "-o {}", "--logs {}"],
    "graph": ["--by {}", "work --by {}"],
    "dispatch": ["-x {} work(1)", "-o {} work(1)", "--{} work(1)"],
    "flow": ["{}", "why {}", "debug {}", "run {}", "auto {}", "cancel {}", "config {}", "config headless {}"],
    "jupyter_flow": ["{}", "cancel {}", "result {}", "executor {}", "flow why {}"],
}
CELLS = {
    "electron": [
        "{}",
        "-x {}",
        "-i {}",
        "-o {}",
        "--map {}",
        "--map v={}",
        "--after {}",
        "--retries {}",
        "--timeout {}",
        "--cores {}",
    ],
    "lattice": ["{}", "-x {}", "-p {}", "-p n={}", "--{}"],
    "jupyter_flow": ["{}", "electron {}", "electron -i {}", "lattice -p n={}"],
}
WORK = """
class Boom:
    def __call__(self): called.append("called")
    def __repr__(self): called.append("repr"); return "boom"
    __str__ = __format__ = lambda self, *_: called.append("text") or "boom"
    def __getattr__(self, name): called.append(name); raise AttributeError(name)
    def __getitem__(self, item): called.append("item"); return 1
called = []
kept = boom = Boom()
import jupyter_flow as jf
@jf.lattice
def work(n): return 1
"""


def lines(of: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [
        (magic, line.replace("{}", text))
        for magic, slots in of.items()
        for line, text in itertools.product(slots, HOSTILE)
    ]


def evaluated(notebook: Notebook) -> list[Any]:  # noqa: F811
    """What of ours was called; names that IPython itself asks a value for when it looks at variables are its own."""
    found = list(notebook["called"])
    notebook["called"].clear()
    notebook.shell.user_ns["boom"] = notebook["kept"]  # `-o boom` may have bound it
    return [what for what in found if what in ("called", "item", "text")]


@pytest.fixture
def ready(notebook: Notebook) -> Notebook:  # noqa: F811
    notebook.run(WORK)
    return notebook


def test_a_line_magic_evaluates_nothing(ready: Notebook) -> None:
    for magic, line in lines(LINES):
        ready.shell.run_cell(f"%{magic} {line}", silent=True)
        assert evaluated(ready) == [], f"%{magic} {line}"
        assert not Path("TOUCHED").exists(), f"%{magic} {line}"


def test_a_cell_magic_evaluates_nothing_of_its_line(ready: Notebook) -> None:
    for magic, line in lines(CELLS):
        ready.shell.run_cell(f"%%{magic} {line}\ndef f(n): return n", silent=True)
        assert evaluated(ready) == [], f"%%{magic} {line}"
        assert not Path("TOUCHED").exists(), f"%%{magic} {line}"


@pytest.mark.parametrize(
    "cell",
    [
        "%%electron --no-such\nran = 1",
        "%%electron --retries x\nran = 1",
        "%%lattice -z\nran = 1%dispatch --none work(1)",
    ],
)
def test_after_a_bad_option_the_cell_does_not_run(ready: Notebook, cell: str) -> None:
    assert isinstance(ready.fails(cell), UsageError)
    assert "ran" not in ready.shell.user_ns


@pytest.mark.parametrize("call", ["{boom()}", "(lambda: boom())()", "$work(1)", "work(1); boom()", "boom() or work(1)"])
def test_what_is_to_be_dispatched_is_one_call_of_something_named(ready: Notebook, call: str) -> None:
    assert isinstance(ready.fails(f"%dispatch {call}"), Exception)
    assert evaluated(ready) == []


def test_only_arguments_of_the_call_are_python(ready: Notebook) -> None:
    ready.run("%dispatch -o run work([boom()])")
    assert evaluated(ready) == ["called"]
