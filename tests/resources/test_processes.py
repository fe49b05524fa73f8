# ruff: noqa: T201 - what electrons print is part of this
import contextlib
import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.resources.starter import Starter

Run = Callable[..., Any]
Pids = Callable[[], list[int]]
Eventually = Callable[..., None]


def mark(folder: str, node: int) -> None:
    """Note that a node ran, by one byte more."""
    with open(os.path.join(folder, str(node)), "a") as file:
        file.write("|")


def marks(folder: Path) -> dict[int, int]:
    return {int(path.name): len(path.read_text()) for path in folder.iterdir()}


def measure(run: Run, electron: Any, *args: Any) -> None:
    """Run an electron a few times, so that its like travel in batches."""

    @jf.lattice
    def several() -> None:
        for _ in range(6):
            electron(*args)

    run(several)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


# death ------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_of_a_batch_costs_only_what_it_ran(run: Run, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    folder = tmp_path / "marks"
    nowhere.mkdir()
    folder.mkdir()

    @jf.electron
    def step(where: str, node: int, victim: int) -> int:
        mark(where, node)
        if node == victim:
            os.kill(os.getpid(), signal.SIGKILL)
        return node

    measure(run, step, str(nowhere), 0, -1)

    @jf.lattice(executor=LocalExecutor(workers=1))
    def flow(victim: int) -> list[int]:
        return [step(str(folder), node, victim) for node in range(100)]

    outcome = run(flow, 41)
    states = [node.status for node in outcome.nodes]
    assert outcome.status == "FAILED"
    assert states[41] == "FAILED"
    assert [states.count(status) for status in ("COMPLETED", "FAILED")] == [99, 1]
    assert marks(folder) == dict.fromkeys(range(100), 1)
    failure = outcome.nodes[41].error
    assert failure.kind == "worker_lost"
    assert "SIGKILL" in failure.message
    assert [node.output for node in outcome.nodes if node.id != 41] == [n for n in range(100) if n != 41]


def test_a_segmentation_fault_leaves_its_traceback_with_its_node(run: Run) -> None:
    @jf.electron
    def crash() -> None:
        print("before the crash")
        ctypes.string_at(0)

    @jf.lattice
    def flow() -> None:
        crash()

    (node,) = run(flow).nodes
    assert node.error.kind == "worker_lost"
    assert "SIGSEGV" in node.error.message
    assert node.stdout == "before the crash\n"
    assert "Segmentation fault" in node.stderr
    assert "in crash" in node.stderr


@pytest.mark.parametrize("code", [0, 3])
def test_an_electron_that_leaves_its_process_is_lost_with_the_exit_code(run: Run, tmp_path: Path, code: int) -> None:
    @jf.electron
    def leave() -> None:
        mark(str(tmp_path), 0)
        os._exit(code)

    @jf.lattice
    def flow() -> None:
        leave()

    (node,) = run(flow).nodes
    assert node.error.kind == "worker_lost"
    assert f"exited with code {code}" in node.error.message
    assert marks(tmp_path) == {0: 1}


def test_a_signal_without_a_name_is_told_by_its_number(run: Run) -> None:
    number = signal.SIGRTMIN + 7

    @jf.electron
    def die() -> None:
        os.kill(os.getpid(), number)
        time.sleep(60)

    @jf.lattice
    def flow() -> None:
        die()

    (node,) = run(flow).nodes
    assert f"signal {int(number)}" in node.error.message


def test_a_loss_is_repeated_as_often_as_retries_say_and_every_attempt_is_kept(run: Run, tmp_path: Path) -> None:
    @jf.electron(retries=2)
    def at_last() -> str:
        mark(str(tmp_path), 0)
        if marks(tmp_path)[0] < 3:
            print("attempt", marks(tmp_path)[0])
            os._exit(9)
        return "well"

    @jf.lattice
    def flow() -> Any:
        return at_last()

    outcome = run(flow)
    assert outcome.result == "well"
    (node,) = outcome.nodes
    kinds = [attempt.failure.kind if attempt.failure else None for attempt in node.attempts]
    assert kinds == ["worker_lost", "worker_lost", None]
    assert [attempt.stdout for attempt in node.attempts] == [b"attempt 1\n", b"attempt 2\n", None]


