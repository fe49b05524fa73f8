import gc
import threading
import weakref
from contextvars import Context

from jupyter_flow.worker import capture, subthreads


def test_a_thread_started_elsewhere_begins_as_ever_and_one_of_an_electron_with_its_context() -> None:
    subthreads.install()
    subthreads.install()
    found: list[object] = []

    def start() -> None:
        thread = threading.Thread(target=lambda: found.append(capture.WRITING.get()))
        thread.start()
        thread.join()

    start()
    streams = capture.NOTHING.copy()

    def electron() -> None:
        capture.WRITING.set(streams)
        start()

    Context().run(electron)
    assert found[0] is None
    assert found[1] is streams
    assert streams[capture.INHERITED]


def test_a_thread_of_a_kind_of_its_own_runs_its_own_method_and_is_let_go() -> None:
    subthreads.install()
    ran: list[object] = []

    class Own(threading.Thread):
        def run(self) -> None:
            ran.append(capture.WRITING.get())

    def electron() -> "weakref.ref[Own]":
        capture.WRITING.set(capture.NOTHING.copy())
        thread = Own()
        thread.start()
        thread.join()
        return weakref.ref(thread)

    gc.disable()
    try:
        assert Context().run(electron)() is None
    finally:
        gc.enable()
    assert ran[0] is not None
