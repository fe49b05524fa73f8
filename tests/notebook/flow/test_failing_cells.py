"""Waits that are interrupted, electron cells that fail or are cancelled, and what the cells that name them say."""

import re

import pytest

from tests.notebook.flow.kernels import Kernel

SLOW = "%%electron make\ngate('make')\nx = 41"
WAS_CANCELLED = "electron 'make' was cancelled: run its cell again for what it makes"
FAILING = "%%electron -x {executor} make\nsmall = 0\nx = 1 / small\n"


def test_an_interrupt_ends_the_waiting_cell_and_not_the_electron(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    ran = kernel.send("touched = 1\nprint(x)")
    kernel.until(lambda: "waiting for" in ran.text)
    kernel.interrupt()
    kernel.ends(ran)
    assert ran.error.startswith("KeyboardInterrupt")
    assert "interrupted: make goes on; to stop: %flow cancel make" in ran.text
    assert "jupyter_flow/" not in ran.traceback
    assert kernel.value("globals().get('touched')") == "None"
    kernel.open("make")
    assert kernel.value("x") == "41"


def test_the_interrupted_cell_can_be_run_again(kernel: Kernel) -> None:
    kernel.goes(SLOW)
    for _ in range(2):
        ran = kernel.send("print(x)")
        kernel.until(lambda ran=ran: "waiting for" in ran.text)
        kernel.interrupt()
        assert kernel.ends(ran).error.startswith("KeyboardInterrupt")
    again = kernel.send("print(x)")
    kernel.until(lambda: again.begun)
    kernel.open("make")
    assert kernel.ends(again).text.endswith("41\n")


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_cancel_stops_an_electron_and_what_depends_on_it_is_not_run(kernel: Kernel, executor: str) -> None:
    first = kernel.run(f"%%electron -x {executor} make\ngate('make')\nx = 41")
    second = kernel.run("%%electron second\nnote('second')\ny = x")
    kernel.reached("make")
    assert kernel.goes("%flow cancel make") == "cancelled make\n"
    kernel.until(lambda: first.text == f"make() → x · {executor} · cancelled\n")
    kernel.until(lambda: second.text == "second(x) → y · local · skipped: make was cancelled\n")
    assert kernel.run("y").error == f"ElectronCancelled: {WAS_CANCELLED}"
    kernel.open("make")  # a thread cannot be stopped, and what it makes comes too late
    assert kernel.run("x").error == f"ElectronCancelled: {WAS_CANCELLED}"
    assert kernel.noted() == []


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_naming_what_a_failed_cell_was_to_make_raises_its_error_with_its_lines(kernel: Kernel, executor: str) -> None:
    failed = kernel.run(FAILING.format(executor=executor))
    for _ in range(3):
        ran = kernel.run("note('ran')\nprint(x)")
        assert ran.error.startswith("ZeroDivisionError: division by zero")
        assert "x = 1 / small" in ran.traceback
        assert "line 3" in ran.traceback
        assert "_jupyter_flow_need" not in ran.traceback
    assert kernel.noted() == []
    kernel.until(lambda: "failed" in failed.text)
    assert "ZeroDivisionError: division by zero" in failed.text
    assert "line 3" in failed.text


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_a_failed_cell_shows_its_traceback_as_the_notebook_shows_others(kernel: Kernel, executor: str) -> None:
    failed = kernel.run(FAILING.format(executor=executor))
    kernel.until(lambda: "Traceback (most recent call last)" in failed.text)
    reader = kernel.run("x")
    lines = failed.text.splitlines()
    assert lines[0] == f"make() → small, x · {executor} · failed"
    assert "----> 3 x = 1 / small" in lines
    assert lines[-2:] == reader.traceback.splitlines()[-2:]
    assert "jupyter_flow/" not in failed.text
    (display,) = failed.outputs
    assert isinstance(display, str)
    assert "\x1b[" in kernel.displays[display]


def test_what_a_line_tells_of_a_cell_that_runs_has_its_time(kernel: Kernel) -> None:
    ran = kernel.run(SLOW)
    assert re.search(r"· (running \d+ s|waiting for a worker(: workers start)?) \(at \d\d:\d\d:\d\d\)\n$", ran.text)
    table = kernel.run("%flow status")
    assert re.search(r"\n\(at \d\d:\d\d:\d\d\)\n$", table.text)
    kernel.open("make")
    kernel.until(lambda: ran.text == "make() → x · local\n")
    kernel.until(lambda: "(at " not in table.text)


WAITS = """
import jupyter_flow as jf
from jupyter_flow.notebook import waiting
patience, waiting.PATIENCE = waiting.PATIENCE, -1.0
try:
    print(jf.dispatch(jf.lattice(jf.electron(lambda: time.sleep(0.6), executor="thread")))().result())
finally:
    waiting.PATIENCE = patience
"""


def test_a_line_of_progress_leaves_nothing_above_what_the_cell_shows(kernel: Kernel) -> None:
    ran = kernel.run(WAITS)
    line, printed = ran.outputs
    assert isinstance(line, str)
    assert kernel.displays[line] == ""
    assert isinstance(printed, dict)
    assert printed["text"] == "None\n"


def test_a_line_tells_what_came_from_the_cache(kernel: Kernel) -> None:
    for line in ("", " · cached"):
        ran = kernel.run("%%electron --cache make\nx = 1")
        kernel.until(lambda ran=ran, line=line: ran.text == f"make() → x · local{line}\n")
    kernel.goes("ks = [1, 2]")
    ran = kernel.run("%%electron --cache --map k=ks each\ny = k")
    kernel.until(lambda ran=ran: ran.text == "each(ks ×…) → y · local\n")
    kernel.goes("ks = [1, 2, 3]")
    ran = kernel.run("%%electron --cache --map k=ks each\ny = k")
    kernel.until(lambda ran=ran: ran.text == "each(ks ×…) → y · local · 2 of 3 cached\n")


def test_the_error_is_the_producers_also_through_a_chain(kernel: Kernel) -> None:
    kernel.goes("%%electron make\ngate('make')\nx = 1 / 0")
    kernel.goes("%%electron second\ny = x + 1")
    kernel.goes("%%electron third\nz = y + 1")
    kernel.open("make")
    for name in "zyx":
        ran = kernel.run(name)
        assert ran.error.startswith("ZeroDivisionError: division by zero")
        assert "x = 1 / 0" in ran.traceback


def test_a_cell_downstream_of_a_failed_one_says_that_it_was_not_run(kernel: Kernel) -> None:
    kernel.goes("%%electron make\ngate('make')\nx = 1 / 0")
    second = kernel.run("%%electron second\ny = x + 1")
    kernel.open("make")
    kernel.until(lambda: second.text == "second(x) → y · local · skipped: make has failed\n")


def test_an_electron_cell_that_names_what_failed_before_fails_itself(kernel: Kernel) -> None:
    kernel.goes(FAILING.format(executor="local"))
    kernel.run("x")
    ran = kernel.run("%%electron second\nnote('second')\ny = x + 1")
    assert ran.error.startswith("ZeroDivisionError")
    assert kernel.noted() == []


def test_a_syntax_error_is_the_cells_own(kernel: Kernel) -> None:
    ran = kernel.run("%%electron\nx = 1\ny = = 2")
    assert ran.error.startswith("SyntaxError")
    assert "line 3" in ran.traceback


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_a_missing_name_is_the_electrons_failure(kernel: Kernel, executor: str) -> None:
    kernel.goes(f"%%electron -x {executor}\ny = nowhere + 1")
    assert kernel.run("y").error.startswith("NameError: name 'nowhere' is not defined")


def test_sys_exit_in_an_electron_is_its_failure(kernel: Kernel) -> None:
    kernel.goes("%%electron\nimport sys\ny = 1\nsys.exit(3)")
    ran = kernel.run("y")
    assert ran.error.startswith("ElectronError: electron 'y' ended with SystemExit: 3")
    assert "sys.exit(3)" in ran.traceback
    assert kernel.value("1") == "1"


def test_an_exception_of_a_class_of_the_notebook_comes_back_as_such(kernel: Kernel) -> None:
    kernel.goes("class Odd(Exception):\n    pass")
    kernel.goes("%%electron\nx = 1\nraise Odd('three')")
    assert kernel.run("x").error.startswith("Odd: three")
    assert kernel.value("type(__import__('sys').last_value) is Odd") == "True"


def test_an_output_that_cannot_be_pickled_fails_only_who_names_it(kernel: Kernel) -> None:
    kernel.goes("%%electron make\nimport threading\nlock = threading.Lock()\nx = 1")
    assert kernel.value("x") == "1"
    ran = kernel.run("lock")
    assert ran.error.startswith("NameError: 'lock' stays on the worker of 'make': ")
    assert kernel.run("%%electron\ny = lock").error.startswith("NameError: 'lock' stays on the worker of 'make': ")


@pytest.mark.parametrize("code", ["import threading\nheld = threading.Lock()", "held = (n for n in range(3))"])
def test_an_input_that_cannot_be_pickled_fails_the_cell_at_once(kernel: Kernel, code: str) -> None:
    kernel.goes(code)
    ran = kernel.run("%%electron use\nnote('use')\ny = held")
    assert ran.error.startswith("BuildError: argument 'held' of electron 'use' cannot be pickled")
    assert kernel.noted() == []


def test_a_timeout_is_the_electrons_failure(kernel: Kernel) -> None:
    kernel.goes("%%electron --timeout 0.5s\ngate('never')\nx = 1")
    assert kernel.run("x").error.startswith("ElectronTimeout")


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_a_flaky_electron_is_tried_again(kernel: Kernel, executor: str) -> None:
    ran = kernel.run(
        f"%%electron -x {executor} --retries 3\nimport os\nnote('try')\n"
        "tries = len(open(os.path.join(FOLDER, 'log')).readlines())\n1 / max(tries - 2, 0)\n"
    )
    assert "3 retries" in ran.text
    assert kernel.value("tries") == "3"


def test_the_worker_that_dies_is_named(kernel: Kernel) -> None:
    kernel.goes("%%electron make\nimport os\nos._exit(3)\nx = 1")
    ran = kernel.run("x")
    assert ran.error.startswith("WorkerLost")
    assert "make" in ran.error
