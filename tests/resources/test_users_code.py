# ruff: noqa: T201 - what electrons print is part of this
"""Electrons in worker processes that do what user code does."""

import concurrent.futures
import ctypes
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor

Run = Callable[..., Any]


def outcome_of(run: Run, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """The only node of a lattice with one electron."""
    electron = jf.electron(**options)(function)

    @jf.lattice(executor="local")
    def flow() -> Any:
        return electron(*args)

    (node,) = run(flow).nodes
    return node


def square(n: int) -> int:
    return n * n


class ExitsWhenLoaded:
    def __reduce__(self) -> Any:
        return sys.exit, (5,)


class RaisesWhenLoaded:
    def __reduce__(self) -> Any:
        return int, ("not a number",)


class LeavesWhenLoaded:
    def __reduce__(self) -> Any:
        return os._exit, (6,)


# processes of its own -----------------------------------------------------------------------


@pytest.mark.parametrize(("how", "code"), [("return", 0), ("raise", 1), ("exit", 7), ("leave", 9)])
def test_a_process_that_an_electron_forks_ends_and_is_no_second_worker(
    run: Run, tmp_path: Path, how: str, code: int
) -> None:
    def forks() -> int:
        pid = os.fork()
        if pid:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        (tmp_path / "child").write_text(str(os.getpid()))
        if how == "raise":
            raise ValueError("in the child")
        if how == "exit":
            sys.exit(7)
        if how == "leave":
            os._exit(9)
        return -1

    for _ in range(3):
        node = outcome_of(run, forks)
        assert node.status == "COMPLETED"
        assert node.output == code
    assert (tmp_path / "child").exists()


def test_a_forked_process_that_stays_does_not_hide_the_workers_death(run: Run, tmp_path: Path) -> None:
    def forks() -> None:
        if not os.fork():
            while not (tmp_path / "go").exists():
                threading.Event().wait(0.02)
            os._exit(0)
        os._exit(3)

    node = outcome_of(run, forks)
    (tmp_path / "go").touch()
    assert "exited with code 3" in node.error.message


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_electron_may_start_processes(run: Run, method: str) -> None:
    def pool() -> list[int]:
        with multiprocessing.get_context(method).Pool(2) as workers:
            return workers.map(square, range(5))

    assert outcome_of(run, pool).output == [0, 1, 4, 9, 16]


def test_an_electron_may_have_a_process_pool(run: Run) -> None:
    def pool() -> list[int]:
        with concurrent.futures.ProcessPoolExecutor(2) as workers:
            return list(workers.map(square, range(5)))

    assert outcome_of(run, pool).output == [0, 1, 4, 9, 16]


# output -------------------------------------------------------------------------------------


def test_output_from_c_and_from_subprocesses_is_the_electrons(run: Run) -> None:
    def speak() -> None:
        print("python")
        libc = ctypes.CDLL(None)
        libc.puts(b"c")
        libc.fflush(None)
        subprocess.run(["sh", "-c", "echo shell; echo wrong >&2"], check=True)
        os.write(1, b"descriptor\n")

    node = outcome_of(run, speak)
    assert node.stdout == "python\nc\nshell\ndescriptor\n"
    assert node.stderr == "wrong\n"


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 300_000, 5_000_000])
def test_output_of_any_size_is_kept_whole(run: Run, size: int) -> None:
    def speak() -> int:
        sys.stdout.write("x" * size)
        return size

    node = outcome_of(run, speak)
    assert len(node.stdout or "") == size


def test_streams_that_an_electron_closes_or_replaces_are_there_for_the_next(run: Run) -> None:
    def spoils() -> None:
        sys.stdout = None  # type: ignore[assignment]
        sys.stderr.close()

    def speaks() -> None:
        print("here")
        print("there", file=sys.stderr)

    limited = LocalExecutor(workers=1)
    outcome_of(run, spoils, executor=limited)
    node = outcome_of(run, speaks, executor=limited)
    assert (str(node.status), node.stdout, node.stderr) == ("COMPLETED", "here\n", "there\n")


