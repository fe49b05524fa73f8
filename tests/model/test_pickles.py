import pickle
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cloudpickle
import numpy as np
import pytest

from jupyter_flow.model.events import BlobRef
from jupyter_flow.model.pickles import INLINE, Buffers, dumps, loads, pack, sendable


@dataclass
class Importable:
    x: int

    def method(self) -> int:
        return self.x


def of_notebook() -> Any:
    """A class as a cell defines one."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec("class Cell:\n    def __init__(self, x): self.x = x\n    def double(self): return 2 * self.x", space)
    return space["Cell"]


def test_what_can_be_imported_travels_by_name_and_what_cannot_travels_whole() -> None:
    assert len(dumps(Importable(1))) < 100
    data = dumps(of_notebook()(4))
    assert loads(data).double() == 8
    assert loads(dumps(lambda x: x + 1))(1) == 2
    assert loads(dumps("a text about __main__")) == "a text about __main__"


def test_buffers_lie_beside_the_pickle() -> None:
    buffers: Buffers = []
    array = np.arange(1000)
    data = dumps({"a": array, "f": of_notebook()}, buffers)
    assert len(buffers) == 1
    assert np.array_equal(loads(data, buffers)["a"], array)


def test_the_first_try_leaves_no_buffers_behind() -> None:
    buffers: Buffers = []
    dumps([np.arange(10), lambda: 1], buffers)
    assert len(buffers) == 1


def test_a_module_registered_by_value_travels_by_value() -> None:
    import tests.model.evaluate as module

    cloudpickle.register_pickle_by_value(module)
    try:
        assert len(dumps(module.Stub)) > 1000
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def test_only_large_values_are_kept_elsewhere() -> None:
    kept: list[int] = []

    def keep(meta: bytes, buffers: Sequence[memoryview]) -> BlobRef:
        kept.append(len(meta) + sum(part.nbytes for part in buffers))
        return BlobRef(b"", kept[-1])

    assert pack([1, 2], keep) == dumps([1, 2])
    assert isinstance(pack(np.arange(10), keep), bytes)
    assert isinstance(pack(bytes(INLINE), keep), BlobRef)
    assert isinstance(pack(np.zeros(INLINE), keep), BlobRef)
    assert isinstance(pack(np.zeros(INLINE)), bytes)
    assert len(kept) == 2


def test_what_cannot_be_pickled_raises_what_pickling_raises() -> None:
    with pytest.raises(TypeError, match="lock"):
        dumps(threading.Lock())


def test_a_bound_method_travels_as_its_function_and_its_object() -> None:
    bound = Importable(3).method
    again = loads(dumps(sendable(bound)))
    assert (again(), again.__name__, again.__self__) == (3, "method", Importable(3))
    assert sendable(len) is len
    assert pickle.loads(pickle.dumps(sendable("a b".split)))() == ["a", "b"]
