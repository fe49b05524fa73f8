"""What is measured of this project alone. `probes.py NAME` prints a line of JSON; `run.py` starts each afresh."""

import gc
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import tasks
from views import views
from workloads import Workload, chain, fan_out, nap_chain, naps, single

REPEATS = 5
MANY = 10_000


def imports() -> dict[str, float]:
    """Milliseconds of `import jupyter_flow`, and how many modules it brings."""
    before = set(sys.modules)
    start = time.perf_counter()
    import jupyter_flow

    seconds = time.perf_counter() - start
    assert jupyter_flow.__name__ in sys.modules
    return {"ms": 1e3 * seconds, "modules": len(set(sys.modules) - before)}


def executors() -> dict[str, float]:
    """Ten thousand executor objects: what one costs, how many resources they are, and how fast they work."""
    import jupyter_flow as flow

    start = time.perf_counter()
    made = [flow.executor.LocalExecutor(2) for _ in range(MANY)]
    microseconds = (time.perf_counter() - start) / MANY * 1e6
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    more = [flow.executor.LocalExecutor(2) for _ in range(MANY)]
    size = (tracemalloc.get_traced_memory()[0] - before) / len(more)
    tracemalloc.stop()
    each = [flow.electron(executor=executor)(tasks.same) for executor in made]

    def of_their_own() -> Any:
        return [electron(number) for number, electron in enumerate(each)][-1]

    def shared() -> Any:
        return [each[0](number) for number in range(MANY)][-1]

    # Each pair side by side, and the first not counted: whatever else the machine does befalls both.
    pairs = [(_time_of(flow, of_their_own), _time_of(flow, shared)) for _ in range(REPEATS + 1)][1:]
    ratio = statistics.median(own / one for own, one in pairs)
    return {"us": microseconds, "bytes": size, "resources": len(flow.session().resources), "ratio": ratio}


def _time_of(flow: Any, workflow: Callable[[], Any]) -> float:
    start = time.perf_counter()
    assert flow.dispatch(workflow)().result() == MANY - 1
    return time.perf_counter() - start


def memory(kind: str) -> dict[str, float]:
    """Megabytes of the kernel after 40 and after 100 dispatches of 1,000 electrons."""
    from memory import resident

    _, dispatch = _dispatching(fan_out(1_000), kind)
    taken = {0: resident() or 0.0}
    for number in range(1, 101):
        dispatch().result()
        if number in (40, 100):
            gc.collect()
            taken[number] = resident() or 0.0
    return {"first 40": taken[40] - taken[0], "next 60": taken[100] - taken[40]}


def second(kind: str) -> dict[str, float]:
    """Milliseconds from dispatch to result of one electron while ten thousand of another dispatch wait."""
    _, many = _dispatching(naps(MANY), kind)
    _, one = _dispatching(single(), kind)
    one().result()
    first = many()
    time.sleep(0.3)
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        one().result()
        taken.append(1e3 * (time.perf_counter() - start))
    assert not first.status.final, "the first was to outlast the second"
    first.cancel()
    return {"median": statistics.median(taken), "worst": max(taken)}


def cancel(kind: str) -> dict[str, float]:
    """Milliseconds from `cancel` to CANCELLED of a chain of ten thousand that is under way."""
    flow, dispatch = _dispatching(nap_chain(MANY), kind)
    taken = []
    for _ in range(REPEATS):
        running = dispatch()
        _until_under_way(flow, running)
        start = time.perf_counter()
        running.cancel()
        flow.get_result(running, wait=True)
        taken.append(1e3 * (time.perf_counter() - start))
        assert str(running.status) == "CANCELLED", running.status
    return {"median": statistics.median(taken), "worst": max(taken)}


def _until_under_way(flow: Any, running: Any) -> None:
    while not flow.get_result(running).node(50).status.final:
        time.sleep(0.01)


def spinning(kind: str) -> dict[str, float]:
    """How much of the throughput is left while a cell spins in pure Python."""
    _, dispatch = _dispatching(fan_out(MANY), kind)
    dispatch().result()
    ratios = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        dispatch().result()
        idle = time.perf_counter() - start
        start = time.perf_counter()
        running = dispatch()
        while not running.status.final:
            for _ in range(10_000):
                pass
        ratios.append(idle / (time.perf_counter() - start))
    return {"share": statistics.median(ratios)}


def _dispatching(workload: Workload, kind: str) -> tuple[Any, Callable[[], Any]]:
    """The package, and a function that dispatches a workload on two workers of a kind, which are warm."""
    from systems.flow import FlowProcesses, FlowThreads

    import jupyter_flow as flow

    system = FlowThreads() if kind == "threads" else FlowProcesses()
    system.import_lib()
    system.setup()
    system.run(system.build(chain(20)))
    return flow, lambda: flow.dispatch(system.build(workload))()


PROBES: dict[str, Callable[[], dict[str, float]]] = {
    "imports": imports,
    "executors": executors,
    "memory-threads": lambda: memory("threads"),
    "memory-processes": lambda: memory("processes"),
    "second-threads": lambda: second("threads"),
    "second-processes": lambda: second("processes"),
    "cancel-threads": lambda: cancel("threads"),
    "cancel-processes": lambda: cancel("processes"),
    "spinning-threads": lambda: spinning("threads"),
    "spinning-processes": lambda: spinning("processes"),
    "views-threads": lambda: views("threads"),
    "views-processes": lambda: views("processes"),
}

LABELS = {
    "imports": {"ms": "`import jupyter_flow`, ms", "modules": "modules that it brings"},
    "executors": {
        "us": "an executor object, µs",
        "bytes": "an executor object, bytes",
        "resources": "resources behind 20,000 of them",
        "ratio": "10,000 electrons with an executor each: time, of one executor's",
    },
    "memory": {
        "first 40": "growth of the kernel over dispatches 1–40 of 1,000 electrons, MB",
        "next 60": "the same over dispatches 41–100, MB",
    },
    "second": {
        "median": "one electron while 10,000 of another dispatch wait, median, ms",
        "worst": "the same, worst, ms",
    },
    "cancel": {
        "median": "from cancel to CANCELLED of a chain of 10,000, median, ms",
        "worst": "the same, worst, ms",
    },
    "spinning": {"share": "throughput while a cell spins in pure Python, of idle"},
    "views": {
        "time": "10,000 electrons of 0.2 ms with a live graph: time, of without",
        "cpu": "the same: processor time of the kernel, of without",
        "first": "first picture of it, ms",
        "pulse": "a pulse of its view, median, ms of processor time",
        "missed": "messages to its page that were missed",
    },
}

if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(PROBES[sys.argv[1]]()), file=answers, flush=True)