def test_idle_workers_that_die_are_replaced_silently(run: Run, processes: Pids, eventually: Eventually) -> None:
    @jf.electron
    def where() -> int:
        return os.getpid()

    @jf.lattice
    def flow() -> list[Any]:
        return [where() for _ in range(10)]

    before = processes()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    outcome = run(flow)
    assert outcome.status == "COMPLETED"
    assert not set(outcome.result) & set(before)


def test_workers_that_die_while_they_start_are_replaced(
    run: Run, processes: Pids, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    from jupyter_flow.resources import starter

    real, killed = starter.start, list[int]()

    def start(*args: Any) -> Any:
        process, channel = real(*args)
        if len(killed) < 2:
            killed.append(process.pid)
            process.kill()
        return process, channel

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> Any:
        return one()

    monkeypatch.setattr(starter, "start", start)
    before = processes()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not set(before) & set(processes()))
    assert run(flow).result == 1
    assert killed


def test_where_no_worker_can_be_started_electrons_fail_and_say_why(
    run: Run, processes: Pids, monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    from jupyter_flow.resources import starter

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> list[Any]:
        return [one() for _ in range(20)]

    def refuse(*args: Any) -> Any:
        raise OSError("no more processes")

    with monkeypatch.context() as patch:
        patch.setattr(starter, "start", refuse)
        for pid in processes():
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not processes())
        outcome = run(flow)
    assert outcome.status == "FAILED"
    assert {node.error.kind for node in outcome.nodes} == {"worker_lost"}
    assert "no more processes" in outcome.nodes[0].error.message
    assert run(flow).result == [1] * 20


def test_the_death_of_the_process_that_starts_workers_runs_nothing_twice(
    run: Run, processes: Pids, tmp_path: Path, eventually: Eventually
) -> None:
    from multiprocessing import forkserver

    @jf.electron
    def step(n: int) -> int:
        mark(str(tmp_path), n)
        time.sleep(0.005)
        return n

    @jf.lattice
    def flow() -> list[Any]:
        return [step(n) for n in range(300)]

    measure(run, step, 1000)
    id = jf.dispatch(flow)()
    eventually(lambda: len(list(tmp_path.iterdir())) > 20)
    workers = len(processes())
    os.kill(forkserver._forkserver._forkserver_pid, signal.SIGKILL)  # type: ignore[attr-defined]
    outcome = jf.get_result(id, wait=True, timeout=30)
    (tmp_path / "1000").unlink()
    assert set(marks(tmp_path).values()) <= {0, 1}  # 0: its worker ended between the two steps of making a mark
    failed = [node for node in outcome.nodes if node.status != "COMPLETED"]
    assert len(failed) <= workers
    assert {node.error.kind for node in failed} <= {"worker_lost"}
    assert run(flow).status == "COMPLETED"


def test_nothing_fails_that_had_not_begun_when_the_process_that_starts_workers_dies_again_and_again(
    run: Run, processes: Pids, eventually: Eventually
) -> None:
    from multiprocessing import forkserver

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> list[Any]:
        return [one() for _ in range(20)]

    def server() -> int:
        pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        return pid or 0

    killed = [server()]
    os.kill(killed[0], signal.SIGKILL)
    eventually(lambda: not processes())
    id = jf.dispatch(flow)()
    while len(killed) < 6:  # each as soon as it is there, long before it has started anything
        eventually(lambda: server() not in (0, killed[-1]))
        killed.append(server())
        os.kill(killed[-1], signal.SIGKILL)
    assert id.result(30) == [1] * 20


