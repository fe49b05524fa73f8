from typing import Any

import pytest
from IPython.core.error import UsageError

from jupyter_flow.notebook.headless import headless
from jupyter_flow.session import session


def told(notebook: Any, line: str) -> str:
    notebook.printed()
    notebook.run(line)
    return str(notebook.printed())


def test_the_settings_are_told(notebook: Any) -> None:
    names = [line.split()[:2] for line in told(notebook, "%flow config").splitlines()]
    assert names == [
        ["setting", "value"], ["auto", "off"], ["budget", "none"], ["durability", "process"], ["executor", "local"],
        ["headless", "auto"], ["quiet", "off"], ["store", "by"],
    ]  # fmt: skip


def test_a_setting_is_changed_and_told(notebook: Any) -> None:
    for line in ("auto on", "quiet on", "executor thread", "headless on"):
        name, value = line.split()
        assert told(notebook, f"%flow config {line}") == f"{name} is {value}\n"
        assert told(notebook, f"%flow config {name}").splitlines()[1].split()[:2] == [name, value]
    told(notebook, "%flow config headless auto")
    assert told(notebook, "%flow auto") == "auto is on: what gets stale is run after every cell\n"


def test_where_electrons_run_by_default_is_the_one_that_executor_tells(notebook: Any) -> None:
    notebook.run("%executor few thread -n 2")
    notebook.run("%flow config executor few")
    assert told(notebook, "%%electron one\nx = 1") == "one() → x · few\n"


def test_quiet_cells_say_nothing(notebook: Any) -> None:
    notebook.run("%flow config quiet on")
    for cell in ("%%electron one\nx = 1", "%%electron\ndef two(): return 1", "%%lattice\ndef three(): return two()"):
        assert told(notebook, cell) == ""


def test_whether_somebody_looks_on_is_decided(notebook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", "0")
    assert told(notebook, "%flow config headless").splitlines()[1].split()[1] == "off"
    assert str(session().store.root) in told(notebook, "%flow config store")
    notebook.run("%flow config headless on")
    assert headless(notebook.shell)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "colour red",
            "is called 'colour'; there are auto, budget, durability, executor, headless, quiet, store",
        ),
        ("auto maybe", "auto is on or off"),
        ("headless 1", "headless is on, off or auto"),
        ("executor nowhere", "no executor is called 'nowhere'; there are local"),
        ("store /tmp", "JUPYTER_FLOW_STORE"),
        ("durability full", "JUPYTER_FLOW_DURABILITY"),
        ("budget 20GB", "JUPYTER_FLOW_BUDGET"),
        ("auto on off", "%flow config NAME VALUE"),
    ],
)
def test_what_cannot_be_set_says_what_can(notebook: Any, line: str, why: str) -> None:
    error = notebook.fails(f"%flow config {line}")
    assert isinstance(error, UsageError)
    assert why in str(error)
