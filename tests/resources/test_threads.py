import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import InlineExecutor, ThreadExecutor
from tests.resources import gates

Run = Callable[..., Any]
Eventually = Callable[..., None]
KINDS = pytest.mark.parametrize("executor", [ThreadExecutor(), InlineExecutor()], ids=["thread", "inline"])


@pytest.fixture(autouse=True)
def _gates() -> Iterator[None]:
    """Whatever waits is let go in the end, so that no thread stays."""
    gates.reset()
    yield
    gates.gate.set()


@KINDS
def test_a_timeout_gives_the_thread_up_and_drops_what_it_returns_later(
    run: Run, executor: Any, eventually: Eventually
) -> None:
    @jf.electron(timeout=0.2)
    def stuck() -> str:
        gates.stuck()
        gates.seen.append(1)
        return "too late"

    @jf.electron
    def after(value: str) -> str:
        return value

    @jf.electron
    def other() -> str:
        return "fine"

    @jf.lattice(executor=executor)
    def flow() -> None:
        after(stuck())
        other()

    outcome = run(flow)
    assert [str(node.status) for node in outcome.nodes] == ["FAILED", "SKIPPED", "COMPLETED"]
    assert outcome.nodes[0].error.kind == "timed_out"
    gates.gate.set()
    eventually(lambda: gates.seen)
    again = jf.get_result(outcome.dispatch_id)
    assert [str(node.status) for node in again.nodes] == ["FAILED", "SKIPPED", "COMPLETED"]
    assert again.nodes[0].output is None


@KINDS
def test_an_electron_that_was_always_short_still_has_its_timeout(run: Run, executor: Any) -> None:
    @jf.electron(timeout=0.3)
    def step(stuck: bool) -> int:
        if stuck:
            gates.stuck()
        return 1

    @jf.lattice(executor=executor)
    def flow(stuck: bool) -> None:
        for _ in range(20):
            step(False)
        step(stuck)

    assert run(flow, False).status == "COMPLETED"
    outcome = run(flow, True)
    assert outcome.nodes[-1].error.kind == "timed_out"
    assert {str(node.status) for node in outcome.nodes[:-1]} == {"COMPLETED"}


@KINDS
def test_cancel_replaces_the_thread_and_the_next_dispatch_runs(run: Run, executor: Any, eventually: Eventually) -> None:
    @jf.electron
    def stuck() -> None:
        gates.stuck()

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor=executor)
    def held() -> None:
        stuck()

    @jf.lattice(executor=executor)
    def free() -> Any:
        return one()

    id = jf.dispatch(held)()
    assert gates.running.wait(30)
    id.cancel()
    assert jf.get_result(id, wait=True, timeout=5).nodes[0].status == "CANCELLED"
    assert run(free).result == 1


@KINDS
def test_what_a_thread_had_done_before_the_one_that_is_cancelled_stands(executor: Any, run: Run) -> None:
    @jf.electron
    def step(n: int) -> int:
        if n == 5:
            gates.stuck()
        return n

    @jf.lattice(executor=executor)
    def warm() -> None:
        for n in range(3):
            step(n)

    @jf.lattice(executor=executor)
    def flow() -> None:
        for n in range(12):
            step(n)

    run(warm)
    id = jf.dispatch(flow)()
    assert gates.running.wait(30)
    jf.cancel(id, 5)
    outcome = jf.get_result(id, wait=True, timeout=20)
    assert [str(n.status) for n in outcome.nodes] == ["CANCELLED" if n == 5 else "COMPLETED" for n in range(12)]


def test_a_long_electron_does_not_hold_up_those_behind_it(run: Run) -> None:
    @jf.electron
    def step(stuck: bool) -> int:
        if stuck:
            gates.stuck()
        return 1

    @jf.electron
    def release(*before: int) -> None:
        gates.gate.set()

    @jf.lattice(executor="thread")
    def warm() -> None:
        for _ in range(6):
            step(False)

    @jf.lattice(executor="thread")
    def flow() -> None:
        steps = [step(node == 3) for node in range(60)]
        release(*steps[:3], *steps[4:])

    run(warm)
    assert run(flow).status == "COMPLETED"


