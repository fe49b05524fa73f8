"""Dispatches whose end the disk has no room for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FILLS = """
import resource, sys, time
import jupyter_flow as jf

@jf.electron(executor=sys.argv[1])
def some(n):
    return bytes([n]) * 30_000

@jf.electron(executor=sys.argv[1])
def slow(n):
    time.sleep(20)

@jf.lattice
def flow(n):
    return [some(k) for k in range(n)], [slow(k) for k in range(2)] if n > 2 else 0

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, -1))

jf.dispatch(flow)(2).result(20)  # workers are there
store = jf.session().store
limit((store.root / "index.sqlite3-wal").stat().st_size + 150_000)
id = jf.dispatch(flow)(40)
here = jf.get_result(id, wait=True, timeout=15)
told = [str(node.status) for node in here.nodes]
print(here.status, told, here.error)
for node in here.nodes:
    assert node.status != "COMPLETED" or node.output == bytes([node.id]) * 30_000
if sys.argv[2] == "lives":
    limit(-1)
    while store.run(id).state == "RUNNING":
        time.sleep(0.05)
    assert [str(node.status) for node in jf.get_result(id).nodes] == told
    assert jf.redispatch(id, reuse_previous_results=True)(2).result(20)
elif sys.argv[2] == "closes":
    limit(-1)
    jf.session().close()
"""
LOOKS = """
import jupyter_flow as jf
id = jf.dispatches()[-2].id  # after the one that started workers
there = jf.get_result(id)
print(there.status, [str(node.status) for node in there.nodes], there.error)
"""


def said(tmp_path: Path, code: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "JUPYTER_FLOW_STORE": str(tmp_path / "store")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("executor", ["thread", "local"])
@pytest.mark.parametrize("kernel", ["lives", "closes"])
def test_on_a_full_disk_every_node_ends_and_another_kernel_is_told_the_same_once_there_is_room(
    tmp_path: Path, executor: str, kernel: str
) -> None:
    here = said(tmp_path, FILLS, executor, kernel)
    assert here.startswith("FAILED")
    assert "No space left" in here
    assert not any(status in here for status in ("RUNNING", "NEW_OBJECT"))
    assert said(tmp_path, LOOKS) == here
