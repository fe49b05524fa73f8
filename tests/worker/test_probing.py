"""Values that cannot be read again fail where they were made."""

import collections
import datetime
import decimal
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from tblib.pickling_support import unpickle_exception_with_attrs

import jupyter_flow as jf
from jupyter_flow.model.cellvalues import CellValues
from jupyter_flow.model.pickles import dumps
from jupyter_flow.worker.probing import Unloadable, harmless, probe


class Bomb:
    """Does something when it is unpickled."""

    def __init__(self, call: Callable[..., Any], *args: Any) -> None:
        self.how = call, args

    def __reduce__(self) -> Any:
        return self.how


class AsDaskHasIt:
    """What every exception is pickled as in a process that has imported Dask."""

    def __reduce__(self) -> Any:
        return unpickle_exception_with_attrs, (ValueError, {"args": ("x",)}, None, None, None, False, None)


PLAIN = {
    "numbers": [1, 2.5, 1j, None, True],
    "text": {"a": "b" * 1000, "c": b"d"},
    "sets": [{1}, frozenset({2}), bytearray(b"x"), range(3), slice(1, 2)],
    "array": numpy.arange(10),
    "many arrays": [numpy.ones(3), numpy.float64(1.5), numpy.datetime64("2020-01-01"), numpy.ones((2, 2), "f4")],
    "frame": pandas.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pandas.to_datetime(["2020-01-01"] * 2)}),
    "series": pandas.Series([1.5, 2.5], index=["a", "b"], name="s"),
    "times": [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), decimal.Decimal("1.5"), Path("x")],
    "collections": [collections.OrderedDict(a=1), collections.deque([1]), collections.Counter("aab")],
    "error": ValueError("x"),
    "error, as Dask has it": AsDaskHasIt(),
    "a cell's": CellValues({"a": 1, "b": numpy.arange(3)}),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_known_to_be_harmless_is_not_loaded_twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    buffers: list[Any] = []
    data = dumps(PLAIN[name], buffers)
    assert harmless(data)
    monkeypatch.setattr("jupyter_flow.worker.probing.loads", pytest.fail)
    probe(data, buffers)


@pytest.mark.parametrize(
    "bomb",
    [Bomb(eval, "1/0"), Bomb(int, "x"), Bomb(exec, "raise SystemExit(3)"), [numpy.arange(3), Bomb(getattr, 1, "no")]],
)
def test_what_raises_when_it_is_loaded_is_told(bomb: object) -> None:
    with pytest.raises(Unloadable):
        probe(pickle.dumps(bomb, 5), [])


@pytest.mark.parametrize("executor", ["local", "thread", "inline"])
def test_an_output_that_cannot_be_unpickled_fails_its_electron(executor: str) -> None:
    @jf.electron(executor=executor)
    def makes() -> Any:
        return Bomb(eval, "1/0")

    @jf.electron(executor=executor)
    def other() -> int:
        return 1

    @jf.lattice
    def work() -> Any:
        return makes(), other()

    result = jf.dispatch_sync(work)()
    bad, good = result.nodes
    assert (str(bad.status), bad.error and bad.error.kind) == ("FAILED", "result_unserializable")
    assert "its output, a Bomb, cannot be unpickled (ZeroDivisionError: division by zero)" in str(result.error)
    assert good.output == 1


def test_an_output_whose_unpickling_ends_the_process_ends_its_worker_and_not_the_kernel() -> None:
    @jf.electron(executor="local")
    def makes() -> Any:
        return Bomb(os._exit, 3)

    node = jf.dispatch_sync(jf.lattice(makes))().nodes[0]
    assert node.error is not None
    assert (node.error.kind, "exited with code 3" in node.error.message) == ("worker_lost", True)
