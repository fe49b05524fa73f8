import sys
import traceback
from typing import Any

import pytest

from jupyter_flow.notebook.remote import put_causes_back, remote
from jupyter_flow.notebook.tracebacks import readable, take_remote, with_cells

TEXT = """Traceback (most recent call last):
  File "/first.py", line 1, in early
    x
ValueError: no

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/a b.py", line 7, in outer
    inner()
  File "/c.py", line 1200, in <lambda>
    boom()
    ^^^^^^
KeyError: 'x'
  File "/not.py", line 1, in message
"""


def frames(trace: Any) -> list[tuple[str, int | None, str]]:
    return [(f.filename, f.lineno, f.name) for f in traceback.extract_tb(trace)]


def test_frames_are_made_from_the_text_of_the_last_traceback() -> None:
    assert frames(remote(TEXT)) == [("/a b.py", 7, "outer"), ("/c.py", 1200, "<lambda>")]


def test_text_without_frames_makes_none() -> None:
    assert remote("nothing of the kind") is None
    assert remote("Traceback (most recent call last):\nKeyError: 1") is None


def test_the_note_an_electron_brought_becomes_frames() -> None:
    error = KeyError("x")
    error.add_note("mine")
    error.add_note(f"in electron 'f':\n{TEXT}")
    assert len(frames(take_remote(error))) == 2
    assert error.__notes__ == ["mine", "in electron 'f'"]
    assert take_remote(error) is None


def test_what_led_to_an_electrons_exception_is_put_back_from_the_text() -> None:
    first = 'Traceback (most recent call last):\n  File "/zero.py", line 3, in f\nlib.errors.Odd: 1\n2\n\n'
    cause = "The above exception was the direct cause of the following exception:\n\n"
    error = KeyError("x")
    put_causes_back(error, first + cause + TEXT)
    assert error.__context__ is not None
    assert error.__cause__ is None
    assert repr(error.__context__) == "ValueError('no')"
    assert frames(error.__context__.__traceback__) == [("/first.py", 1, "early")]
    odd = error.__context__.__cause__
    assert (type(odd).__module__, type(odd).__qualname__, str(odd)) == ("lib.errors", "Odd", "1\n2")
    mine = error.__context__ = OSError()
    put_causes_back(error, TEXT)
    assert error.__context__ is mine, "one that came along stays"


@pytest.mark.parametrize("before", ["+ Exception Group Traceback (most recent call last):\n  | no\n", "…cut short\n"])
def test_what_led_to_one_is_left_out_where_its_text_cannot_be_read(before: str) -> None:
    error = KeyError("x")
    put_causes_back(error, before + TEXT[TEXT.index("\nDuring") :])
    assert error.__context__ is None


def test_the_cause_of_a_failed_electron_is_shown_as_in_an_ordinary_cell(notebook: Any) -> None:
    notebook.run(
        "%%electron -q -x inline\ndef read(name):\n    try: open(name)\n"
        "    except OSError as e: raise ValueError(name) from e"
    )
    notebook.run("%%lattice book -q\nread('/no/such')")
    notebook.fails("%dispatch book()")
    told = notebook.printed()
    assert "direct cause" in told
    assert told.index("No such file or directory: '/no/such'") < told.index("direct cause") < told.index("in electron")


def test_a_group_that_led_to_an_electrons_exception_stays_in_its_note() -> None:
    error = KeyError("x")
    group = "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: many (1 sub-exception)\n"
    error.add_note(f"in electron 'f':\n{group}{TEXT[TEXT.index(chr(10) + 'During') :]}")
    assert len(frames(take_remote(error))) == 2
    assert error.__notes__ == [f"in electron 'f':\n{group}".rstrip()]


def test_an_exception_that_never_met_us_stays_as_it_is() -> None:
    error = ValueError()
    raised = (ValueError, error, remote(TEXT))
    assert readable(raised) is raised
    assert readable((None, None, None)) == (None, None, None)


def test_what_led_to_an_error_of_ours_is_folded_too(notebook: Any) -> None:
    notebook.run("import threading\nlock = threading.Lock()")
    notebook.run("%%electron -q\ndef locks(): return lock")
    notebook.fails("%dispatch locks()")
    told = notebook.printed()
    assert "cannot pickle" in told
    assert "jupyter_flow/" not in told


def test_ordinary_errors_look_as_ever(notebook: Any) -> None:
    notebook.fails("1 / 0")
    assert "----> 1 1 / 0" in notebook.printed()


def test_cells_are_named_in_a_text(notebook: Any) -> None:
    notebook.run("def f(): ...")
    file = notebook["f"].__code__.co_filename
    number = notebook.shell.compile.format_code_name(file)[1]
    text = f'  File "{file}", line 3, in f\n  File "/else.py", line 1, in g\n'
    assert with_cells(notebook.shell, text) == f'  Cell {number}, line 3, in f\n  File "/else.py", line 1, in g\n'


def test_frames_of_a_kernels_cells_show_the_line_that_failed(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel names its cells like files, which are never written."""
    monkeypatch.setattr(notebook.shell.compile, "get_code_name", lambda raw, code, number: f"/gone/{hash(raw)}.py")
    notebook.fails("%%electron bad\ndef part(x):\n    return 1 / x\n\nw = [part(x) for x in (1, 0)]")
    told = notebook.printed()
    assert "----> 5 w = [part(x) for x in (1, 0)]" in told.partition("<listcomp>")[2] or sys.version_info >= (3, 12)
    assert "----> 3     return 1 / x" in told
    notebook.run("%%lattice ana -q -p alpha=0.1\nx = 1\ny = 1 / 0\ny")
    notebook.fails("%dispatch ana()")
    assert "----> 3 y = 1 / 0" in notebook.printed()
    notebook.run("%%lattice -q\ndef roots(n):\n    return [root(i) for i in range(n)]")
    notebook.fails("%dispatch roots(3)")
    assert "----> 3 def" not in notebook.printed()


def test_what_is_written_wrongly_is_told_without_generated_code(notebook: Any) -> None:
    notebook.run("import jupyter_flow as jf")
    notebook.fails("jf.electron(retries=-1)")
    told = notebook.printed()
    assert "retries=-1: a whole number is expected" in told
    assert "__create_fn__" not in told


def test_dispatching_what_a_lattice_returned_is_told_how_to_be_written(notebook: Any) -> None:
    error = notebook.fails("import jupyter_flow as jf\njf.dispatch(jf.lattice(lambda n: n)(3))")
    assert "write dispatch(lattice)(inputs)" in str(error)


def test_a_map_over_a_name_that_nobody_defined_is_told_at_once(notebook: Any) -> None:
    error = notebook.fails("%%electron m --map fold=folds\nz = fold + 1")
    assert "name 'folds' is not defined" in str(error)


def test_a_failed_step_between_electrons_is_told_once(notebook: Any) -> None:
    notebook.run("%%electron -q -x inline\ndef same(x): return x")
    notebook.run("%%lattice item -q\nsame(1)[0]")
    notebook.fails("%dispatch item()")
    told = notebook.printed().partition("Traceback (most")[2]
    assert told.count("'int' object is not subscriptable") == 1
    assert "in a step of the lattice, node 1: same[0](" in told
