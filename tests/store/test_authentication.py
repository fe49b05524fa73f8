import os
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreUntrusted
from jupyter_flow.store import Key, key_path
from tests.store.samples import python


def test_equal_parts_have_one_tag_and_others_another() -> None:
    key = Key.load()
    tag = key.mac(b"run", b"node")
    assert tag == Key.load().mac(b"run", b"node")
    assert tag != key.mac(b"run", b"nod")


def test_a_tag_tells_where_its_parts_end() -> None:
    key = Key.load()
    assert key.mac(b"ab", b"c") != key.mac(b"a", b"bc")


def test_the_key_is_made_once_and_found_again() -> None:
    assert Key.load().mac(b"x") == Key.load().mac(b"x")


def test_processes_that_want_the_first_key_at_once_get_the_same() -> None:
    code = "import sys; from jupyter_flow.store import Key; sys.stdin.read(); print(Key.load().mac(b'x').hex())"
    processes = [python(code) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    tags = set()
    for process in processes:
        assert process.stdout is not None
        tags.add(process.stdout.read())
        process.stdout.close()
        assert process.wait(60) == 0
    assert len(tags) == 1


def test_a_key_that_others_can_read_is_refused() -> None:
    Key.load()
    key_path().chmod(0o644)
    with pytest.raises(StoreUntrusted, match="mode 644"):
        Key.load()


def test_a_key_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    Key.load()
    monkeypatch.setattr(os, "geteuid", lambda: key_path().stat().st_uid + 1)
    with pytest.raises(StoreUntrusted, match="belongs to user"):
        Key.load()


def test_a_key_that_was_cut_off_is_refused() -> None:
    Key.load()
    key_path().write_bytes(b"short")
    with pytest.raises(StoreUntrusted, match="5 bytes"):
        Key.load()


def test_a_pipe_in_place_of_the_key_is_refused() -> None:
    Key.load()
    key_path().unlink()
    os.mkfifo(key_path(), 0o600)
    with pytest.raises(StoreUntrusted):
        Key.load()


def test_a_key_can_lie_where_one_says(tmp_path: Path) -> None:
    Key.load(tmp_path / "keys" / "mine")
    assert (tmp_path / "keys" / "mine").stat().st_size == 32