def test_where_no_thread_is_to_be_had_for_a_while_workers_are_started_later(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    start = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if "jupyter-flow-start" in self.name and len(refused) < 3:
            refused.append(self.name)
            raise RuntimeError("can't start new thread")
        start(self)

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> Any:
        return one()

    jf.session().close()  # the next has no workers yet
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert jf.dispatch(flow)().result(20) == 1
    assert len(refused) == 3


# stopping ---------------------------------------------------------------------------------


def test_a_chain_cancelled_in_the_middle_stops_and_nothing_runs_afterwards(
    tmp_path: Path, eventually: Eventually
) -> None:
    counter = tmp_path / "counter"

    @jf.electron
    def link(n: int) -> int:
        with open(counter, "a") as file:
            file.write("|")
        return n + 1

    @jf.lattice
    def chain() -> Any:
        n = 0
        for _ in range(10_000):
            n = link(n)
        return n

    id = jf.dispatch(chain)()
    eventually(lambda: counter.exists() and counter.stat().st_size > 300)
    id.cancel()
    assert jf.get_result(id, wait=True, timeout=5).status == "CANCELLED"
    eventually(lambda: not next(r for r in jf.session().resources if r.kind == "local").running)
    size = counter.stat().st_size
    assert size < 10_000
    time.sleep(0.3)
    assert counter.stat().st_size == size


def test_cancel_ends_the_processes_an_electron_has_started(tmp_path: Path, eventually: Eventually) -> None:
    note = tmp_path / "pid"

    @jf.electron
    def nest() -> None:
        script = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
        child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        note.write_text(f"{child.pid} {child.stdout.readline()}")
        child.wait()

    @jf.lattice
    def flow() -> None:
        nest()

    id = jf.dispatch(flow)()
    eventually(lambda: note.exists() and len(note.read_text().split()) == 2)
    id.cancel()
    pids = [int(pid) for pid in note.read_text().split()]
    eventually(lambda: all(map(gone, pids)), 5)
    assert jf.get_result(id, wait=True).nodes[0].status == "CANCELLED"


@pytest.mark.parametrize("how", ["cancel", "cancel of a fork", "death"])
def test_what_an_electron_detached_ends_with_it_too(run: Run, tmp_path: Path, eventually: Eventually, how: str) -> None:
    note = tmp_path / "pid"

    @jf.electron
    def detach(how: str) -> None:
        script = "import os, time; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); "
        script += f"open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
        if how != "cancel of a fork":
            subprocess.run([sys.executable, "-c", script], check=True)
        elif not (child := os.fork()):
            exec(script)  # it has no name that it could be known by, and soon no parent
            os._exit(0)
        else:
            os.waitpid(child, 0)
        while not note.exists() or not note.read_text():
            time.sleep(0.01)
        if how == "death":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)

    @jf.lattice
    def flow() -> None:
        detach(how)

    id = jf.dispatch(flow)()
    eventually(lambda: note.exists() and note.read_text())
    assert how == "death" or not gone(int(note.read_text()))
    if how != "death":
        id.cancel()
    eventually(lambda: gone(int(note.read_text())), 5)
    jf.get_result(id, wait=True)


def test_a_timeout_stops_what_ignores_signals(run: Run, tmp_path: Path, eventually: Eventually) -> None:
    note = tmp_path / "pid"

    @jf.electron(timeout=0.5)
    def stubborn() -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        note.write_text(str(os.getpid()))
        while True:
            time.sleep(0.05)

    @jf.lattice
    def flow() -> None:
        stubborn()

    (node,) = run(flow).nodes
    assert (node.status, node.error.kind) == ("FAILED", "timed_out")
    eventually(lambda: gone(int(note.read_text())), 5)


def test_a_timeout_is_repeated_as_retries_say_even_with_one_worker(run: Run, tmp_path: Path) -> None:
    @jf.electron(timeout=1, retries=2, executor=LocalExecutor(workers=1))
    def slow_at_first(folder: str) -> str:
        import os  # nothing of this module: to import that may take longer than the timeout
        import time

        os.mkdir(f"{folder}/{len(os.listdir(folder))}")
        if len(os.listdir(folder)) < 3:
            time.sleep(60)
        return "well"

    @jf.lattice
    def flow() -> Any:
        return slow_at_first(str(tmp_path))

    outcome = run(flow)
    assert outcome.result == "well"
    assert [a.failure.kind for a in outcome.nodes[0].attempts[:-1]] == ["timed_out", "timed_out"]


