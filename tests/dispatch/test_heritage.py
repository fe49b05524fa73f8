"""A dispatch is continued by another one, which runs what is missing and nothing else."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.resuming import check_resumable
from jupyter_flow.model.events import BlobRef
from tests.cli.kernels import kernel

KILLED = """
import os, sys, time
import jupyter_flow as jf

def ran(name):
    with open("ran", "a") as file:
        file.write(name + " ")

@jf.electron(executor={executor!r})
def step(name, *before):
    ran(name)
    return name.encode() * 50_000

@jf.electron(executor={executor!r})
def held(name, *before):
    ran(name)
    while not os.path.exists("go"):
        time.sleep(0.01)
    return name

@jf.electron
@jf.lattice
def inside(name):
    return last(held(name + "-held", step(name + "-first")), step(name + "-second"))

@jf.electron(executor={executor!r})
def last(*parts):
    ran("last")
    return len(parts)

@jf.lattice
def flow():
    return last(inside("in"), held("held", step("first")), step("second"))

id = jf.dispatch(flow)()
expected = {{"in-first", "in-held", "in-second", "held", "first", "second"}}
while not (os.path.exists("ran") and set(open("ran").read().split()) >= expected):
    time.sleep(0.01)
store = jf.session().store
while sum(len(store.rows(row.serial)) for row in store.runs(all=True) if row.root == id) < 4:
    time.sleep(0.01)
print(id, flush=True)
sys.stdin.readline()
"""


def times_run() -> Counter[str]:
    return Counter(Path("ran").read_text().split())


@pytest.mark.parametrize("executor", ["thread", "local"])
def test_what_a_killed_kernel_had_completed_is_not_run_again_in_sublattices_neither(executor: str) -> None:
    process, id = kernel(KILLED.format(executor=executor))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    row = jf.session().store.run(id)
    assert row.state == jf.status.INTERRUPTED
    check_resumable(row)
    assert set(times_run().values()) == {1}
    Path("go").touch()
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(60) == 3
    assert times_run() == {"in-held": 2, "held": 2, "last": 2, "first": 1, "second": 1, "in-first": 1, "in-second": 1}
    run = jf.session().run(again)
    assert run is not None
    assert run.taken == 2
    with pytest.raises(jf.errors.DispatchError, match="has completed"):
        check_resumable(jf.session().store.run(again))


@jf.electron(executor="thread")
def large(n: int, folder: str) -> bytes:
    with open(f"{folder}/ran", "a") as file:
        file.write(f"large-{n} ")
    return bytes([n]) * 100_000


@jf.electron(executor="thread")
def size(parts: list[bytes], folder: str) -> int:
    with open(f"{folder}/ran", "a") as file:
        file.write("size ")
    sys.stdout.write("x" * 100_000)
    return sum(map(len, parts))


@jf.lattice
def sizes(folder: str) -> Any:
    parts = [large(n, folder) for n in range(3)]
    return size(parts, folder), parts


def blob(id: str, node: int) -> Path:
    store = jf.session().store
    record = store.row(store.run(id).serial, node)
    assert record is not None
    assert isinstance(record.value, BlobRef)
    return store.blobs.path(record.value)


@pytest.mark.parametrize("damage", ["flip", "remove"])
def test_a_value_that_is_damaged_is_named_and_computed_again_when_asked_and_only_it(
    damage: str, tmp_path: Path
) -> None:
    folder = str(tmp_path)
    id = jf.dispatch(sizes)(folder)
    first = id.result(60)
    path = blob(id, 1)
    if damage == "flip":
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    else:
        path.unlink()
    result = jf.get_result(id)
    if damage == "flip":  # a dispatch that nobody asked for computes nothing, and takes nothing damaged over
        with pytest.raises(jf.errors.StoreCorruption, match=rf"node 1 \(large\).*{path.name}.*expected.*quarantine"):
            _ = result.nodes[1].output
    with pytest.raises(jf.errors.StoreCorruption, match=rf"node 1 \(large\).*{path.name}.*reuse_previous_results"):
        _ = result.result
    assert [result.nodes[n].output for n in (0, 2)] == [bytes([n]) * 100_000 for n in (0, 2)]
    assert times_run() == {"large-0": 1, "large-1": 1, "large-2": 1, "size": 1}
    again = jf.redispatch(id, reuse_previous_results=True)()
    assert again.result(60) == first
    assert times_run() == {"large-0": 1, "large-1": 2, "large-2": 1, "size": 1}


def test_a_flipped_value_that_nobody_has_read_is_not_taken_over(tmp_path: Path) -> None:
    id = jf.dispatch(sizes)(str(tmp_path))
    first = id.result(60)
    path = blob(id, 2)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert jf.redispatch(id, reuse_previous_results=True)().result(60) == first
    assert times_run()["large-2"] == 2


def test_a_log_that_is_lost_is_no_reason_to_compute(tmp_path: Path) -> None:
    id = jf.dispatch(sizes)(str(tmp_path))
    id.result(60)
    store = jf.session().store
    record = store.row(store.run(id).serial, 3)
    assert record is not None
    assert isinstance(record.stdout, BlobRef)
    store.blobs.path(record.stdout).unlink()
    again = jf.redispatch(id, reuse_previous_results=True)()
    again.result(60)
    assert times_run()["size"] == 1
    assert jf.get_result(again).nodes[3].stdout == ""


def test_what_has_nothing_left_to_run_says_what_to_do_instead(tmp_path: Path) -> None:
    @jf.electron(executor="thread")
    def wait(folder: str) -> None:
        import time

        while not os.path.exists(f"{folder}/go"):
            time.sleep(0.01)

    id = jf.dispatch(jf.lattice(lambda folder: wait(folder)))(str(tmp_path))
    with pytest.raises(jf.errors.DispatchError, match="still runs; cancel it"):
        check_resumable(jf.session().store.run(id))
    (tmp_path / "go").touch()
    id.result(60)
    with pytest.raises(jf.errors.DispatchError, match="reuse_previous_results=True"):
        check_resumable(jf.session().store.run(id))
