"""Sessions, with real processes: scripts that use the package, and what is left of them afterwards."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import SessionClosed
from tests.waiting import until

ROOT = Path(__file__).parent.parent
SCRIPT = """
    import os, sys, time
    import jupyter_flow as jf

    @jf.electron
    def where(n):
        return n, os.getpid()

    @jf.lattice
    def flow():
        return [where(n) for n in range(4)]

    result = jf.dispatch_sync(flow)()
    print(result.status, [n for n, _ in result.result], os.getpid() not in {pid for _, pid in result.result})
"""
TOLD = "COMPLETED [0, 1, 2, 3] True\n"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "FLOW_TEST": f"{os.getpid()}-{time.monotonic_ns()}"}


def left_of(env: dict[str, str]) -> list[psutil.Process]:
    """The processes that still live of a program started with this environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FLOW_TEST") == env["FLOW_TEST"] and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def nothing_left(env: dict[str, str]) -> None:
    end = time.monotonic() + 5
    while left := left_of(env):
        assert time.monotonic() < end, left
        time.sleep(0.05)


def write(path: Path, script: str) -> Path:
    path.write_text(textwrap.dedent(script))
    return path


def finished(command: list[str], env: dict[str, str], **more: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False, **more)
    assert done.returncode == 0, done.stderr
    nothing_left(env)
    return done


# scripts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["script", "module", "standard input", "command"])
def test_a_script_without_a_main_guard_runs_ends_and_leaves_nothing(tmp_path: Path, how: str) -> None:
    path, env = write(tmp_path / "a_script.py", SCRIPT), environment()
    command = {
        "script": ["a_script.py"],
        "module": ["-m", "a_script"],
        "standard input": ["-"],
        "command": ["-c", path.read_text()],
    }[how]
    source = path.read_text() if how == "standard input" else None
    done = finished([sys.executable, *command], env, cwd=tmp_path, input=source)
    assert (done.stdout, done.stderr) == (TOLD, "")


def test_a_script_that_does_not_wait_still_has_its_work_done(tmp_path: Path) -> None:
    script = """
        import time
        import jupyter_flow as jf

        @jf.electron
        def write(n):
            time.sleep(0.1)
            open(f"made_{n}", "w").close()

        @jf.lattice
        def flow():
            for n in range(4):
                write(n)

        jf.dispatch(flow)()
    """
    done = finished([sys.executable, str(write(tmp_path / "script.py", script))], environment(), cwd=tmp_path)
    assert done.stderr == ""
    assert len(list(tmp_path.glob("made_*"))) == 4


@pytest.mark.parametrize("executor", ["local", "thread", "inline"])
def test_a_script_that_fails_after_dispatching_ends_with_its_own_error(tmp_path: Path, executor: str) -> None:
    script = f"""
        import jupyter_flow as jf

        @jf.lattice(executor={executor!r})
        def flow():
            return jf.electron(abs)(-1)

        jf.dispatch_sync(flow)()
        raise SystemExit("its own error")
    """
    env = environment()
    command = [sys.executable, str(write(tmp_path / "script.py", script))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "its own error\n")
    nothing_left(env)


LONG = """
    import subprocess, sys, time
    import jupyter_flow as jf

    @jf.electron
    def long(n):
        open(f"started_{n}", "w").close()
        subprocess.run(["sleep", "60"])

    @jf.electron
    def short():
        open("short", "w").close()
        return "kept"

    @jf.lattice
    def flow():
        first = short()
        one, two = long(0), long(1)
        jf.wait(one, [first])
        jf.wait(two, [first])

    id = jf.dispatch(flow)()
    open("id", "w").write(id)
    id.result()
"""


def test_nothing_lives_after_a_kernel_that_was_killed_and_its_work_is_in_doubt(tmp_path: Path) -> None:
    env = environment()
    with subprocess.Popen([sys.executable, str(write(tmp_path / "script.py", LONG))], env=env, cwd=tmp_path) as process:
        until(lambda: len(list(tmp_path.glob("started_*"))) == 2)
        assert len(left_of(env)) > 3
        process.kill()
    nothing_left(env)
    outcome = jf.get_result((tmp_path / "id").read_text())
    assert outcome.status == "INTERRUPTED"
    assert outcome.nodes[0].output == "kept"
    assert outcome.nodes[1].status not in ("COMPLETED", "FAILED")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_lives_after_a_script_that_was_told_to_stop_in_its_wait(tmp_path: Path, number: int) -> None:
    env = environment()
    script = LONG.replace("id.result()", "id.result(); raise SystemExit('not reached')")
    with subprocess.Popen(
        [sys.executable, str(write(tmp_path / "script.py", script))], env=env, cwd=tmp_path, stderr=subprocess.PIPE
    ) as process:
        until(lambda: len(list(tmp_path.glob("started_*"))) == 2)
        process.send_signal(number)
        if (
            number == signal.SIGINT
        ):  # an interrupt stops the waiting, not the work: the script waits for that at its end
            time.sleep(0.5)
            process.send_signal(number)
        assert process.wait(10) != 0
    nothing_left(env)


