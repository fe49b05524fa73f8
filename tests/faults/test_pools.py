"""Pools of the notebook's own: interrupts do not reach their workers; those that we make end with the kernel."""

import time

import pytest

from tests.faults.kernels import Fresh, gone

POOLS = """
import functools, multiprocessing
from concurrent.futures import ProcessPoolExecutor
from jupyter_flow.executor import FuturesExecutor
EXECUTORS["fork"] = FuturesExecutor(ProcessPoolExecutor(4))  # more than will run anything
EXECUTORS["spawn"] = FuturesExecutor(ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")))
EXECUTORS["made"] = FuturesExecutor(functools.partial(ProcessPoolExecutor, 2))
used = ProcessPoolExecutor(1)
used.submit(pow, 1, 1).result()  # its workers are there already, and know nothing of us
EXECUTORS["used"] = FuturesExecutor(used)
@jf.electron
def work(name):
    gate(name)
    return name
def flow():
    return work("a")
"""


@pytest.mark.parametrize("executor", ["fork", "spawn", "made", "used"])
def test_an_interrupt_of_the_whole_process_group_harms_no_pool(kernel: Fresh, executor: str) -> None:
    kernel.goes(POOLS)
    kernel.begin_dispatch(executor)
    kernel.reached("a")
    for _ in range(2):
        waiting = kernel.send("jf.get_result(id, wait=True)")
        kernel.until(lambda waiting=waiting: "0 of 1 electrons" in waiting.text)
        began = time.monotonic()
        kernel.interrupt()
        kernel.ends(waiting)
        assert time.monotonic() - began < 2
        assert waiting.error.startswith("KeyboardInterrupt")
    kernel.open("a")
    assert kernel.ask("ended(id)") == ["COMPLETED"]
    kernel.interrupt()  # the pool's workers have nothing to do
    assert kernel.ask(f"works({executor!r})") == 4


def test_after_a_killed_kernel_no_process_of_a_pool_that_we_made_lives_and_what_ran_is_in_doubt(kernel: Fresh) -> None:
    kernel.goes("from functools import partial; from concurrent.futures import ProcessPoolExecutor")
    kernel.goes("from jupyter_flow.executor import FuturesExecutor")
    kernel.goes("EXECUTORS['made'] = FuturesExecutor(partial(ProcessPoolExecutor, 4))")
    kernel.goes("counted = jf.electron(lambda: (touch('count'), gate('a')))")
    kernel.goes("id = jf.dispatch(jf.lattice(executor=EXECUTORS['made'])(lambda: plus(counted(), 1)))()")
    kernel.reached("a")
    id, below = kernel.ask("str(id)"), kernel.below()
    assert len(below) >= 4
    kernel.shot()
    assert gone(below)
    kernel.again()
    assert kernel.ask(f"states({id!r})") == ["INTERRUPTED", "NEW_OBJECT"]
    assert kernel.bytes_of("count") == 1
