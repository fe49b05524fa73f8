import threading
import time
from pathlib import Path

import pytest

from jupyter_flow.dispatch import listening
from jupyter_flow.dispatch.listening import Listener
from jupyter_flow.store import Store
from jupyter_flow.store.requests import Request, Requests


class Counted(Requests):
    looks = 0

    def serve(self, act: object) -> None:
        self.looks += 1
        super().serve(act)  # type: ignore[arg-type]


@pytest.fixture
def requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setattr(listening, "LOOK", 0.01)
    store = Store.open(tmp_path / "store")
    return Counted(store.root, store.session_id, store._sealer)


def test_it_looks_while_something_runs_and_only_then(requests: Counted) -> None:
    running, heard = {"one"}, threading.Event()
    listener = Listener(requests, lambda: bool(running), lambda request: heard.set())
    listener.wake()
    requests.ask(Request("one", None))
    assert heard.wait(10)
    running.clear()
    looks = -1
    while requests.looks != looks:
        looks = requests.looks
        time.sleep(0.1)
    requests.ask(Request("one", None))
    time.sleep(0.1)
    assert requests.looks == looks
    running.add("two")
    heard.clear()
    listener.wake()
    assert heard.wait(10)
    listener.close()


def test_no_request_and_no_thread_outlives_it(requests: Counted) -> None:
    before = threading.active_count()
    listener = Listener(requests, lambda: True, lambda request: time.sleep(0.01))
    listener.wake()
    listener.close()
    assert threading.active_count() == before
    asked = requests.ask(Request("one", None))
    listener.close()
    assert not asked.exists()


def test_what_was_never_woken_has_no_thread(requests: Counted) -> None:
    before = threading.active_count()
    Listener(requests, lambda: True, lambda request: None).close()
    assert threading.active_count() == before


def test_an_error_does_not_end_it(requests: Counted) -> None:
    heard: list[Request] = []

    def act(request: Request) -> None:
        heard.append(request)
        raise RuntimeError

    listener = Listener(requests, lambda: True, act)
    listener.wake()
    for name in ("a", "b"):
        asked = requests.ask(Request(name, None))
        while asked.exists():
            time.sleep(0.01)
    assert [request.run for request in heard] == ["a", "b"]
    listener.close()
