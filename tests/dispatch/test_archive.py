"""Records of dispatches, read without running anybody's code."""

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.dispatch.archive import Inputs, pack_record, unpack_record
from jupyter_flow.executor import BaseExecutor, LocalExecutor
from jupyter_flow.model.errors import StoreCorruption
from jupyter_flow.model.graph import TransportGraph


@dataclass(slots=True)
class Mine(LocalExecutor):
    """Somebody's own."""


class Odd(BaseExecutor):
    """Another one."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("made",)


@jf.electron(executor=LocalExecutor(workers=3, workdir="here"))
def one(x: Any) -> Any:
    return x


def graph() -> TransportGraph:
    @jf.lattice
    def work() -> Any:
        return one(1.5), one({"a": {1}}), one(...), one(1j) + 1

    return work.build_graph()


def test_a_graph_is_read_as_it_was_written() -> None:
    made = graph()
    archive = unpack_record(pack_record(made, Inputs((b"x", None), {"y": b"z"}), b"workflow"))
    assert archive.graph.calls == made.calls
    assert archive.graph.versions == made.versions
    assert archive.graph.executors == made.executors
    assert (archive.inputs, archive.workflow) == (Inputs((b"x", None), {"y": b"z"}), b"workflow")


@pytest.mark.parametrize("executor", [Mine(workers=2), Odd(), [Path("x"), Odd()]])
def test_an_executor_that_somebody_wrote_is_described_and_not_made(executor: Any) -> None:
    made = graph()
    made.executors.append(executor)
    read = unpack_record(pack_record(made, None, None)).graph
    assert str(read.executors[-1])
    assert type(read.executors[-1]) is not type(executor) or type(executor) is list
    assert not Path("made").exists()


@pytest.mark.parametrize("function", [jf.dispatch, pickle.loads, os.mkdir, eval])
def test_a_record_that_calls_something_calls_nothing(function: Any) -> None:
    class Calls:
        def __reduce__(self) -> Any:
            return function, ("made",)

    made = graph()
    made.executors.append(Calls())
    data = pickle.dumps((1, made, None, None), 5)
    if function is jf.dispatch:
        with pytest.raises(StoreCorruption, match="dispatch"):
            unpack_record(data)
    else:
        assert str(unpack_record(data).graph.executors[-1]) == function.__name__
    assert not Path("made").exists()
