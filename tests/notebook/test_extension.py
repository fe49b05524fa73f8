import sys
from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.notebook import extension, tracebacks


def magic(shell: Any, name: str, kind: str = "line") -> Any:
    return shell.magics_manager.magics[kind].get(name)


def test_loading_twice_changes_nothing(notebook: Any) -> None:
    before = magic(notebook.shell, "dispatch")
    hooks = len(notebook.shell.events.callbacks["pre_run_cell"])
    extension.load(notebook.shell)
    assert magic(notebook.shell, "dispatch") is before
    assert len(notebook.shell.events.callbacks["pre_run_cell"]) == hooks


def test_load_ext_loads_it(bare: Any) -> None:
    bare.run_cell("%load_ext jupyter_flow").raise_error()
    assert magic(bare, "electron", "cell") is not None


def test_a_name_of_another_extension_is_left_alone_and_said(bare: Any, capsys: pytest.CaptureFixture[str]) -> None:
    bare.register_magic_function(lambda line: f"theirs {line}", "line", "result")
    extension.load(bare)
    assert capsys.readouterr().out.startswith("another extension has %result, and keeps it")
    assert bare.run_line_magic("result", "x") == "theirs x"


def test_the_long_form_works_where_a_name_is_taken(bare: Any) -> None:
    bare.register_magic_function(lambda line: None, "line", "dispatch")
    extension.load(bare)
    bare.run_cell("%%jupyter_flow electron -q -x thread\ndef one(): return 1").raise_error()
    bare.run_cell("%jupyter_flow dispatch -o run one()").raise_error()
    assert bare.user_ns["run"].result() == 1


def test_the_long_form_lists_its_verbs(notebook: Any) -> None:
    error = notebook.fails("%jupyter_flow electron")
    assert isinstance(error, UsageError)
    assert "dispatch, executor, graph, result" in str(error)


def test_unloading_takes_everything_back(notebook: Any) -> None:
    shell = notebook.shell
    extension.unload(shell)
    assert magic(shell, "dispatch") is None
    assert magic(shell, "electron", "cell") is None
    assert not hasattr(shell.showtraceback, tracebacks.MARK)
    assert not [c for c in shell.events.callbacks["post_run_cell"] if "jupyter_flow" in c.__module__]


def test_importing_in_a_running_shell_brings_the_displays(bare: Any) -> None:
    extension.arrive()
    bare.run_cell("import jupyter_flow as jf\n@jf.electron(executor='thread')\ndef one(): return 1").raise_error()
    bare.run_cell("id = jf.dispatch(jf.lattice(one))()").raise_error()
    data, _ = bare.display_formatter.format(bare.user_ns["id"])
    assert data["text/plain"] == "one: 1 electron · 1 on thread · COMPLETED"
    assert magic(bare, "dispatch") is None


def test_loading_opens_no_session(monkeypatch: pytest.MonkeyPatch, bare: Any) -> None:
    monkeypatch.setattr(sys.modules["jupyter_flow.session"], "Session", None)
    monkeypatch.setattr(sys.modules["jupyter_flow.session"], "_current", None)
    extension.load(bare)
    bare.run_cell("%executor io thread").raise_error()
    bare.run_cell("%%electron -x io\ndef f(): ...").raise_error()
