# ruff: noqa: T201 - printing is what this is about
"""What electrons in threads print is theirs, whichever way it goes; what others print is not."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import ThreadExecutor
from jupyter_flow.worker import capture
from tests.resources import gates

Run = Callable[..., Any]
VARIABLE: ContextVar[str] = ContextVar("test_variable", default="unset")
LOCAL = threading.local()


def ran(run: Run, electron: Callable[..., Any], *args: Any, executor: Any = "thread") -> Any:
    """The node of an electron that has run in a thread, and gone well."""

    def flow() -> None:
        jf.electron(electron)(*args)

    (node,) = run(jf.lattice(executor=executor)(flow)).nodes
    assert node.status == "COMPLETED", node.error
    return node


def test_the_threads_that_an_electron_starts_print_for_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def starts() -> int:
        thread = threading.Thread(target=print, args=("from a thread",))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(print, ["from a pool"] * 3))
        with ThreadPool(2) as other:
            other.map(print, ["from another"] * 2)
        found: list[int] = []
        asks = threading.Thread(target=lambda: found.append(jf.get_context().node_id))
        asks.start()
        asks.join()
        return found[0]

    node = ran(run, starts)
    assert sorted(node.stdout.splitlines()) == ["from a pool"] * 3 + ["from a thread"] + ["from another"] * 2
    assert node.output == 0
    assert capsys.readouterr() == ("", "")


def test_one_pool_for_electrons_and_cells_keeps_their_lines_apart(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    pool = ThreadPoolExecutor(1)

    def uses(name: str) -> None:
        pool.submit(print, name).result()

    try:
        for name in ("one", "two"):
            assert ran(run, uses, name).stdout == f"{name}\n"
            pool.submit(print, "user").result()
    finally:
        pool.shutdown()
    assert capsys.readouterr().out == "user\nuser\n"


def test_a_thread_that_outlives_its_electron_prints_into_its_log_file_alone(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gates.reset()
    log = tmp_path / "log"

    def leaves() -> None:
        def talk() -> None:
            print("in time")
            gates.running.set()
            gates.gate.wait(30)
            print("late")

        thread = threading.Thread(target=talk)
        thread.start()
        gates.threads.append(thread)
        gates.running.wait(30)

    node = ran(run, leaves, executor=ThreadExecutor(log_stdout=str(log)))
    gates.gate.set()
    gates.threads.pop().join(30)
    assert node.stdout == "in time\n"
    assert jf.get_result(node.dispatch_id).nodes[0].stdout == "in time\n"
    assert log.read_text() == "in time\nlate\n"
    assert capsys.readouterr() == ("", "")


def test_a_handler_of_logging_that_has_the_stream_from_before_writes_for_the_electron(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    capture.uninstall()
    held = sys.stderr
    handler = logging.StreamHandler()
    logging.getLogger("of a test").addHandler(handler)

    def logs() -> None:
        logging.getLogger("of a test").warning("careful")

    try:
        node = ran(run, logs)
        logging.getLogger("of a test").warning("mine")
        held.write("held\n")
    finally:
        logging.getLogger("of a test").removeHandler(handler)
    assert node.stderr == "careful\n"
    assert capsys.readouterr().err == "mine\nheld\n"


def test_bytes_are_the_electrons_too(run: Run) -> None:
    def writes() -> bool:
        sys.stdout.buffer.write(b"bytes \xc3\xa9\n")
        sys.stdout.buffer.flush()
        return sys.stdout.isatty()

    node = ran(run, writes)
    assert node.stdout == "bytes é\n"
    assert node.output is False


def test_what_is_written_to_the_descriptors_goes_where_the_kernels_goes(
    run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    def raw() -> None:
        os.write(1, b"raw\n")

    assert ran(run, raw).stdout == ""
    assert capfd.readouterr().out == "raw\n"


def test_no_electron_sees_the_context_variables_of_another_or_of_the_notebook(run: Run) -> None:
    VARIABLE.set("notebook")

    def sets(value: str) -> str:
        before = VARIABLE.get()
        VARIABLE.set(value)
        return before

    def flow() -> list[Any]:
        return [jf.electron(sets)("a"), jf.electron(sets)("b")]

    assert run(jf.lattice(executor="inline")(flow)).result == ["unset", "unset"]
