import threading
from typing import Any

import pytest

from jupyter_flow.resources.switchboard import Switchboard


def test_a_ring_that_comes_while_the_bell_is_taken_in_is_not_lost() -> None:
    board = Switchboard("test", lambda ready: None, lambda: None)
    board._thread = threading.current_thread()  # no thread of its own: this one takes the bell in

    class Bell:
        """Somebody rings just before what it holds is read."""

        def recv(self, size: int) -> bytes:
            board.ring()
            return inner.recv(size)

    inner, outer = board._bell
    board._bell = (Bell(), outer)  # type: ignore[assignment]
    board.ring()
    board._hush()
    board.ring()
    assert inner.recv(10) == b"!"
    board._bell = (inner, outer)
    board.close()


def test_what_it_is_told_is_done_on_its_thread_and_followed_by_a_turn() -> None:
    turned, done = threading.Event(), list[str]()

    def turn(ready: list[Any]) -> None:
        if done:
            turned.set()

    board = Switchboard("its-own", turn, lambda: None)
    board.tell(lambda: done.append(threading.current_thread().name))
    assert turned.wait(10)
    assert done == ["its-own"]
    board.stop()
    board.close()


def test_what_it_is_told_after_its_end_is_done_at_once() -> None:
    board = Switchboard("its-own", lambda ready: None, lambda: None)
    board.stop()
    done: list[str] = []
    board.tell(lambda: done.append(threading.current_thread().name))
    assert done == [threading.current_thread().name]
    board.close()


def test_it_can_be_stopped_while_another_thread_starts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    class Slow(threading.Thread):
        def start(self) -> None:
            begun.set()
            go.wait(10)
            super().start()

    board = Switchboard("test", lambda ready: None, lambda: None)
    ringing = threading.Thread(target=board.ring)
    monkeypatch.setattr("jupyter_flow.resources.switchboard.threading.Thread", Slow)
    ringing.start()
    begun.wait(10)
    threading.Timer(0.1, go.set).start()
    board.stop()
    ringing.join()
    board.close()
