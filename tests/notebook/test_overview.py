"""What the panel lists."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import StoreError
from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING, SKIPPED
from jupyter_flow.notebook.overview import Overview
from jupyter_flow.session import session
from jupyter_flow.store.runs import Store
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
import pytest

import jupyter_flow as jf
from jupyter_flow.model.errors import StoreError

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


@contextmanager
def forged(table: str, column: str, value: object, where: str, parameter: object) -> Iterator[None]:
    """A column of rows is another one, for a while."""
    index = session().store.root / "index.sqlite3"
    ask = f"SELECT {column} FROM {table} WHERE {where}"
    write = f"UPDATE {table} SET {column} = ? WHERE {where}"
    with sqlite3.connect(index) as connection:
        (before,) = connection.execute(ask, (parameter,)).fetchone()
        connection.execute(write, (value, parameter))
    yield
    with sqlite3.connect(index) as connection:
        connection.execute(write, (before, parameter))


@pytest.mark.parametrize(
    ("column", "value"), [("name", "other"), ("mac", b"\0" * 32), ("mac", "text"), ("status", 6.5)]
)
def test_what_another_key_signed_is_counted_and_hides_no_other_dispatch(column: str, value: object) -> None:
    ids = [jf.dispatch(some)() for _ in range(2)]
    for id in ids:
        jf.get_result(id, wait=True)
    overview = Overview()
    with forged("run", column, value, "id = ?", ids[1]):
        listed = [one["dispatch"] for one in overview.dispatches(10)[0]]
    assert ids[0] in listed
    assert ids[1] not in listed
    (told,) = overview.troubles
    assert told.startswith("1 dispatch is not listed: this user's key has not signed")
    assert "`jupyter-flow ls`" in told
    assert not Overview().troubles


def test_a_dispatch_whose_nodes_were_forged_is_listed_with_what_is_wrong_with_it() -> None:
    id = jf.dispatch(some)()
    jf.get_result(id, wait=True)
    overview = Overview()
    with forged("attempt", "status", 5, "node = 0 AND run = ?", session().store.run(id).serial):
        (listed, *_), _ = overview.dispatches(10)
    assert (listed["dispatch"], sum(listed["state"]["counts"])) == (id, 0)
    assert id in overview.troubles[0]


def test_a_store_that_cannot_be_read_is_told_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    id = jf.dispatch(some)()
    jf.get_result(id, wait=True)

    def refuse(*args: object, **options: object) -> None:
        raise StoreError("the disk is gone: mount it")

    overview = Overview()
    with monkeypatch.context() as broken:
        broken.setattr(Store, "runs", refuse)
        assert overview.dispatches(10) == ([], False)
        assert overview.troubles == ["the disk is gone: mount it"]
    assert overview.dispatches(11)[0][0]["dispatch"] == id
    assert not overview.troubles