def test_what_was_cancelled_while_it_waited_for_a_worker_never_runs(tmp_path: Path, eventually: Eventually) -> None:
    @jf.electron(executor=LocalExecutor(workers=1))
    def step(node: int) -> int:
        mark(str(tmp_path), node)
        while not (tmp_path.parent / "go").exists():
            time.sleep(0.01)
        return node

    (tmp_path / "0").touch()

    @jf.lattice
    def flow() -> list[Any]:
        return [step(node) for node in range(6)]

    id = jf.dispatch(flow)()
    eventually(lambda: (tmp_path / "0").stat().st_size)
    jf.cancel(id, [2, 3, 5])
    (tmp_path.parent / "go").touch()
    outcome = jf.get_result(id, wait=True)
    assert [str(node.status) for node in outcome.nodes] == [
        "COMPLETED", "COMPLETED", "CANCELLED", "CANCELLED", "COMPLETED", "CANCELLED",
    ]  # fmt: skip
    assert outcome.status == "CANCELLED"
    assert sorted(marks(tmp_path)) == [0, 1, 4]


def test_a_retry_cancelled_before_it_began_reads_the_same_here_and_in_the_store(eventually: Eventually) -> None:
    limited = LocalExecutor(workers=1)

    @jf.electron(executor=limited, retries=5)
    def fails() -> None:
        raise ValueError("once")

    @jf.electron(executor=limited)
    def holds() -> None:
        time.sleep(60)

    @jf.lattice
    def flow() -> None:
        fails()
        holds()

    id = jf.dispatch(flow)()
    eventually(lambda: jf.session().result(id).nodes[1].status == "RUNNING")
    jf.cancel(id)
    here = jf.get_result(id, wait=True)
    jf.session()._memory.clear()
    stored = jf.get_result(id)
    for outcome in (here, stored):
        assert [str(node.status) for node in outcome.nodes] == ["CANCELLED", "CANCELLED"]
        assert [a.failure.kind for a in outcome.nodes[0].attempts][:1] == ["raised"]
        assert outcome.nodes[0].attempts[-1].failure.kind == "cancelled"
    assert len(here.nodes[0].attempts) == len(stored.nodes[0].attempts)


# sharing out ------------------------------------------------------------------------------


def test_what_does_not_fit_into_the_channel_at_once_follows(run: Run) -> None:
    @jf.electron
    def part(n: int) -> bytes:
        return bytes([n]) * 30_000  # small enough to travel with the message

    @jf.electron
    def lengths(*parts: bytes) -> int:
        return sum(map(len, parts))

    @jf.lattice
    def flow() -> Any:
        return lengths(*[part(n) for n in range(40)])

    assert run(flow).result == 40 * 30_000


def test_one_long_electron_does_not_hold_up_those_behind_it(run: Run, tmp_path: Path, processes: Pids) -> None:
    go = tmp_path / "go"

    @jf.electron
    def step(long: bool) -> int:
        while long and not go.exists():
            time.sleep(0.01)
        return 1

    @jf.electron
    def release(*before: int) -> None:
        go.touch()

    measure(run, step, False)

    @jf.lattice
    def flow() -> None:
        steps = [step(node == 3) for node in range(60)]
        release(*steps[:3], *steps[4:])  # would wait for ever if one of them lay behind the long one

    assert run(flow).status == "COMPLETED"


def test_what_waits_for_a_limit_does_not_keep_others_behind_a_long_electron(
    run: Run, tmp_path: Path, processes: Pids
) -> None:
    go = tmp_path / "go"
    limited = LocalExecutor(workers=1)

    @jf.electron
    def step(long: bool) -> int:
        while long and not go.exists():
            time.sleep(0.01)
        return 1

    @jf.electron(executor=limited)
    def patient() -> None:
        while not go.exists():
            time.sleep(0.01)

    @jf.electron
    def release(*before: int) -> None:
        go.touch()

    measure(run, step, False)

    @jf.lattice(executor=LocalExecutor(workers=3))
    def flow() -> None:
        for _ in range(3):
            patient()
        steps = [step(node == 3) for node in range(60)]
        release(*steps[:3], *steps[4:])

    assert run(flow).status == "COMPLETED"


