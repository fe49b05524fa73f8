"""Where the kernel stands, as it is taken along."""

import os
import sys
from pathlib import Path

import pytest

from jupyter_flow.dispatch.moment import moment


def test_it_is_one_object_as_long_as_nothing_changes() -> None:
    assert moment() is moment()


def test_what_changes_later_does_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = moment()
    kept = before.cwd, tuple(before.sys_path), dict(before.environ)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLACE", "here")
    monkeypatch.syspath_prepend("/nowhere")
    assert (before.cwd, before.sys_path, before.environ) == kept
    after = moment()
    assert (after.cwd, after.environ["PLACE"], after.sys_path[0]) == (os.getcwd(), "here", "/nowhere")
    assert after.sys_path == tuple(sys.path)


def test_a_folder_that_was_removed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError):
        moment()
