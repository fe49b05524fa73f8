"""Submodules that are reached through their package are imported where the code goes."""

import subprocess
import sys
import textwrap
import wsgiref.headers  # and is not named
import wsgiref.util
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.pickles import by_value
from jupyter_flow.model.submodules import addressed
from tests.notebook.conftest import Notebook, bare, notebook  # noqa: F401

NAME = "wsgiref.util.FileWrapper.__name__"
BODIES = {
    "itself": f"return {NAME}",
    "a lambda": f"return (lambda: {NAME})()",
    "a comprehension": f"return [{NAME} for _ in range(1)][0]",
    "a function": f"def inner():\n    return {NAME}\nreturn inner()",
    "an import": f"import wsgiref\nreturn {NAME}",
}


def made(body: str, **space: Any) -> Any:
    """A function of a notebook."""
    exec("def function():\n" + textwrap.indent(body, "    "), space)
    space["function"].__module__ = "__main__"
    return space["function"]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_a_function_or_what_is_inside_it_names_is_imported(tmp_path: Path, body: str) -> None:
    function = made(body, **({} if "import" in body else {"wsgiref": wsgiref}))
    (tmp_path / "pickle").write_bytes(by_value(function))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb'))())"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "pickle")], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("FileWrapper\n", "")


def test_what_is_not_named_is_not_sent() -> None:
    code = made("return wsgiref.util.FileWrapper").__code__
    assert addressed(code, []) == []
    assert addressed(code, [wsgiref]) == [wsgiref.util]


@pytest.mark.parametrize("body", [f"found = [{NAME} for _ in (1,)][0]", f"import wsgiref\nfound = {NAME}"])
def test_what_a_cell_names_is_imported_in_its_worker(notebook: Notebook, body: str) -> None:  # noqa: F811
    notebook.run("%executor fresh local -n 1 --max-tasks 1")
    if "import" not in body:
        notebook.run("import wsgiref.util")
    notebook.run(f"%%electron -x fresh\n{body}")
    assert notebook.run("found") == "FileWrapper"