def test_a_second_dispatch_runs_while_a_first_of_thousands_does() -> None:
    @jf.electron
    def nothing(n: int) -> int:
        return n

    @jf.lattice
    def large() -> None:
        for n in range(20_000):
            nothing(n)

    @jf.lattice
    def small() -> list[Any]:
        return [nothing(n) for n in range(10)]

    first = jf.dispatch(large)()
    second = jf.dispatch(small)()
    assert second.result(60) == list(range(10))
    ended = jf.get_result(second).end_time
    whole = jf.get_result(first, wait=True, timeout=60)
    assert whole.status == "COMPLETED"
    assert ended is not None
    assert whole.end_time is not None
    assert ended < whole.end_time


def overlaps(nodes: list[Any]) -> int:
    """How many of these nodes ran at once, at most."""
    events = [(n.start_time, 1) for n in nodes] + [(n.end_time, -1) for n in nodes]
    running = most = 0
    for _, change in sorted(events, key=lambda event: (event[0], event[1])):
        running += change
        most = max(most, running)
    return most


def test_executors_that_differ_share_the_workers_and_keep_their_own_limits(run: Run, processes: Pids) -> None:
    one, two = LocalExecutor(workers=1, log_stdout="a.log"), LocalExecutor(workers=2, log_stdout="b.log")

    @jf.electron(executor=one)
    def alone() -> int:
        time.sleep(0.03)
        return os.getpid()

    @jf.electron(executor=two)
    def together() -> int:
        time.sleep(0.03)
        return os.getpid()

    @jf.lattice
    def flow() -> None:
        for _ in range(8):
            alone()
            together()

    outcome = run(flow)
    assert outcome.status == "COMPLETED"
    assert {node.resource for node in outcome.nodes} == {"local"}
    assert overlaps([node for node in outcome.nodes if node.name == "alone"]) == 1
    assert overlaps(outcome.nodes) >= 2


def test_ten_thousand_executor_objects_are_one_resource(run: Run, processes: Pids) -> None:
    @jf.electron
    def where() -> int:
        return os.getpid()

    @jf.lattice
    def flow() -> list[Any]:
        return [where.with_options(executor=LocalExecutor(log_stdout="one.log"))() for _ in range(10_000)]

    outcome = run(flow)
    assert outcome.status == "COMPLETED"
    assert len([info for info in jf.session().resources if info.kind == "local"]) == 1
    assert set(outcome.result) <= set(processes())
    assert len(outcome.lattice.transport_graph.executors) == 1


def test_an_electron_of_two_cores_runs_alone_on_two_workers(run: Run, processes: Pids) -> None:
    narrow, wide = LocalExecutor(log_stdout="n"), LocalExecutor(log_stdout="w")
    cores = next(info.workers for info in jf.session().resources if info.kind == "local")

    @jf.electron(executor=narrow)
    def small() -> None:
        time.sleep(0.02)

    @jf.electron(executor=wide, cores=cores)
    def large() -> None:
        time.sleep(0.02)

    @jf.lattice
    def flow() -> None:
        for _ in range(5):
            small()
            large()
            small()

    outcome = run(flow)
    assert outcome.status == "COMPLETED"
    taken = [(n.start_time, n.end_time, cores if n.name == "large" else 1) for n in outcome.nodes]
    for start, _, _ in taken:
        assert sum(many for begin, end, many in taken if begin <= start < end) <= cores


def test_more_cores_than_there_are_workers_is_refused_at_once(processes: Pids) -> None:
    cores = next(info.workers for info in jf.session().resources if info.kind == "local") + 1

    @jf.electron(cores=cores)
    def large() -> None:
        pass

    @jf.lattice
    def flow() -> None:
        large()

    with pytest.raises(jf.errors.BuildError, match=f"cores={cores}"):
        jf.dispatch(flow)()


def test_a_worker_that_was_told_to_go_is_lost_if_the_kernel_stays(run: Run) -> None:
    @jf.electron
    def leaving() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    @jf.lattice
    def flow() -> Any:
        return leaving()

    (node,) = run(flow).nodes
    assert (node.status, node.error.kind) == ("FAILED", "worker_lost")
    assert "SIGTERM" in node.error.message