def test_an_electron_that_closes_every_file_spoils_neither_the_next_nor_files_of_its_own(
    run: Run, tmp_path: Path
) -> None:
    def closes() -> int:
        os.closerange(0, 1000)
        for n in range(40):
            kept.append(os.open(tmp_path / f"{n}", os.O_RDWR | os.O_CREAT))
            os.write(kept[-1], b"mine")
        return 1

    kept: list[int] = []
    for _ in range(2):
        assert outcome_of(run, closes).output == 1
        assert outcome_of(run, lambda: print("here")).stdout == "here\n"
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"mine"}


def test_one_log_file_holds_the_output_of_all_that_share_it(run: Run) -> None:
    shared = LocalExecutor(log_stdout="logs/out.txt", log_stderr="logs/err.txt")

    @jf.electron(executor=shared)
    def speak(n: int) -> None:
        print(f"out {n}")
        print(f"err {n}", file=sys.stderr)

    @jf.lattice
    def flow() -> None:
        for n in range(5):
            speak(n)

    outcome = run(flow)
    folder = Path(outcome.results_dir) / "logs"
    assert sorted((folder / "out.txt").read_text().split("\n")[:-1]) == [f"out {n}" for n in range(5)]
    assert sorted((folder / "err.txt").read_text().split("\n")[:-1]) == [f"err {n}" for n in range(5)]


# values -------------------------------------------------------------------------------------


def test_results_of_some_hundred_kilobytes_arrive(run: Run) -> None:
    @jf.electron
    def make(n: int) -> bytes:
        return bytes([n]) * 300_000

    @jf.electron
    def check(*parts: bytes) -> list[tuple[int, int]]:
        return [(len(part), part[0]) for part in parts]

    @jf.lattice
    def flow() -> Any:
        return check(*[make(n) for n in range(12)])

    assert run(flow).result == [(300_000, n) for n in range(12)]


def test_large_arrays_go_by_file_and_every_electron_has_its_own_copy(run: Run) -> None:
    @jf.electron
    def make() -> Any:
        return np.arange(6_500_000, dtype=np.float64)  # 52 MB

    @jf.electron
    def spoil(array: Any) -> float:
        array[:] = -1.0  # writable, and nobody else's
        return float(array.sum())

    @jf.electron
    def total(array: Any, after: float) -> float:
        return float(array.sum())

    @jf.lattice
    def flow(given: Any) -> Any:
        array = make()
        spoilt = [spoil(array), spoil(given)]
        return spoilt, total(array, spoilt[0]), total(given, spoilt[1])

    given = np.ones(1_000_000)
    outcome = run(flow, given)
    expected = sum(range(6_500_000))
    assert outcome.result == ([-6_500_000.0, -1_000_000.0], expected, 1_000_000.0)
    assert given.sum() == 1_000_000
    assert outcome.nodes[0].output.sum() == expected


@pytest.mark.parametrize("argument", [RaisesWhenLoaded(), ExitsWhenLoaded()], ids=["raises", "exits"])
def test_an_argument_that_cannot_be_loaded_fails_its_electron_only(run: Run, argument: Any) -> None:
    def take(value: Any) -> None:
        pass

    node = outcome_of(run, take, argument)
    assert (str(node.status), node.error.kind) == ("FAILED", "raised")


def test_an_argument_that_ends_the_worker_when_loaded_is_a_lost_worker(run: Run) -> None:
    def take(value: Any) -> None:
        pass

    node = outcome_of(run, take, LeavesWhenLoaded())
    assert (node.error.kind, "exited with code 6" in node.error.message) == ("worker_lost", True)


def test_an_exception_whose_message_is_enormous_is_that_electrons_failure(run: Run) -> None:
    def fail() -> None:
        raise ValueError("x" * 20_000_000)

    node = outcome_of(run, fail)
    assert (node.error.kind, node.error.type) == ("raised", "ValueError")


def test_an_output_that_cannot_be_pickled_names_its_type(run: Run) -> None:
    node = outcome_of(run, threading.Lock)
    assert node.error.kind == "result_unserializable"
    assert "lock" in node.error.message


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_whatever_an_electron_raises_is_its_failure(run: Run, error: BaseException) -> None:
    def fail() -> None:
        raise error

    node = outcome_of(run, fail)
    assert (node.error.kind, node.error.type) == ("raised", type(error).__name__)