def test_an_interrupt_of_the_whole_group_ends_the_waiting_and_not_the_work(tmp_path: Path) -> None:
    script = """
        import os, time
        import jupyter_flow as jf

        @jf.electron
        def work(n):
            open(f"started_{n}", "w").close()
            while not os.path.exists("go"):
                time.sleep(0.01)
            return n

        @jf.lattice
        def flow():
            return [work(0), work(1)]

        id = jf.dispatch(flow)()
        try:
            id.result()
        except KeyboardInterrupt:
            open("interrupted", "w").close()
            print(id.status, flush=True)
        open("go", "w").close()
        print(id.result(), jf.dispatch(flow)().result())
    """
    env = environment()
    with subprocess.Popen(
        [sys.executable, str(write(tmp_path / "script.py", script))],
        env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        until(lambda: len(list(tmp_path.glob("started_*"))) == 2)
        os.killpg(process.pid, signal.SIGINT)
        until((tmp_path / "interrupted").exists, 2)
        assert process.stdout is not None
        assert process.stdout.read() == "RUNNING\n[0, 1] [0, 1]\n"
        assert process.wait(30) == 0
    nothing_left(env)


def test_interrupts_while_workers_start_stop_none_of_them(tmp_path: Path) -> None:
    script = """
        import jupyter_flow as jf

        @jf.electron
        def one():
            return 1

        @jf.lattice
        def flow():
            return [one() for _ in range(8)]

        id = jf.dispatch(flow)()
        while True:
            try:
                open("dispatched", "w").close()
                print(id.result(), flush=True)
                break
            except KeyboardInterrupt:
                continue
    """
    env = environment()
    with subprocess.Popen(
        [sys.executable, str(write(tmp_path / "script.py", script))],
        env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        until((tmp_path / "dispatched").exists)
        for _ in range(12):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.01)
        assert process.stdout is not None
        assert process.stdout.read().startswith("[1, 1, 1")
    nothing_left(env)


# from one process to another ----------------------------------------------------------------


@jf.electron
def double(n: int) -> int:
    return 2 * n


@jf.lattice
def doubled(n: int) -> Any:
    return double(double(n))


def in_another_process(body: str) -> str:
    script = "import sys\nimport jupyter_flow as jf\n" + textwrap.dedent(body)
    return finished([sys.executable, "-c", script], environment(), cwd=ROOT).stdout


def test_a_dispatch_is_read_in_another_process() -> None:
    id = jf.dispatch(doubled)(5)
    id.result(60)
    told = in_another_process(f"r = jf.get_result({id!r}); print(r.status, r.result, [n.output for n in r.nodes])")
    assert told == "COMPLETED 20 [10, 20]\n"


def test_a_dispatch_is_repeated_in_another_process_with_other_inputs() -> None:
    id = jf.dispatch(doubled)(5)
    id.result(60)
    told = in_another_process(
        f"print(jf.redispatch({id!r})().result(60), jf.redispatch({id!r})(7).result(60), "
        f"jf.redispatch({id!r}, reuse_previous_results=True)().result(60))"
    )
    assert told == "20 28 20\n"


def test_a_dispatch_is_awaited_and_cancelled_elsewhere(tmp_path: Path) -> None:
    @jf.electron
    def held() -> int:
        while not (tmp_path / "go").exists():
            time.sleep(0.01)
        return 1

    @jf.lattice
    def flow() -> Any:
        return held()

    id = jf.dispatch(flow)()
    told = in_another_process(
        f"""
        try:
            jf.get_result({str(id)!r}, wait=True, timeout=0.1)
        except TimeoutError as error:
            print(error)
        try:
            jf.cancel({str(id)!r}, 7)
        except jf.errors.DispatchError as error:
            print(error)
        open({str(tmp_path / "go")!r}, "w").close()
        print(jf.get_result({str(id)!r}, wait=True, timeout=30).result)
        """
    )
    wait, cancel, result = told.splitlines()
    assert "has not ended after 0.1 s" in wait
    assert "has no node 7; it has 1, from 0" in cancel
    assert result == "1"
    id.result(30)
    (tmp_path / "go").unlink()
    id = jf.dispatch(flow)()
    told = in_another_process(
        f"print(jf.cancel({str(id)!r}), jf.get_result({str(id)!r}, wait=True, timeout=30).status)"
    )
    assert told == f"Dispatch {id} cancelled. CANCELLED\n"
    assert jf.get_result(id, wait=True).status == jf.status.CANCELLED


def test_what_has_been_pruned_is_computed_again(tmp_path: Path) -> None:
    @jf.electron(executor="thread")
    def large(n: int) -> bytes:
        with open(tmp_path / "ran", "a") as file:
            file.write("x")
        return bytes([n]) * 100_000

    @jf.lattice
    def flow() -> Any:
        return [large(1), large(2)]

    id = jf.dispatch(flow)()
    assert [len(part) for part in id.result(30)] == [100_000] * 2
    store = jf.session().store
    lost = store.row(store.run(id).serial, 1)
    assert lost is not None
    store.blobs.path(lost.value).unlink()
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert [len(part) for part in again.result(30)] == [100_000] * 2
    assert (tmp_path / "ran").read_text() == "xxx"


def test_a_store_that_grows_too_large_is_told_where_the_dispatch_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter(["the store is too large", ""])
    monkeypatch.setattr("jupyter_flow.store.budget.Budget.look", lambda self: next(looks))
    with pytest.warns(UserWarning, match="too large") as told:
        id = jf.dispatch(doubled)(5)
    assert told[0].filename == __file__
    assert (id.result(60), jf.dispatch(doubled)(6).result(60)) == (20, 24)


def test_a_record_that_nobody_signed_is_named_and_the_others_are_listed() -> None:
    id = jf.dispatch(doubled)(5)
    id.result(60)
    columns = "session, name, status, created, started, ended, electrons, graph, error, attempts, mac"
    forge = f"INSERT INTO run SELECT max(serial) + 1, 'forged', 'forged', NULL, NULL, {columns} FROM run"
    with sqlite3.connect(jf.session().store.root / "index.sqlite3") as index:
        index.execute(forge)
    try:
        with pytest.warns(UserWarning, match=r"has not signed what is on record: 'forged'"):
            assert id in [one.id for one in jf.dispatches()]
    finally:
        with sqlite3.connect(jf.session().store.root / "index.sqlite3") as index:
            index.execute("DELETE FROM run WHERE id = 'forged'")


# errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", [jf.get_result, jf.cancel, lambda id: jf.redispatch(id)()], ids=["get_result", "cancel", "redispatch"]
)
@pytest.mark.parametrize("id", ["nothing-of-that-id", "../../etc/passwd", "", "a\nb"])
def test_an_id_that_is_none_is_named(verb: Callable[[str], Any], id: str) -> None:
    with pytest.raises(jf.errors.UnknownDispatch) as caught:
        verb(id)
    assert repr(id)[1:-1] in str(caught.value)