def test_an_error_in_the_thread_that_serves_workers_holds_up_nothing(
    run: Run, processes: Pids, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from jupyter_flow.resources.switchboard import Switchboard

    real, failures = Switchboard._obey, list[int]()

    def obey(board: Switchboard) -> None:
        if len(failures) < 5:
            failures.append(1)
            raise RuntimeError("a mistake of ours")
        real(board)

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> Any:
        return one()

    monkeypatch.setattr(Switchboard, "_obey", obey)
    assert run(flow).result == 1
    assert len(failures) == 5
    assert "goes on" in caplog.text


def test_closing_leaves_no_process_and_a_new_session_starts_afresh(run: Run, processes: Pids) -> None:
    before = processes()
    assert before
    journals = jf.session().store.root / "journals"
    own = journals / jf.session().store.session_id
    jf.session().close()
    assert all(map(gone, before))
    assert not own.exists()

    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> Any:
        return one()

    assert run(flow).result == 1


def test_closing_while_workers_start_leaves_none_of_them(eventually: Eventually) -> None:
    @jf.electron
    def one() -> int:
        return 1

    @jf.lattice
    def flow() -> None:
        for _ in range(8):
            one()

    for pause in (0, 0.02, 0.05, 0.1, 0.2):
        jf.session().close()
        before = {process.pid for process in psutil.Process().children(recursive=True)}
        id = jf.dispatch(flow)()
        time.sleep(pause)
        session = jf.session()
        session.close()
        assert id.status in ("INTERRUPTED", "COMPLETED")
        helpers = {p.pid for p in psutil.Process().children(recursive=False)}
        eventually(lambda: {p.pid for p in psutil.Process().children(recursive=True)} <= before | helpers)  # noqa: B023


def test_what_waits_for_the_first_workers_says_that_they_start(
    eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, made = threading.Event(), Starter._made
    monkeypatch.setattr(Starter, "_made", lambda self, name: (gate.wait(60), made(self, name))[1])
    jf.session().close()
    try:
        id = jf.dispatch(jf.lattice(jf.electron(abs)))(-2)
        run = jf.session().run(id)
        assert run is not None
        eventually(lambda: run.held_up() == "workers start")
    finally:
        gate.set()
    assert id.result() == 2
    assert run.held_up() == ""


def test_files_of_a_journal_go_when_what_they_tell_is_on_disk(run: Run, eventually: Eventually) -> None:
    @jf.electron
    def some(n: int) -> bytes:
        return bytes([n % 256]) * 30_000

    @jf.lattice
    def flow() -> list[Any]:
        return [some(n) for n in range(600)]

    outcome = run(flow)
    assert [node.output[0] for node in outcome.nodes] == [n % 256 for n in range(600)]
    journals = jf.session().store.root / "journals" / jf.session().store.session_id
    eventually(lambda: max(int(path.suffix[1:]) for path in journals.glob("*.[0-9]*")) > 0)
    workers = {path.stem for path in journals.glob("*.out")}
    eventually(lambda: len(list(journals.glob("*.[0-9]*"))) == len(workers))


def test_the_journal_of_a_dead_worker_stays_until_what_it_tells_is_on_disk(
    run: Run, tmp_path: Path, processes: Pids, eventually: Eventually
) -> None:
    go = tmp_path / "go"

    @jf.electron
    def wait() -> int:
        while not go.exists():
            time.sleep(0.01)
        return os.getpid()

    @jf.lattice
    def flow() -> Any:
        return wait()

    workers = processes()
    id = jf.dispatch(flow)()
    session = jf.session()
    journals = session.store.root / "journals" / session.store.session_id
    live = session.run(id)
    assert live is not None
    eventually(lambda: live.begun)
    before = set(journals.glob("*.0"))
    with contextlib.closing(sqlite3.connect(session.store.root / "index.sqlite3", isolation_level=None)) as index:
        index.execute("BEGIN IMMEDIATE")  # nobody else writes
        go.touch()
        eventually(lambda: live.machine.done)
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: not set(workers) & {pid for info in session.resources for pid in info.pids})
        assert before <= set(journals.glob("*.0"))
        index.execute("ROLLBACK")
    assert id.result() in workers
    eventually(lambda: not before & set(journals.glob("*.0")))
