from typing import Any

import pytest

from jupyter_flow.notebook import waiting
from jupyter_flow.notebook.waiting import ProgressLine
from jupyter_flow.resources.threads import ThreadResource

STEPS = """
import jupyter_flow as jf
@jf.electron(executor="thread")
def one(): return 1
@jf.lattice
def ones(): return [one(), one()]
"""


@pytest.fixture
def done(notebook: Any) -> str:
    notebook.run(STEPS)
    notebook.run("id = jf.dispatch(ones)()\nid.result()")
    notebook.printed()
    return str(notebook["id"])


def test_progress_counts_electrons(done: str) -> None:
    assert waiting.progress(done) == "ones: 2 of 2 electrons"


def test_progress_says_what_is_waited_for(done: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ThreadResource, "status", "a cluster starts", raising=False)
    assert waiting.progress(done) == "ones: 2 of 2 electrons · a cluster starts"


@pytest.mark.usefixtures("attended")
def test_a_line_is_written_over_and_leaves_nothing(
    done: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    line = ProgressLine(lambda: waiting.progress(done))
    line.tick()
    line.clear()
    shown = capsys.readouterr().out.split("\r")
    assert shown[1].startswith("ones: 2 of 2 electrons · ")
    assert shown[2:] == [" " * len(shown[1]), ""]


def test_nobody_is_shown_a_line(done: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    line = ProgressLine(lambda: waiting.progress(done))
    line.tick()
    line.clear()
    assert capsys.readouterr().out == ""


def test_an_interrupt_says_that_the_dispatch_goes_on(
    done: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), waiting.watching(done):
        raise KeyboardInterrupt
    told = f"interrupted: the dispatch goes on; to stop it: %jupyter_flow cancel {done[:8]}\n"
    assert capsys.readouterr().out == told


def test_without_the_magics_an_interrupt_says_what_python_to_paste(
    done: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(waiting, "running", lambda: None)
    with pytest.raises(KeyboardInterrupt), waiting.watching(done):
        raise KeyboardInterrupt
    assert capsys.readouterr().out.endswith(f"to stop it: import jupyter_flow; jupyter_flow.cancel('{done}')\n")