def test_a_node_that_does_not_exist_is_named() -> None:
    id = jf.dispatch(doubled)(1)
    with pytest.raises(jf.errors.DispatchError, match="no node 17"):
        jf.cancel(id, 17)
    assert id.result(60) == 4


def test_an_unknown_executor_is_refused_with_those_there_are() -> None:
    with pytest.raises(jf.errors.BuildError, match=r"nowhere.*local"):
        jf.dispatch(jf.lattice(executor="nowhere")(doubled.workflow_function))(1)


def test_wrong_arguments_are_refused_before_anything_runs() -> None:
    with pytest.raises(TypeError):
        jf.dispatch(doubled)(1, 2)
    with pytest.raises(TypeError):
        jf.dispatch(doubled)()


def test_an_argument_that_cannot_be_pickled_is_named() -> None:
    with pytest.raises(jf.errors.BuildError, match=r"'n'.*'double'.*lock"):
        jf.dispatch(doubled)(threading.Lock())


@pytest.mark.parametrize("place", ["{tmp}/a_file/store", "/proc/no_place/store"])
def test_a_store_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "a_file").touch()
    root = place.format(tmp=tmp_path)
    script = """
        import jupyter_flow as jf
        try:
            jf.dispatch(jf.lattice(lambda: jf.electron(abs)(1)))()
        except jf.errors.StoreError as error:
            print(error)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = finished(command, environment() | {"JUPYTER_FLOW_STORE": root})
    assert str(Path(root).parent) in done.stdout


def test_a_second_place_is_refused_while_the_session_is_open(tmp_path: Path) -> None:
    jf.session()
    with pytest.raises(jf.errors.DispatchError, match="keeps its results in"):
        jf.session(tmp_path / "elsewhere")


# the end of a session -----------------------------------------------------------------------


def test_whoever_waits_is_let_go_when_the_session_closes(tmp_path: Path) -> None:
    @jf.electron
    def held() -> None:
        (tmp_path / "started").touch()
        time.sleep(60)

    @jf.lattice
    def flow() -> None:
        held()

    session = jf.session()
    id = jf.dispatch(flow)()
    until((tmp_path / "started").exists)
    waiting = threading.Thread(target=session.wait, args=(id,))
    waiting.start()
    session.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert jf.get_result(id).status == "INTERRUPTED"
    assert jf.dispatch(doubled)(1).result(60) == 4


def test_threads_that_finish_after_the_session_closed_do_so_quietly(tmp_path: Path) -> None:
    script = """
        import sys, threading, time
        import jupyter_flow as jf

        threading.excepthook = lambda args: print("a thread failed", args.exc_value)

        @jf.electron(executor="thread")
        def slow():
            time.sleep(0.3)

        @jf.lattice
        def flow():
            for _ in range(40):
                slow()

        jf.dispatch(flow)()
        time.sleep(0.1)
        jf.session().close()
        time.sleep(0.6)
        print("done")
    """
    done = finished([sys.executable, "-c", textwrap.dedent(script)], environment())
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_sessions_may_be_opened_and_closed_again_and_again(tmp_path: Path) -> None:
    here = psutil.Process()
    jf.session().close()
    counts = []
    for _ in range(4):
        assert jf.dispatch(doubled)(1).result(60) == 4
        jf.session().close()
        counts.append((here.num_fds(), len([t for t in threading.enumerate() if t.name.startswith("jupyter-flow")])))
    assert counts[-1][1] == 0
    assert counts[-1][0] <= counts[0][0]


def test_an_interrupted_close_closes_all_the_same_and_the_next_dispatch_has_a_session_of_its_own() -> None:
    first, begun, interrupted = jf.session(), threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        interrupted.wait(30)

    def interrupt() -> None:
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    first.endings.append(hold)
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        first.close()
    assert jf.dispatch_sync(doubled)(5).result == 20  # while the first is still about to close
    interrupted.set()
    first.close()  # waits for the one that was interrupted
    assert jf.session() is not first
    with pytest.raises(SessionClosed):
        first.submit(doubled, (5,), {})
    assert jf.dispatch_sync(doubled)(6).result == 24


def test_electrons_see_the_environment_of_the_kernel_as_it_is_at_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    @jf.electron
    def seen() -> Any:
        import os

        return os.environ.get("JF_LATER"), os.environ.get("JF_GONE")

    @jf.lattice
    def flow() -> Any:
        return seen()

    monkeypatch.setenv("JF_GONE", "still here")
    assert jf.dispatch(flow)().result() == (None, "still here")
    monkeypatch.setenv("JF_LATER", "set")
    monkeypatch.delenv("JF_GONE")
    assert jf.dispatch(flow)().result() == ("set", None)


def test_a_module_of_the_users_own_is_as_it_is_on_disk_at_dispatch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib
    import os

    file = tmp_path / "own_of_session.py"
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(value: int, at: int) -> None:
        file.write_text(f"def answer():\n    return {value}\n")
        os.utime(file, ns=(at, at))

    @jf.electron
    def ask() -> Any:
        return importlib.import_module("own_of_session").answer()

    @jf.lattice
    def flow() -> Any:
        return [ask(), ask()]

    write(1, 10**18)
    assert jf.dispatch(flow)().result() == [1, 1]
    write(2, 10**18 + 10**10)
    assert jf.dispatch(flow)().result() == [2, 2]


@pytest.mark.parametrize("end", ["cancel", "timeout"])
def test_an_attempt_that_was_stopped_keeps_what_it_printed_and_where_it_ran(end: str) -> None:
    @jf.electron(timeout=1 if end == "timeout" else None)
    def talkative() -> None:
        print("before the end", flush=True)  # noqa: T201
        time.sleep(60)

    @jf.lattice
    def flow() -> Any:
        return talkative()

    id = jf.dispatch(flow)()
    if end == "cancel":
        until(lambda: jf.get_result(id).nodes[0].status == "RUNNING")
        time.sleep(0.3)
        id.cancel()
    (node,) = jf.get_result(id, wait=True).nodes
    assert node.status == ("CANCELLED" if end == "cancel" else "FAILED")
    assert node.stdout == "before the end\n"
    assert node.pid
    assert node.resource == "local"


def test_reading_a_value_leaves_the_classes_of_the_notebook_as_they_are() -> None:
    script = """
        import jupyter_flow as jf

        class Config:
            rate = 2

        @jf.electron
        def make():
            return Config()

        @jf.lattice
        def flow():
            return make()

        id = jf.dispatch(flow)()
        jf.get_result(id, wait=True)
        Config.rate = 99
        made = id.result()
        print(Config.rate, type(made) is Config, made.rate)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "99 True 99\n"


@pytest.mark.parametrize("executor", ["local", "thread", "inline"])
def test_the_version_that_was_called_runs_whatever_is_defined_later(executor: str) -> None:
    @jf.lattice(executor=executor)
    def flow() -> Any:
        outputs = []
        for number in range(4):

            @jf.electron
            def one() -> int:
                return number  # noqa: B023 - that is the point

            outputs.append(one())
        return outputs

    assert jf.dispatch(flow)().result() == [0, 1, 2, 3]
