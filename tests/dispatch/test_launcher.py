import signal
import threading
import time

import pytest

from jupyter_flow.dispatch.launcher import Launcher, aside
from jupyter_flow.model.errors import SessionClosed


def test_the_value_and_the_error_come_from_its_own_thread() -> None:
    launcher = Launcher()
    assert launcher.do(lambda: threading.current_thread().name, id) == "jupyter-flow-launcher"
    with pytest.raises(ZeroDivisionError):
        launcher.do(lambda: 1 / 0, id)
    launcher.close()


def test_a_closed_one_refuses_and_keeps_nobody_waiting() -> None:
    launcher = Launcher()
    launcher.do(launcher.close, id)
    for _ in range(2):
        with pytest.raises(SessionClosed):
            launcher.do(lambda: "value", id)


def test_what_is_interrupted_is_done_to_its_end_and_then_undone() -> None:
    launcher, begun, interrupted, undone = Launcher(), threading.Event(), threading.Event(), threading.Event()
    told: list[str] = []

    def slow() -> str:
        begun.set()
        interrupted.wait(10)
        time.sleep(0.2)
        told.append("done")
        return "value"

    def interrupt() -> None:
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        interrupted.set()

    def undo(value: str) -> None:
        told.append(f"undone {value}")
        undone.set()

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        launcher.do(slow, undo)
    assert undone.wait(10)
    assert told == ["done", "undone value"]
    launcher.close()


def test_what_is_done_aside_is_done_to_its_end_whatever_interrupts_the_wait() -> None:
    begun, interrupted, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        interrupted.wait(10)
        done.set()

    def interrupt() -> None:
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        aside(slow)
    interrupted.set()
    assert done.wait(10)
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 / 0)
