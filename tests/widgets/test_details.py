"""All about a node: of one that runs, that failed, that was skipped, that was taken from the cache."""

import sys
import time
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.display import encoded, joined
from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING, SKIPPED, Failure
from jupyter_flow.model.pickles import dumps
from jupyter_flow.widgets.briefs import brief, outline, sized
from jupyter_flow.widgets.details import Selected
from jupyter_flow.widgets.printed import TAIL, displayed, tail
from jupyter_flow.widgets.source import source_of
from jupyter_flow.widgets.trouble import name_files_with, trouble, users
from tests.waiting import until

from .scripted import fan, scripted


@jf.electron(executor="thread")
def chatty(gate: str, token: str = "secret") -> int:
    """Prints, shows a bar, and waits for a file."""
    print("\x1b[32mat work\x1b[0m")  # noqa: T201
    print("\r 40%|####      | 4/10 [00:01<00:02,  3.00it/s]", end="", file=sys.stderr, flush=True)  # noqa: T201
    while not Path(gate).exists():
        time.sleep(0.005)
    return 7


@jf.electron(executor="thread", retries=1)
def failing(value: int) -> int:
    """Fails."""
    raise ValueError(f"no good: {value}")


@jf.electron(executor="thread")
def after(value: int) -> int:
    """Is skipped."""
    return value


@jf.lattice
def troubled(gate: str) -> Any:
    """One that fails, and one that needs it."""
    return after(failing(chatty(gate, token="t0ps3cret")))


def details(id: str, node: int) -> Any:
    """What a page is told of a node."""
    source = source_of(id)
    (told,) = Selected("v", source, source, node).again()
    return told


def test_a_node_is_told_of_while_it_runs_and_when_it_failed_or_was_skipped(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    id = jf.dispatch(troubled)(str(gate))
    until(lambda: "at work" in (now := details(id, 0))["stdout"]["text"] and now["progress"] is not None)
    told = details(id, 0)
    assert (told["status"], told["progress"], told["where"]["resource_kind"]) == (RUNNING, 0.4, "thread")
    assert told["attempts"][-1]["end"] is None
    assert "cancel" in told["can"]
    assert "t0ps3cret" not in str(told)
    gate.touch()
    jf.get_result(id, wait=True)
    done, failed, skipped = (details(id, node) for node in range(3))
    assert (done["status"], done["has_output"], done["progress"]) == (COMPLETED, True, None)
    assert (failed["status"], len(failed["attempts"])) == (FAILED, 2)
    assert failed["inputs"] == [{"name": "value", "producer": 0, "text": "7", "whole": True, "size": len(dumps(7))}]
    assert failed["trouble"]["lines"].rstrip().endswith("ValueError: no good: 7")
    assert "rerun" in failed["can"]
    assert (skipped["status"], skipped["attempts"], skipped["trouble"]) == (SKIPPED, [], None)


def test_what_has_not_changed_is_not_told_again() -> None:
    source, facts = scripted(fan(3))
    facts.end()
    selected = Selected("v", source, source, 1)
    assert len(selected.look()) == 1
    assert selected.changed() == []
    facts.set(1, COMPLETED)
    assert [told["status"] for told in selected.changed()] == [COMPLETED]


def test_of_long_output_the_end_is_shown_and_what_is_left_out_counted() -> None:
    source, _ = scripted(fan(1))
    text = ("é" * TAIL).encode()
    told = tail(source, b"x" + text)
    assert set(told["text"]) == {"é"}
    assert told["cut"] + len(told["text"].encode()) == len(text) + 1
    assert tail(source, None) == {"text": "", "cut": 0}


def test_displays_are_shown_in_the_way_that_says_most_and_large_ones_named() -> None:
    source, _ = scripted(fan(1))
    data = [
        {"text/plain": "<Figure>", "image/png": "aGk="},
        {"text/html": ["<b>", "bold</b>"], "text/plain": "bold"},
        {"application/x-own": {"a": 1}},
        {"text/html": "x" * 5_000_000},
    ]
    told = displayed(source, joined([encoded(one, {}) for one in data]))
    assert [one["mime"] for one in told] == ["image/png", "text/html", "text/plain", "text/plain"]
    assert told[1]["data"] == "<b>bold</b>"
    assert told[2]["data"] == "application/x-own: not shown here"
    assert "too large" in told[3]["data"]


class Attack:
    """Unpickling it would do something."""

    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit",)


def test_values_are_not_unpickled_unless_they_are_plain() -> None:
    assert brief(dumps(5)) == "5"
    assert brief(dumps("text")) == "'text'"
    assert outline(dumps([1, 2])).startswith("list, ")
    assert outline(dumps(Attack())).endswith(" bytes")
    assert brief(dumps([1, 2])) is brief(dumps(Attack())) is None
    assert len(brief(dumps("x" * 400)) or "") in range(1, 200)
    assert [sized(n) for n in (5, 1500, 2000, 999_999, 2_500_000)] == ["5 bytes", "1.5 kB", "2 kB", "1 MB", "2.5 MB"]


TRACEBACK = f"""Traceback (most recent call last):
  File "/home/me/cell.py", line 3, in fit
    solve(x)
  File "{sys.base_prefix}/lib/python3.11/site-packages/lib/solver.py", line 9, in solve
    raise ValueError("singular")
ValueError: singular
"""


def test_the_users_own_lines_come_first_and_the_rest_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_flow.widgets.trouble._named", [])
    told = trouble(Failure("raised", "ValueError", "singular", TRACEBACK))
    assert told is not None
    assert told["lines"].splitlines() == [
        "Traceback (most recent call last):", '  File "/home/me/cell.py", line 3, in fit', "    solve(x)",
        "ValueError: singular",
    ]  # fmt: skip
    assert "solver.py" in told["folded"]
    name_files_with(lambda text: text.replace('File "/home/me/cell.py"', "Cell In[3]"))
    named = trouble(Failure("raised", "ValueError", "singular", TRACEBACK))
    assert named is not None
    assert "Cell In[3], line 3" in named["lines"]


def test_a_traceback_without_lines_of_the_user_is_shown_whole() -> None:
    text = TRACEBACK.replace("/home/me/", f"{sys.base_prefix}/lib/python3.11/")
    assert users(text) == text
    assert users("") == ""
