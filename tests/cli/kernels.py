"""Other processes that dispatch, as another notebook's kernel would."""

import os
import subprocess
import sys
from pathlib import Path

import jupyter_flow as jf

CHECKOUT = Path(jf.__file__).parent.parent

SLOW = """
import os, sys, time
import jupyter_flow as jf

@jf.electron(executor="local")
def quick():
    return 1

@jf.electron(executor="local")
def slow(name, n):
    open(name, "a").write("x")
    for _ in range(600):
        time.sleep(0.1)

@jf.lattice
def both():
    first = quick()
    return slow("one", first), slow("two", first)

id = jf.dispatch(both)()
while not (os.path.exists("one") and os.path.exists("two")):
    time.sleep(0.02)
print(id, flush=True)
sys.stdin.readline()
print(jf.get_result(id, wait=True).status, flush=True)
"""


def kernel(code: str = SLOW) -> "tuple[subprocess.Popen[str], str]":
    """A process that has dispatched something, and the first line it printed: an id."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(CHECKOUT), *sys.path])},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def command(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command line, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "jupyter_flow.cli", *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), **environment},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
