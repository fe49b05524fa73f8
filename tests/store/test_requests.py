import os
from pathlib import Path

import pytest

from jupyter_flow.store import Store
from jupyter_flow.store.requests import Request, Requests

ALL = Request("a", None)
SOME = Request("b", (1, 2))


@pytest.fixture
def store(root: Path) -> Store:
    return Store.open(root)


def served(requests: Requests) -> list[Request]:
    done: list[Request] = []
    requests.serve(done.append)
    return done


def folder(store: Store) -> Path:
    return store.root / "requests" / store.session_id


def test_what_is_asked_is_done_once_and_leaves_nothing(store: Store) -> None:
    files = [store.requests(store.session_id).ask(request) for request in (ALL, SOME)]
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert sorted(served(store.requests())) == [ALL, SOME]
    assert not any(file.exists() for file in files)
    assert not folder(store).exists()
    assert served(store.requests()) == []


def test_a_request_to_one_session_is_none_to_another(store: Store, root: Path) -> None:
    other = Store.open(root)
    asked = store.requests(other.session_id).ask(ALL)
    folder(store).mkdir()
    (folder(store) / asked.name).write_bytes(asked.read_bytes())
    assert served(store.requests()) == []
    assert served(other.requests()) == [ALL]


def test_the_tag_is_over_all_of_it(store: Store) -> None:
    asked = store.requests().ask(ALL)
    data = asked.read_bytes()
    for forged in (data.replace(b"a", b"c", 1), b"", b"[]", b"\xff\x00", b'["x", 3]', b'["x", "zz"]'):
        asked.write_bytes(forged)
        assert served(store.requests()) == []
        folder(store).mkdir(exist_ok=True)
    asked.with_name("0" * 16).write_bytes(data)
    assert served(store.requests()) == []


def test_a_link_is_not_followed(store: Store, tmp_path: Path) -> None:
    asked = store.requests().ask(ALL)
    os.rename(asked, tmp_path / "elsewhere")
    asked.symlink_to(tmp_path / "elsewhere")
    assert served(store.requests()) == []
    assert (tmp_path / "elsewhere").exists()


def test_one_that_cannot_be_done_keeps_no_other_from_being_done(store: Store) -> None:
    done: list[Request] = []

    def act(request: Request) -> None:
        done.append(request)
        raise ValueError

    store.requests().ask(ALL)
    store.requests().ask(SOME)
    store.requests().serve(act)
    assert sorted(done) == [ALL, SOME]


def test_they_end_with_their_session(store: Store) -> None:
    store.requests().ask(ALL)
    store.requests().close()
    assert not folder(store).exists()
