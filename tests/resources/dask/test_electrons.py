"""What electrons do on a cluster that is ours, and on one that is not."""

import importlib
import os
import socket
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor

from .conftest import Cluster

Run = Callable[..., Any]


@jf.electron
def square(x: int) -> int:
    return x * x


@jf.electron
def total(xs: list[int]) -> int:
    return sum(xs)


def test_a_fan_out_and_a_chain_come_to_their_values(run: Run, big: DaskExecutor) -> None:
    @jf.lattice(executor=big)
    def wide(n: int) -> Any:
        return total([square(i) for i in range(n)])

    @jf.lattice(executor=big)
    def long(n: int) -> Any:
        value: Any = 1
        for _ in range(n):
            value = total([value, 1])
        return value

    assert [run(wide, n).result for n in (3, 200)] == [5, sum(i * i for i in range(200))]
    assert [run(long, n).result for n in (1, 100)] == [2, 101]


def test_each_node_tells_where_it_ran_and_what_it_printed(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def talk(i: int) -> int:
        print("out", i)  # noqa: T201
        print("err", i, file=sys.stderr)  # noqa: T201
        return os.getpid()

    @jf.lattice(executor=big)
    def flow() -> list[Any]:
        return [talk(i) for i in range(10)]

    outcome = run(flow)
    for i, node in enumerate(outcome.nodes):
        assert (node.stdout, node.stderr) == (f"out {i}\n", f"err {i}\n")
        assert (node.pid, node.host) == (outcome.result[i], socket.gethostname())
        assert node.worker.startswith(("tcp://127.0.0.1:", "tls://127.0.0.1:"))
        assert node.resource.startswith("dask")
        assert node.executor.kind == "dask"


def test_what_c_code_and_subprocesses_print_is_the_electrons_and_seen_while_it_runs(
    run: Run, big: DaskExecutor, tmp_path: Path, eventually: Callable[..., None]
) -> None:
    @jf.electron
    def loud(folder: str) -> None:
        import ctypes

        ctypes.CDLL(None).puts(b"from C")
        os.system("echo from a shell; echo trouble >&2")
        os.write(1, b"to the descriptor\n")
        print("from Python")  # noqa: T201
        while not Path(folder, "go").exists():
            time.sleep(0.005)
        ctypes.CDLL(None).printf(b"no end")
        os.system(f"(while [ ! -e {folder}/over ]; do sleep 0.01; done; echo late; touch {folder}/late) &")

    @jf.electron
    def quiet(folder: str, *after: None) -> None:
        Path(folder, "over").touch()
        while not Path(folder, "late").exists():
            time.sleep(0.005)

    @jf.lattice(executor=big)
    def flow(folder: str) -> None:
        quiet(folder, loud(folder))

    said = "from C\nfrom a shell\nto the descriptor\nfrom Python\n"
    id = jf.dispatch(flow)(str(tmp_path))
    eventually(lambda: jf.get_result(id).nodes[0].stdout == said, 60)
    (tmp_path / "go").touch()
    outcome = jf.get_result(id, wait=True)
    printed = [(str(node.status), node.stdout, node.stderr) for node in outcome.nodes]
    assert printed == [("COMPLETED", f"{said}no end", "trouble\n"), ("COMPLETED", "", "")]


def test_a_failure_shows_the_users_lines_and_skips_what_needs_it_alone(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def divide(x: int) -> float:
        return 1 / x  # here

    @jf.lattice(executor=big)
    def flow() -> None:
        square(divide(0))
        square(3)

    outcome = run(flow)
    assert [str(node.status) for node in outcome.nodes] == ["FAILED", "SKIPPED", "COMPLETED"]
    error = outcome.nodes[0].error
    assert (error.kind, error.type) == ("raised", "ZeroDivisionError")
    assert "return 1 / x  # here" in error.traceback
    assert "jupyter_flow/worker" not in error.traceback


def test_exits_and_interrupts_are_the_electrons_own_failure(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def leave() -> None:
        sys.exit(3)

    @jf.electron
    def interrupt() -> None:
        raise KeyboardInterrupt

    @jf.electron
    def lock() -> Any:
        import threading

        return threading.Lock()

    @jf.lattice(executor=big)
    def flow() -> None:
        leave()
        interrupt()
        lock()
        square(1)

    outcome = run(flow)
    kinds = [(node.error.kind, node.error.type) for node in outcome.nodes[:3]]
    assert kinds == [
        ("raised", "SystemExit"),
        ("raised", "KeyboardInterrupt"),
        ("result_unserializable", "ResultUnserializable"),
    ]
    assert outcome.nodes[3].status == "COMPLETED"


def test_an_electron_that_fails_is_tried_again(run: Run, big: DaskExecutor, tmp_path: Path) -> None:
    @jf.electron(retries=2)
    def flaky(file: str) -> int:
        with open(file, "a") as tries:
            tries.write("x")
        if os.path.getsize(file) < 3:
            raise ValueError("not yet")
        return os.path.getsize(file)

    @jf.lattice(executor=big)
    def flow(file: str) -> Any:
        return square(flaky(file))

    outcome = run(flow, str(tmp_path / "tries"))
    assert (outcome.result, len(outcome.nodes[0].attempts)) == (9, 3)


def test_large_values_are_files_of_the_store_and_electrons_have_copies(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def make(n: int) -> bytearray:
        return bytearray(n)

    @jf.electron
    def spoil(data: bytearray) -> int:
        data[0] = 1
        return sum(data)

    @jf.lattice(executor=big)
    def flow() -> list[Any]:
        data = make(1_000_000)
        return [spoil(data) for _ in range(4)]

    outcome = run(flow)
    assert outcome.result == [1, 1, 1, 1]
    assert outcome.nodes[0].output == bytearray(1_000_000)


def test_sublattices_and_maps_run_there(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    @jf.lattice
    def inner(n: int) -> Any:
        return total([square(i) for i in range(n)])

    @jf.electron
    def numbers(n: int) -> list[int]:
        return list(range(n))

    @jf.lattice(executor=big)
    def flow(n: int) -> Any:
        return inner(n), total(square.map(numbers(n)))

    assert run(flow, 4).result == (14, 14)


def test_context_working_directory_and_log_files_are_as_on_processes(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "home"
    big = DaskExecutor(log_stdout=str(tmp_path / "out.log"), workdir=str(home), create_unique_workdir=True)

    @jf.electron(executor=big)
    def where() -> list[Any]:
        print("hello")  # noqa: T201
        return [jf.get_context().dispatch_id, os.getcwd()]

    @jf.lattice
    def flow() -> Any:
        return where()

    outcome = run(flow)
    id = outcome.dispatch_id
    assert outcome.result == [id, str(home / id / "node_0")]
    assert (tmp_path / "out.log").read_text() == "hello\n"


def test_secrets_reach_electrons_and_no_output(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def use(password: str) -> int:
        print("it is", password)  # noqa: T201
        return len(password)

    @jf.lattice(executor=big)
    def flow(password: str) -> Any:
        return use(password)

    outcome = run(flow, jf.Secret("correct horse"))
    assert (outcome.result, outcome.nodes[0].stdout) == (13, "it is ***\n")


def test_an_electron_reaches_the_cluster_that_it_runs_on(run: Run, big: DaskExecutor) -> None:
    @jf.electron
    def ask(n: int) -> Any:
        from distributed import get_client, get_worker, worker_client

        with worker_client() as client:
            return client.submit(abs, -n).result(30), get_client() is client, bool(get_worker().address)

    @jf.lattice(executor=big)
    def flow() -> Any:
        return [ask(n) for n in range(3)]

    assert run(flow).result == [(n, True, True) for n in range(3)]


def test_a_module_that_was_edited_is_read_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"edited_{uuid.uuid4().hex}"

    @jf.electron
    def use() -> Any:
        return importlib.import_module(name).NUMBER

    @jf.lattice(executor=DaskExecutor())
    def flow() -> Any:
        return [use() for _ in range(4)]

    for number in (1, 23):
        (tmp_path / f"{name}.py").write_text(f"NUMBER = {number}")
        assert run(flow).result == [number] * 4


def test_a_version_that_was_dispatched_is_the_one_that_runs(run: Run, big: DaskExecutor) -> None:
    def version(n: int) -> Any:
        @jf.electron
        def tell() -> int:
            return n

        @jf.lattice(executor=big)
        def flow() -> list[Any]:
            return [tell() for _ in range(5)]

        return flow

    assert [run(version(n)).result for n in range(3)] == [[n] * 5 for n in range(3)]


def test_workers_that_do_not_see_the_store_have_values_all_the_same(run: Run, tmp_path: Path) -> None:
    if os.geteuid() != 0:  # only root can hide a folder from a process
        return
    hidden = Path(os.environ["JUPYTER_FLOW_STORE"]).parent
    apart = Cluster(tmp_path, hide=hidden)
    try:

        @jf.electron
        def make(n: int) -> tuple[bytearray, bool]:
            print("x" * 100_000)  # noqa: T201
            return bytearray(n), os.path.exists(os.environ["JUPYTER_FLOW_STORE"])

        @jf.electron
        def size(made: tuple[bytearray, bool]) -> int:
            return len(made[0])

        @jf.lattice(executor=DaskExecutor(apart.address))
        def flow() -> Any:
            return make(1_000_000), size(make(2_000_000)), total([square(3), 1])

        outcome = run(flow)
        assert outcome.result == ((bytearray(1_000_000), False), 2_000_000, 10)
        assert len(outcome.nodes[0].stdout) == 100_001
    finally:
        apart.close()
