"""Timeouts, cancels and interrupts, within the five seconds that are promised. Threads cannot be killed, and say so."""

import time

import psutil
import pytest

from tests.faults.kernels import ON_DASK, SOON, Fresh
from tests.waiting import until

THREADS = pytest.mark.parametrize("executor", ["thread", "inline"])

BEATS = """
@jf.electron(timeout=2)
def beats():
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    pathlib.Path(FOLDER, "pid").write_text(str(os.getpid()))
    while not pathlib.Path(FOLDER, "over").exists():
        touch("heart")
        time.sleep(0.01)
    return "too late"
def flow():
    return plus(beats(), 1), plus(1, 1)
"""


def timed_out(kernel: Fresh, executor: str) -> str:
    """What a timeout of two seconds says, when it has come within the promised time."""
    kernel.goes(BEATS)
    kernel.begin_dispatch(executor)
    assert kernel.ask("ended(id)") == ["FAILED", "SKIPPED", "COMPLETED"]
    kind, type_, message, _ = kernel.ask("errors(id)[0]")
    assert (kind, type_) == ("timed_out", "ElectronTimeout")
    took = "(lambda node: (node.end_time - node.start_time).total_seconds())(jf.get_result(id).nodes[0])"
    assert 2 <= kernel.ask(took) < SOON
    return str(message)


def test_d08_a_timeout_ends_work_that_ignores_signals_and_its_heart_stops(kernel: Fresh) -> None:
    timed_out(kernel, "local")
    worker = int((kernel.folder / "pid").read_text())
    until(lambda: not psutil.pid_exists(worker), SOON)
    assert kernel.ask("works('local')") == 4


@THREADS
def test_d08_a_timeout_gives_up_a_thread_says_that_it_may_still_run_and_puts_another_in_its_place(
    kernel: Fresh, executor: str
) -> None:
    assert "its thread may still run" in timed_out(kernel, executor)
    before = kernel.bytes_of("heart")
    until(lambda: kernel.bytes_of("heart") > before)  # so it is, and it holds nobody up:
    assert kernel.ask(f"works({executor!r})") == 4
    kernel.open("over")
    kernel.goes("eventually(lambda: not any('given up' in t.name for t in threading.enumerate()))")
    assert kernel.ask("states(id)") == ["FAILED", "SKIPPED", "COMPLETED"]
    assert kernel.ask("jf.get_result(id).nodes[0].output") is None


STARTS = """
@jf.electron
def starts():
    child = subprocess.Popen(["sleep", "60"])
    pathlib.Path(FOLDER, "pid").write_text(str(child.pid))
    gate("started")
    return child.wait()
def flow():
    return plus(starts(), 1)
"""


def cancelled(kernel: Fresh, executor: str) -> tuple[str, int]:
    """What a cancelled electron says, and the process that it has started, at the end of the promised time."""
    kernel.goes(STARTS)
    kernel.begin_dispatch(executor)
    kernel.reached("started")
    pid = int((kernel.folder / "pid").read_text())
    began = time.monotonic()
    kernel.goes("id.cancel()")
    assert kernel.ask("ended(id)") == ["CANCELLED", "CANCELLED"]
    assert time.monotonic() - began < SOON
    assert kernel.ask("str(id.status)") == "CANCELLED"
    kind, _, message, _ = kernel.ask("errors(id)[0]")
    assert kind == "cancelled"
    return str(message), pid


def test_d09_cancel_ends_an_electron_and_the_process_it_has_started(kernel: Fresh) -> None:
    _, pid = cancelled(kernel, "local")
    until(lambda: not psutil.pid_exists(pid), SOON)
    assert kernel.ask("works('local')") == 4


@THREADS
def test_d09_cancel_gives_up_a_thread_and_says_that_it_may_still_run(kernel: Fresh, executor: str) -> None:
    message, pid = cancelled(kernel, executor)
    try:
        assert "its thread may still run" in message
        assert kernel.ask(f"works({executor!r})") == 4
    finally:
        psutil.Process(pid).kill()


@pytest.mark.parametrize("executor", ["local", "thread", "inline", ON_DASK])
def test_d10_an_interrupt_ends_the_waiting_and_not_the_work_and_says_how_to_cancel(
    kernel: Fresh, executor: str
) -> None:
    kernel.goes(
        """
        @jf.electron
        def work(name):
            gate(name)
            return name
        def flow():
            return [work("a"), work("b")]
        """
    )
    kernel.begin_dispatch(executor)
    kernel.reached("a")
    took = []
    for waits in ("jf.get_result(id, wait=True)", "await id"):
        waiting = kernel.send(waits)
        kernel.until(lambda waiting=waiting: "0 of 2 electrons" in waiting.text)
        began = time.monotonic()
        kernel.interrupt()
        kernel.ends(waiting)
        took.append(time.monotonic() - began)
        assert waiting.error.startswith(("KeyboardInterrupt", "CancelledError"))
        assert "%jupyter_flow cancel" in waiting.text
    assert min(took) < 2  # of two: the machine may be busy
    kernel.open("a", "b")
    assert kernel.ask("ended(id)") == ["COMPLETED", "COMPLETED"]
    assert kernel.ask("id.result()") == ["a", "b"]
    assert kernel.ask(f"works({executor!r})") == 4
    assert all(process.is_running() for process in kernel.below())
