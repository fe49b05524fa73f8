"""A store in which values cannot be written says so: nobody is told that the value is at fault."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import InlineExecutor, LocalExecutor, ThreadExecutor
from jupyter_flow.model.errors import StoreError

EXECUTORS = {"local": LocalExecutor(workers=1), "thread": ThreadExecutor(workers=1), "inline": InlineExecutor()}


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """The store of the session: a file lies where values are written first, for modes mean nothing to root."""
    root = jf.session().store.root
    place, aside = root / "tmp", root / "tmp.aside"
    place.mkdir(mode=0o700, exist_ok=True)
    os.rename(place, aside)
    place.touch(0o600)
    yield root
    place.unlink()
    os.rename(aside, place)


@jf.electron
def large(size: int) -> bytes:
    return bytes(size)


@jf.electron
def talks() -> int:
    sys.stdout.write("x" * 200_000 + "end\n")
    return 7


@jf.electron
def taken(value: Any) -> int:
    return len(value)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_value_that_cannot_be_written_fails_its_electron_alone_and_names_the_store(
    unwritable: Path, executor: str
) -> None:
    flow = jf.lattice(executor=EXECUTORS[executor])(lambda: (large(100_000), large(10), talks()))
    refused, small, spoke = jf.dispatch_sync(flow)().nodes
    assert [str(node.status) for node in (refused, small, spoke)] == ["FAILED", "COMPLETED", "COMPLETED"]
    assert (refused.error.kind, refused.error.type) == ("store", "StoreError")
    assert str(unwritable) in refused.error.message
    assert "JUPYTER_FLOW_STORE" in refused.error.message
    assert spoke.stdout.endswith("xend\n")


def test_an_argument_that_cannot_be_written_is_not_said_to_be_unpicklable(unwritable: Path) -> None:
    with pytest.raises(StoreError, match="Cannot write in the store"):
        jf.dispatch(jf.lattice(lambda: taken([b"x" * 100_000])))()
    with pytest.raises(StoreError, match="Cannot write in the store"):
        jf.dispatch(jf.lattice(taken))([b"x" * 100_000])
