"""What an electron cell costs in a real kernel: `python benchmarks/cells.py`.

Each figure is the median over cells, as a front end sees it, from the execute request to its reply; and as a ratio
to an empty cell in the same run, since machines differ.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jupyter_client.manager import start_new_kernel

ROUNDS = 50


@contextmanager
def kernel() -> Iterator[Callable[[str], float]]:
    """A kernel where somebody looks on; what is yielded runs a cell, and tells the seconds until it has returned."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JUPYTER_FLOW_STORE": f"{folder}/store", "JUPYTER_FLOW_HEADLESS": "0"}
        manager, client = start_new_kernel(kernel_name="python3", env=environment)

        def run(code: str) -> float:
            began = time.perf_counter()
            reply: Any = client.execute_interactive(code, timeout=60, output_hook=lambda message: None)
            assert reply["content"]["status"] == "ok", reply["content"]
            return time.perf_counter() - began

        try:
            yield run
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def median(times: list[float]) -> float:
    """In milliseconds."""
    return 1e3 * statistics.median(times)


def main() -> None:
    """Measure, and print a table."""
    with kernel() as run:
        run("%load_ext jupyter_flow\nimport numpy as np\nX = np.zeros(1_000_000)\nn = 0")
        run("%%electron\nwarm = 1")
        run("warm")
        figures = {
            "an empty cell": median([run("pass") for _ in range(ROUNDS)]),
            "an electron cell returns, its work goes on": median(
                [run(f"%%electron slow{k}\nimport time\ntime.sleep(0.2)\nslow{k} = 1") for k in range(ROUNDS)]
            ),
        }
        run("%flow wait")
        figures |= {
            "an electron cell and the cell that needs its value": median(
                [run(f"%%electron next{k}\nm{k} = n + {k}") + run(f"m{k}") for k in range(ROUNDS)]
            ),
            "the same with an array of 8 MB as input": median(
                [run(f"%%electron sum{k}\ns{k} = X.sum()") + run(f"s{k}") for k in range(ROUNDS)]
            ),
            "`%flow status` over all these cells": median([run("%flow status") for _ in range(5)]),
        }
    base = figures["an empty cell"]
    print("| | ms | × an empty cell |\n|---|---:|---:|")
    for what, figure in figures.items():
        print(f"| {what} | {figure:.1f} | {figure / base:.1f} |")


if __name__ == "__main__":
    main()