def test_a_limit_holds_while_others_run_beside_it(run: Run) -> None:
    @jf.electron(executor=ThreadExecutor(workers=1, log_stdout="a"))
    def alone() -> None:
        gates.count("one", "all")

    @jf.electron(executor=ThreadExecutor(workers=4, log_stdout="b"))
    def together() -> None:
        gates.count("all")

    @jf.lattice
    def flow() -> None:
        for _ in range(20):
            alone()
            together()

    assert run(flow).status == "COMPLETED"
    assert gates.most["one"] == 1
    assert 2 <= gates.most["all"] <= 5


def test_threads_share_objects_along_a_chain(run: Run) -> None:
    @jf.electron
    def make() -> dict[str, int]:
        value = {"a": 1}
        gates.seen.append(id(value))
        return value

    @jf.electron
    def same(value: dict[str, int]) -> dict[str, int]:
        gates.seen.append(id(value))
        return value

    @jf.lattice(executor="thread")
    def flow() -> Any:
        value = make()
        for _ in range(30):
            value = same(value)
        return value

    for _ in range(3):
        gates.seen.clear()
        assert run(flow).result == {"a": 1}
        assert len(gates.seen) == 31
        assert len(set(gates.seen)) == 1


@KINDS
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_whatever_an_electron_raises_is_its_failure_and_no_threads_end(run: Run, executor: Any, error: Any) -> None:
    @jf.electron
    def raises() -> None:
        raise error

    @jf.lattice(executor=executor)
    def flow() -> None:
        raises()

    for _ in range(3):
        (node,) = run(flow).nodes
        assert (node.error.kind, node.error.type) == ("raised", type(error).__name__)


def test_trouble_around_an_electron_fails_it_and_keeps_its_thread(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_flow.worker.threadrunner import ThreadRunner

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice(executor="thread")
    def flow() -> list[Any]:
        return [one() for _ in range(5)]

    def refuse(*args: Any) -> Any:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ThreadRunner, "run", refuse)
        outcome = run(flow)
    assert {node.error.kind for node in outcome.nodes} == {"store"}
    assert run(flow).result == [1] * 5


def test_a_listener_that_fails_keeps_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    @jf.electron(executor="thread")
    def one() -> int:
        gates.stuck()
        return 1

    @jf.lattice
    def flow() -> Any:
        return one()

    def listener(*told: Any) -> None:
        raise RuntimeError("a widget's mistake")

    id = jf.dispatch(flow)()
    run = jf.session().run(id)
    assert run is not None
    run.listeners.append(listener)
    gates.gate.set()
    assert id.result(20) == 1
    assert "a widget's mistake" in caplog.text


@KINDS
def test_a_process_that_a_thread_forks_does_not_go_on_as_the_kernel(run: Run, executor: Any, tmp_path: Path) -> None:
    note = tmp_path / "note"

    @jf.electron
    def forks(how: str) -> int:
        pid = os.fork()
        if pid == 0:
            note.write_text(how)
            if how == "raise":
                raise ValueError("in the child")
            if how == "exit":
                sys.exit(7)
            return -1
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    @jf.lattice(executor=executor)
    def flow() -> list[Any]:
        return [forks("return"), forks("raise"), forks("exit")]

    assert run(flow).result == [0, 1, 7]


def test_output_from_c_in_a_thread_reaches_the_users_terminal_and_not_a_crash(run: Run) -> None:
    @jf.electron(executor="thread")
    def from_c() -> int:
        return ctypes.CDLL(None).getpid()  # type: ignore[no-any-return]

    @jf.lattice
    def flow() -> Any:
        return from_c()

    assert run(flow).result == os.getpid()


def test_many_small_dispatches_at_once_from_several_threads_all_end(run: Run) -> None:
    @jf.electron
    def add(n: int, m: int) -> int:
        return n + m

    @jf.lattice(executor="thread")
    def flow(n: int) -> Any:
        return add(add(n, 1), add(n, 2))

    found: dict[int, list[Any]] = {}

    def some(number: int) -> None:
        found[number] = [jf.dispatch(flow)(number + n).result(60) for n in range(25)]

    threads = [threading.Thread(target=some, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [2 * (number + n) + 3 for n in range(25)] for number in range(6)}
