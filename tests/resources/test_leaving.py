"""What electrons leave behind in their worker: put back, or the worker is replaced; and workers replaced on request."""

import _locale
import gc
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy
import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import LocalExecutor
from jupyter_flow.worker.surroundings import Surroundings

Run = Callable[..., Any]
Eventually = Callable[..., None]
one = LocalExecutor(workers=1)
LIMITS = [resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE]


def in_turn(*electrons: Any) -> Any:
    """A lattice of electrons that run one after the other, on one worker at a time."""

    @jf.lattice(executor=one)
    def flow() -> Any:
        made: list[Any] = []
        for electron in electrons:
            made.append(jf.wait(electron(), made[-1:]) if made else electron())
        return made

    return flow


def test_what_an_electron_changes_of_its_process_the_next_does_not_find(run: Run) -> None:
    @jf.electron
    def before() -> Any:
        return looked()

    @jf.electron
    def change() -> int:
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        signal.alarm(1)
        os.environ["JF_LEFT"] = "here"
        del os.environ["PATH"]
        os.chdir("/")
        sys.path.insert(0, "/nowhere")
        os.umask(0)
        _locale.setlocale(_locale.LC_ALL, "C")
        warnings.simplefilter("error")
        sys.setrecursionlimit(50_000)
        sys.stdout = None  # type: ignore[assignment]
        random.seed(1)
        numpy.random.seed(1)
        os.environ["TZ"] = "Pacific/Kiritimati"
        time.tzset()
        gc.disable()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
        sys.settrace(lambda *_: None)
        socket.setdefaulttimeout(0.001)
        for limit in LIMITS:
            resource.setrlimit(limit, (100, resource.getrlimit(limit)[1]))
        return os.getpid()

    @jf.electron
    def after() -> Any:
        found = looked()
        time.sleep(0.4)  # the alarm would end it
        return found

    def looked() -> Any:
        mask = os.umask(0o077)
        os.umask(mask)
        strict = [rule for rule in warnings.filters if rule[0] == "error"]
        return [
            os.getpid(), os.environ.get("JF_LEFT"), os.environ.get("PATH"), os.getcwd(), sys.path, mask,
            _locale.setlocale(_locale.LC_ALL, None), strict, sys.getrecursionlimit(),
            str(signal.getsignal(signal.SIGTERM)), str(signal.getsignal(signal.SIGALRM)), sys.stdout is None,
            time.localtime(0)[:5], gc.isenabled(), signal.pthread_sigmask(signal.SIG_BLOCK, ()),
            os.sched_getaffinity(0), sys.gettrace(), socket.getdefaulttimeout(), list(map(resource.getrlimit, LIMITS)),
        ]  # fmt: skip

    @jf.electron
    def drawn() -> Any:
        return random.random(), float(numpy.random.random())

    first, pid, second, draw = run(in_turn(before, change, after, drawn)).result
    assert second == first
    assert first[0] == pid
    seeded = random.Random(1).random(), float(numpy.random.RandomState(1).random())
    assert not set(draw) & set(seeded)


def test_filters_that_a_module_sets_when_it_is_imported_stay() -> None:
    surroundings = Surroundings()
    surroundings.prepared()
    with warnings.catch_warnings():
        sys.modules["jf_new_module"] = sys
        warnings.simplefilter("error", UnicodeWarning)
        surroundings.restore(0)
        assert warnings.filters[0][2] is UnicodeWarning
        warnings.simplefilter("ignore", BytesWarning)
        surroundings.restore(0)
        assert warnings.filters[0][2] is UnicodeWarning
        del sys.modules["jf_new_module"]


@pytest.mark.parametrize("kind", ["thread", "process", "fork"])
def test_an_electron_that_leaves_something_running_costs_its_worker_and_is_told(
    run: Run, kind: str, eventually: Eventually
) -> None:
    @jf.electron
    def leave() -> Any:
        if kind == "process":
            return os.getpid(), subprocess.Popen(["sleep", "60"]).pid
        if kind == "fork":
            worker = os.getpid()
            if not (child := os.fork()):
                time.sleep(60)
                os._exit(0)
            return worker, child
        threading.Thread(target=time.sleep, args=(60,), name="forgotten").start()
        return os.getpid(), None

    @jf.electron
    def after() -> int:
        return os.getpid()

    outcome = run(in_turn(leave, after))
    (pid, left), other = outcome.result
    assert other != pid
    assert f"left a {'thread' if kind == 'thread' else 'process'} running" in outcome.nodes[0].stderr
    assert {"thread": "forgotten", "process": "sleep", "fork": str(left)}[kind] in outcome.nodes[0].stderr
    eventually(lambda: left is None or _ended(left), 5)


def _ended(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_pools_and_threads_that_libraries_keep_cost_no_worker(run: Run) -> None:
    @jf.electron
    def keep() -> int:
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        subprocess.run(["true"], check=True)
        time.sleep(0.001)
        return os.getpid()

    assert len(set(run(in_turn(keep, keep, keep)).result)) == 1


@pytest.mark.parametrize("most", [1, 3])
def test_a_worker_is_replaced_after_as_many_electrons_as_its_executor_says(run: Run, most: int) -> None:
    @jf.electron(executor=LocalExecutor(workers=1, max_tasks=most))
    def where() -> int:
        return os.getpid()

    @jf.lattice
    def flow() -> Any:
        return [where() for _ in range(12)]

    for _ in range(2):
        outcome = run(flow)
        counts = [outcome.result.count(pid) for pid in set(outcome.result)]
        assert max(counts) <= most
        assert {len(node.attempts) for node in outcome.nodes} == {1}


def test_a_worker_that_died_is_replaced_before_anybody_asks(
    run: Run, processes: Callable[[], list[int]], eventually: Eventually
) -> None:
    before = processes()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: len(processes()) == len(before) and not set(processes()) & set(before))


def test_a_number_of_tasks_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="max_tasks=0"):
        LocalExecutor(max_tasks=0)
