"""One system and one workload in a process of their own, which does what it reads from its standard input.

Not meant to be called by hand: `run.py` starts it, says "run" or "memory", and reads a line of JSON.
"""

import time

BEGAN = time.perf_counter()  # before anything is imported: a cold start is counted from here

import gc  # noqa: E402
import math  # noqa: E402
import os  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
from typing import Any, TextIO  # noqa: E402

import systems  # noqa: E402
from connections import received  # noqa: E402
from systems.base import System  # noqa: E402
from workloads import CASES, Workload, single, warm_up  # noqa: E402


def main() -> None:
    """`child.py SYSTEM CASE`, or `child.py SYSTEM cold`."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    name, case = sys.argv[1:]
    system = systems.load(name)
    system.import_lib()
    imported = time.perf_counter()
    system.setup()
    if case == "cold":
        check(single(), system.run(system.build(single())))
        answer(answers, {"import": imported - BEGAN, "total": time.perf_counter() - BEGAN})
    else:
        serve(system, case, answers)
    system.teardown()


def serve(system: System, case: str, answers: TextIO) -> None:
    """Warm up, and do what is asked."""
    workload = CASES[case].make()
    measured(system, warm_up(case))
    answer(answers, {"nodes": len(workload)})
    for line in sys.stdin:
        outcome: dict[str, Any]
        try:
            outcome = with_memory(system, workload) if line.strip() == "memory" else repeated(system, workload)
        except Exception as error:
            outcome = {"error": f"{type(error).__name__}: {str(error)[:200]}"}
        answer(answers, outcome)


def repeated(system: System, workload: Workload) -> dict[str, float]:
    """Of an inner run: seconds to build and to run (medians), of processor time, bytes that this process received."""
    gc.collect()
    before, came = processor_time(), received()
    seconds = [measured(system, workload) for _ in range(workload.inner)]
    after = processor_time()
    build, run = (statistics.median(part) for part in zip(*seconds, strict=True))
    share = 1 / workload.inner
    return {"build": build, "run": run, "cpu": (after - before) * share, "received": (received() - came) * share}


def measured(system: System, workload: Workload) -> tuple[float, float]:
    """Seconds to build and to run. Raises where the result is wrong."""
    start = time.perf_counter()
    built = system.build(workload)
    between = time.perf_counter()
    result = len(built) if workload.build_only else system.run(built)
    end = time.perf_counter()
    check(workload, result)
    return between - start, end - between


def check(workload: Workload, result: Any) -> None:
    """Raise unless it is what it must be."""
    expected = workload.expected
    close = isinstance(expected, float) and isinstance(result, float) and math.isclose(result, expected, rel_tol=1e-9)
    if result != expected and not close:
        raise ValueError(f"wrong result: {result!r}, expected {workload.expected!r}")


def with_memory(system: System, workload: Workload) -> dict[str, float]:
    """What it takes while it runs, in megabytes; of something that is only built, the bytes it keeps."""
    gc.collect()
    if workload.build_only:
        import tracemalloc

        tracemalloc.start()
        built = system.build(workload)
        gc.collect()
        return {"bytes": tracemalloc.get_traced_memory()[0] / len(built)}
    from memory import Peak

    peak = Peak(system.scheduler())
    peak.start()
    measured(system, workload)
    return peak.stop()


def processor_time() -> float:
    """Seconds of processor time of this process and those it has started."""
    import psutil

    this = psutil.Process()
    total = 0.0
    for process in [this, *this.children(recursive=True)]:
        try:
            spent = process.cpu_times()
        except psutil.Error:
            continue
        total += spent.user + spent.system
    return total


def answer(answers: TextIO, outcome: dict[str, Any]) -> None:
    """One line."""
    import json

    print(json.dumps(outcome), file=answers, flush=True)


if __name__ == "__main__":
    main()
