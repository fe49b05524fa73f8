import linecache
from typing import Any

import pytest

from jupyter_flow.model.sources import source_of

CELL = "\n%%electron -q -x thread\n\ndef boom(x):\n    y = x\n    return 1 / y\n"


def test_line_numbers_are_those_of_the_cell(notebook: Any) -> None:
    notebook.run(CELL)
    code = notebook["boom"].function.__code__
    assert code.co_firstlineno == 4
    assert linecache.getline(code.co_filename, 6) == "    return 1 / y\n"
    assert source_of(notebook["boom"].function).startswith("def boom(x):")


def test_the_file_is_the_cells_own(notebook: Any) -> None:
    notebook.run("%%electron -q\ndef f(): ...")
    assert notebook.shell.compile.format_code_name(notebook["f"].function.__code__.co_filename)[0] == "Cell"


def test_a_failure_shows_the_cells_lines_and_none_of_ours(notebook: Any) -> None:
    notebook.run(CELL)
    notebook.fails("%dispatch boom(0)")
    told = notebook.printed()
    assert "----> 6     return 1 / y" in told
    assert "jupyter_flow/" not in told
    assert told.rstrip().endswith("ZeroDivisionError: division by zero\nin electron 'boom', node 0: boom(x=0)")


def test_an_error_in_the_lattice_shows_its_line(notebook: Any) -> None:
    notebook.run(CELL)
    notebook.run("%%lattice -q\ndef asks(x):\n    if boom(x):\n        return 1\n")
    notebook.fails("%dispatch asks(0)")
    told = notebook.printed()
    assert "----> 3     if boom(x):" in told
    assert "jupyter_flow/" not in told


def test_a_syntax_error_shows_its_line_and_none_of_ours(notebook: Any) -> None:
    assert isinstance(notebook.fails("%%electron\ndef f(:\n    pass"), SyntaxError)
    told = notebook.printed()
    assert ", line 2\n    def f(:" in told
    assert "jupyter_flow" not in told


def test_an_error_of_an_import_beside_the_def_shows_its_line(notebook: Any) -> None:
    assert isinstance(notebook.fails("%%electron\nimport nowhere\ndef f(): ..."), ModuleNotFoundError)
    assert "----> 2 import nowhere" in notebook.printed()


def test_a_magic_called_as_a_function_has_lines_of_its_own(notebook: Any) -> None:
    notebook.run("before = 1\nget_ipython().run_cell_magic('electron', '-q', 'def f():\\n    return 1 / 0\\n')")
    file = notebook["f"].function.__code__.co_filename
    assert linecache.getline(file, 3) == "    return 1 / 0\n"


@pytest.mark.parametrize("magic", ["electron", "lattice"])
def test_a_cell_run_again_redefines(notebook: Any, magic: str) -> None:
    notebook.run(f"%%{magic} -q\ndef f(): return 1")
    notebook.run(f"%%{magic} -q\ndef f(): return 2")
    assert notebook["f"]() == 2
