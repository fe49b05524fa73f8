"""Threads in a kernel that somebody sits at: its cells print, it is shut down, it is interrupted."""

import os
import signal

import psutil
import pytest

from tests.faults.kernels import LIMIT, SOON, Fresh

BUSY = {"sleep": "time.sleep(60)", "loop": "while True:\n        pass"}


@pytest.mark.parametrize("executor", ["thread", "inline"])
def test_a_kernel_with_busy_threads_ends_when_it_is_asked_to(kernel: Fresh, executor: str) -> None:
    for name, body in BUSY.items():
        kernel.goes(
            f"@jf.electron\ndef {name}():\n    pathlib.Path(FOLDER, '{name}.reached').touch()\n    {body}\n"
            f"def of_{name}():\n    {name}()\n"
            f"EXECUTORS['{name}'] = ThreadExecutor(workers=2) if {executor == 'thread'} else InlineExecutor()"
        )
        kernel.begin_dispatch(name, f"of_{name}")
        if executor == "thread" or name == "sleep":
            kernel.reached(name)
    process = psutil.Process(kernel.pid)
    kernel.client.shutdown()  # the request alone: no signal comes after it
    assert not psutil.wait_procs([process], timeout=SOON)[1]


def test_what_electrons_print_never_comes_out_of_a_cell_and_the_other_way_round(kernel: Fresh) -> None:
    kernel.goes(
        """
        import logging
        handler = logging.StreamHandler()
        logging.getLogger("of the notebook").addHandler(handler)
        from sys import stdout as held
        @jf.electron
        def talks(number):
            log = logging.getLogger("of the notebook")
            for line in range(50):
                print("electron", number, line)
                log.warning("logged %s %s", number, line)
                held.write(f"held {number} {line}\\n")
                display(f"shown {number}")
                inner = threading.Thread(target=print, args=("inner", number, line))
                inner.start()
                inner.join()
            gate(f"talks{number}")
            print("last", number)
        def flow():
            for number in range(2):
                talks(number)
        """
    )
    kernel.begin_dispatch("thread")
    text = kernel.goes(
        "for line in range(200):\n    print('cell', line)\n    logging.getLogger('of the notebook').warning('cell')\n"
        "    time.sleep(0.002)"
    )
    lines = text.split("\n")
    assert [line for line in lines if line not in ("cell", "")] == [f"cell {line}" for line in range(200)]
    assert lines.count("cell") == 200
    kernel.open("talks0", "talks1")
    assert kernel.goes("eventually(lambda: str(id.status) == 'COMPLETED')") == ""
    for number in range(2):
        node = f"jf.get_result(id).nodes[{number}]"
        lines = [f"{who} {number} {line}" for line in range(50) for who in ("electron", "held", "inner")]
        assert kernel.ask(f"{node}.stdout").splitlines() == [*lines, f"last {number}"]
        assert kernel.ask(f"{node}.stderr").splitlines() == [f"logged {number} {line}" for line in range(50)]
        assert kernel.ask(f"len({node}.displays)") == 50


STORM = """
import random
def storm(interrupts, choose=random.Random(1)):  # interrupts for whatever the main thread is at
    def rage():
        begun.wait()
        for _ in range(interrupts):
            time.sleep(choose.expovariate(500))
            os.kill(os.getpid(), signal.SIGINT)
    thread = threading.Thread(target=rage)
    thread.start()
    return thread
flows = {kind: jf.lattice(executor=EXECUTORS[kind])(small.workflow_function) for kind in ("local", "thread", "inline")}
hits, dispatched, begun = 0, [], threading.Event()
"""
WEATHER = """
def weather():
    global hits
    while raging.is_alive():
        try:
            begun.set()
            id = jf.dispatch(flows[random.choice(list(flows))])(1, 2)
            dispatched.append(id)
            assert id.result(20) == 4
            assert jf.get_result(id).nodes[1].output == 4
            jf.dispatches(3)
        except KeyboardInterrupt:
            hits += 1
def sheltered(call):  # what hits between two lines of ours must not end the cell: the kernel's own code comes next
    while raging.is_alive():
        try:
            call()
        except KeyboardInterrupt:
            pass
raging = storm({interrupts})
sheltered(lambda: sheltered(lambda: sheltered(weather)))
"""


@pytest.mark.parametrize("interrupts", [300, pytest.param(5000, marks=pytest.mark.slow)])
def test_interrupts_at_any_moment_of_dispatching_and_waiting_leave_nothing_wedged(
    kernel: Fresh, interrupts: int
) -> None:
    kernel.patience = LIMIT + interrupts // 50
    kernel.goes(STORM)
    for kind in ("local", "thread", "inline"):
        assert kernel.ask(f"works({kind!r})") == 4
    kernel.goes(WEATHER.format(interrupts=interrupts))
    assert kernel.ask("hits") > interrupts / 10
    kernel.goes("eventually(lambda: not jf.session().dispatcher.runs)")
    kernel.goes("eventually(lambda: {str(d.status) for d in jf.dispatches()} <= {'COMPLETED', 'CANCELLED'})")
    assert set(kernel.ask("[str(id.status) for id in dispatched]")) == {"COMPLETED"}
    for kind in ("local", "thread", "inline"):
        assert kernel.ask(f"works({kind!r})") == 4
    assert kernel.ask("[info.running for info in jf.session().resources]") == [0, 0, 0]


CELLS = [
    "%%electron one\na = 1\ntime.sleep(0.01)",
    "%%electron two -x thread\nb = a + 1",
    "c = b + 1",
    "%flow run",
    "%flow",
    "id = jf.dispatch(flows['thread'])(1, 2)\nassert await id == 4",
    "id = jf.dispatch(flows['local'])(1, 2)\nawait id",
    "%dispatch -o run --wait small(1, 2)",
    "import asyncio\nawait asyncio.gather(*[jf.dispatch(small)(n) for n in range(3)])",
]


@pytest.mark.parametrize("interrupts", [60, pytest.param(400, marks=pytest.mark.slow)])
def test_interrupts_of_cells_that_wait_await_and_are_electrons_leave_nothing_wedged(
    kernel: Fresh, interrupts: int
) -> None:
    kernel.patience = 60
    kernel.goes(STORM)
    kernel.goes("%executor thread thread")
    sent = 0
    while sent < interrupts:
        cells = [kernel.send(cell, cell=f"c{number}") for number, cell in enumerate(CELLS)]
        for _ in range(60):
            kernel.pause(0.03)
            if all(cell.idle or cell.reply for cell in cells):
                break
            os.killpg(kernel.pid, signal.SIGINT)
            sent += 1
        # Else the kernel's own code was hit, and has lost what would have told of a cell: on to the next ones.
    for number, cell in enumerate(CELLS):
        done = kernel.run(cell, cell=f"c{number}")
        assert not done.error, f"{cell}\n{done.traceback}"
    assert kernel.ask("(a, b, c)") == (1, 2, 3)
    kernel.goes("eventually(lambda: not jf.session().dispatcher.runs)")
