"""What the panel lists."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING, SKIPPED
from jupyter_flow.notebook.overview import Overview
from jupyter_flow.widgets.busy import Sampler


@jf.electron(executor="thread")
def picky(number: int) -> int:
    """All but one."""
    if number == 3:
        raise ValueError("not this one")
    return number


@jf.lattice
def some() -> Any:
    """Ten, and one that needs the one that fails."""
    made = [picky(number) for number in range(10)]
    return made, picky(made[3])


def test_a_dispatch_that_failed_is_listed_with_how_its_electrons_did() -> None:
    id = jf.dispatch(some)()
    jf.get_result(id, wait=True)
    (listed, *_), _ = Overview().dispatches(10)
    assert listed["dispatch"] == id
    counts = listed["state"]["counts"]
    assert (counts[COMPLETED], counts[FAILED], counts[SKIPPED], sum(counts)) == (9, 1, 1, listed["total"])


ELSEWHERE = """
import sys
import jupyter_flow as jf

@jf.electron(executor="thread")
def step(number):
    if number > 2:
        sys.stdin.readline()
    return number

@jf.lattice
def steps():
    return [step(number) for number in range(5)]

id = jf.dispatch(steps)()
while sum(bool(node.end_time) for node in jf.get_result(id).nodes) < 3:
    pass
print(id, flush=True)
sys.stdin.read()
"""


def test_how_far_a_dispatch_of_another_process_is_is_counted_where_somebody_watches(tmp_path: Path) -> None:
    jf.get_result(jf.dispatch(some)(), wait=True)  # a session is here
    program = tmp_path / "elsewhere.py"
    program.write_text(ELSEWHERE)
    command = [sys.executable, str(program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        id = other.stdout.readline().strip()
        overview = Overview()
        (unseen, *_), _ = overview.dispatches(10)
        assert (unseen["dispatch"], unseen["here"], sum(unseen["state"]["counts"])) == (id, False, 0)
        (seen, *_), _ = overview.dispatches(10, watched=True)
        counts = seen["state"]["counts"]
        assert (seen["state"]["status"], counts[COMPLETED], counts[0], sum(counts)) == (RUNNING, 3, 2, 5)
        other.kill()


def test_what_executors_have_done_counts_dispatches_that_have_ended() -> None:
    before = _done(Sampler())
    for _ in range(2):
        jf.get_result(jf.dispatch(some)(), wait=True)
    assert _done(Sampler()) == before + 2 * 9


def _done(sampler: Sampler) -> int:
    return sum(busy["done"] for busy in sampler.resources().resources if busy["id"] == "thread")