@pytest.mark.parametrize("notes", [5, None, "text"])
def test_an_exception_with_notions_of_its_own_of_notes_is_raised_all_the_same(run: Run, notes: Any) -> None:
    class Noted(Exception):
        __notes__ = notes

    def fail() -> None:
        raise Noted("the message")

    with pytest.raises(Exception, match="the message") as caught:
        run(jf.lattice(jf.electron(fail))).raise_for_status()
    assert type(caught.value).__name__ == "Noted"


def test_another_json_that_an_electron_has_put_in_spoils_no_report(run: Run) -> None:
    @jf.electron
    def patch() -> int:
        import json

        json.dumps = lambda *_, **__: "not what anybody reads"
        return os.getpid()

    @jf.electron
    def fail(after: int) -> None:
        from IPython.display import display

        display(after)
        raise ValueError(f"in {os.getpid()}")

    @jf.lattice(executor=LocalExecutor(workers=1))
    def flow() -> Any:
        return fail(patch())

    patched, failed = run(flow).nodes
    assert failed.error.message == f"in {patched.output}"
    assert len(failed.displays) == 1


def test_a_worker_that_writes_what_nobody_can_read_ends_with_what_it_held_and_no_more(run: Run, tmp_path: Path) -> None:
    @jf.electron
    def spoil(n: int) -> int:
        (tmp_path / f"{n}.{os.getpid()}").touch()
        if n == 3:
            from jupyter_flow.worker import entries

            entries.dumps = lambda *_: "not what anybody reads"  # type: ignore[assignment]
            raise ValueError("of this nobody hears")
        return n

    @jf.lattice(executor="local")
    def flow() -> Any:
        return [spoil(n) for n in range(40)]

    nodes = [node for node in run(flow).nodes if node.name == "spoil"]
    lost = [node for node in nodes if node.status != "COMPLETED"]
    assert [node.id for node in lost if "wrote what nobody can read" in node.error.message] == [n.id for n in lost]
    assert nodes[3] in lost
    ran = [int(path.name.partition(".")[0]) for path in tmp_path.iterdir()]
    assert len(ran) == len(set(ran))
    assert run(jf.lattice(jf.electron(os.getpid))).status == "COMPLETED"


# surroundings -------------------------------------------------------------------------------


def test_the_working_directory_and_the_path_are_the_notebooks(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @jf.electron
    def look() -> tuple[str, str]:
        import a_module_of_this_test  # type: ignore[import-not-found]

        return os.getcwd(), a_module_of_this_test.WHERE

    @jf.lattice
    def flow() -> Any:
        return look()

    for name in ("one", "two"):
        place = tmp_path / name
        place.mkdir()
        (place / f"only_{name}.txt").touch()
        monkeypatch.chdir(place)
        assert run(jf.lattice(jf.electron(os.listdir))).result == [f"only_{name}.txt"]
    (tmp_path / "a_module_of_this_test.py").write_text("WHERE = 'beside the notebook'")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run(flow).result == (str(tmp_path / "two"), "beside the notebook")


def test_an_electron_that_removes_its_directory_does_not_spoil_the_next(run: Run, tmp_path: Path) -> None:
    limited = LocalExecutor(workers=1, workdir=tmp_path / "work")

    def remove() -> None:
        os.rmdir(os.getcwd())

    outcome_of(run, remove, executor=limited)
    node = outcome_of(run, os.getcwd, executor=limited)
    assert node.output == str(tmp_path / "work")


def test_an_electron_cannot_dispatch(run: Run) -> None:
    @jf.lattice
    def inner() -> None:
        jf.electron(square)(2)

    def outer() -> None:
        jf.dispatch(inner)()

    node = outcome_of(run, outer)
    assert node.error.type == "DispatchError"
    assert "sublattice" in node.error.message


def test_a_process_forked_by_the_user_cannot_write_in_the_session(run: Run) -> None:
    @jf.lattice
    def flow() -> Any:
        return jf.electron(square)(3)

    run(flow)
    store = jf.session().store
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            store.runs()
        except jf.errors.StoreError as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert b"forked" in os.read(read, 1000)
    os.close(read)
    os.close(write)
    assert run(flow).result == 9
