import importlib
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow import DepsBash, DepsCall, DepsModule, DepsPip
from jupyter_flow.model.hooks import Hook, hooks


def kinds(found: tuple[Hook, ...]) -> list[str]:
    return [type(hook).__name__ for hook in found]


def test_each_argument_takes_one_or_several_plain_or_wrapped() -> None:
    before, after = hooks("echo", ["a", "b"], "json", print, [print, DepsCall(len)])
    assert kinds(before) == ["DepsModule", "DepsBash", "DepsPip", "DepsCall"]
    assert kinds(after) == ["DepsCall", "DepsCall"]
    before, after = hooks(DepsBash(["a", "b"]), DepsPip("x"), ["json", pickle], (DepsBash("c"), print))
    assert kinds(before) == ["DepsModule", "DepsModule", "DepsBash", "DepsPip", "DepsBash", "DepsCall"]
    assert hooks() == ((), ())


def test_a_call_is_made_with_its_arguments() -> None:
    assert DepsCall(pow, [2, 3]).apply() == 8
    assert DepsCall(sorted, [[1, 2]], {"reverse": True}).apply() == [2, 1]


def test_a_call_keeps_its_arguments_as_they_were_listed() -> None:
    args, kwargs = [1], {"a": 1}
    call = DepsCall(dict, args, kwargs)
    args.append(2)
    kwargs["b"] = 2
    assert (call.args, call.kwargs) == ([1], {"a": 1})


def test_a_shell_command_that_fails_stops_those_after_it(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError, match="exit 3"):
        DepsBash(["touch one", "exit 3", "touch two"]).apply()
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_packages_are_asked_for_without_questions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    listed = tmp_path / "requirements.txt"
    listed.write_text("b\n\nc==1\n")
    DepsPip("a", reqs_path=str(listed)).apply()
    DepsPip().apply()
    assert asked == [[sys.executable, "-m", "pip", "install", "--no-input", "a", "b", "c==1"]]


def test_a_module_travels_to_a_process_that_cannot_import_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "homemade.py").write_text("rate = 7\ndef scaled(x):\n    return x * rate\n")
    monkeypatch.syspath_prepend(tmp_path)
    data = pickle.dumps(DepsModule("homemade"))
    monkeypatch.delitem(sys.modules, "homemade")
    (tmp_path / "homemade.py").unlink()
    importlib.invalidate_caches()
    hook = pickle.loads(data)
    assert sys.modules["homemade"].scaled(2) == 14
    hook.apply()


def test_a_hook_without_a_deed_says_so() -> None:
    with pytest.raises(NotImplementedError):
        Hook().apply()
