"""What a cell made, on its way."""

import sys
import threading
import types
from typing import Any

import numpy as np
import pytest

from jupyter_flow.model.cellvalues import CellValues
from jupyter_flow.model.pickles import Buffers, dumps, loads
from jupyter_flow.worker.arrival import Home


def travelled(values: CellValues) -> CellValues:
    buffers: Buffers = []
    data = dumps(values, buffers)
    made: CellValues = loads(data, [buffer.raw() for buffer in buffers])
    return made


def written(source: str) -> dict[str, Any]:
    """What the statements of a notebook make."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(source, space)
    return space


def test_values_travel_with_what_is_said_of_them() -> None:
    made = travelled(CellValues({"x": 1}, ("y",), ("z",), {"f": "why"}))
    assert (made, made.deleted, made.changed, made.left) == ({"x": 1}, ("y",), ("z",), {"f": "why"})


def test_values_that_share_an_object_share_it_on_arrival() -> None:
    shared = [1]
    made = travelled(CellValues({"a": shared, "b": [shared]}))
    assert made["b"][0] is made["a"]


def test_arrays_go_beside_the_pickle() -> None:
    buffers: Buffers = []
    data = dumps(CellValues({"x": np.arange(100_000)}), buffers)
    assert len(data) < 1000
    assert loads(data, [buffer.raw() for buffer in buffers])["x"].sum() == 4999950000


def test_arrays_may_also_go_in_the_pickle() -> None:
    assert loads(dumps(CellValues({"x": np.arange(3)})))["x"].tolist() == [0, 1, 2]


def test_what_cannot_be_pickled_is_left_with_the_reason_and_the_rest_goes() -> None:
    values = CellValues({"x": 1, "lock": threading.Lock()}, ("y",))
    with pytest.raises(TypeError):
        dumps(values)
    kept = values.portable()
    assert (kept, kept.deleted) == ({"x": 1}, ("y",))
    assert kept.left == {"lock": "lock: cannot pickle '_thread.lock' object"}


def test_code_among_them_reads_the_names_of_where_it_is_taken() -> None:
    space = written("rate = 1\ndef f(): return rate\nfs = [lambda: rate + 1]")
    made = travelled(CellValues({"f": space["f"], "fs": space["fs"]}))
    here: dict[str, Any] = {"rate": 10}
    taken = made.within(Home(here).load)
    assert (taken["f"](), taken["fs"][0]()) == (10, 11)
    here["rate"] = 20
    assert (taken["f"](), taken["fs"][0]()) == (20, 21)
    assert made["f"]() == 1


def test_what_code_needs_and_nobody_has_comes_along() -> None:
    space = written("_k = 1\ndef f(): return _k")
    here: dict[str, Any] = {}
    assert travelled(CellValues({"f": space["f"]})).within(Home(here).load)["f"]() == 1
    assert here["_k"] == 1


def test_plain_values_are_taken_as_they_are() -> None:
    made = travelled(CellValues({"x": [1]}))
    assert made.within(Home({}).load) is made


CLASSES = (
    "class Base:\n    def m(self): return n\nclass Sub(Base):\n    def m(self): return super().m() + 1\nit = [Sub()]"
)


def test_each_namespace_has_classes_of_its_own_and_instances_go_back_to_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = written(CLASSES)
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    made = travelled(CellValues({name: space[name] for name in ("it", "Base", "Sub")}))
    here = Home({"n": 5})
    taken = made.within(here.load)
    assert taken["it"][0].m() == 6
    assert type(taken["it"][0]) is taken["Sub"] is not space["Sub"]
    assert taken["Sub"].__base__ is taken["Base"]
    assert made.within(here.load)["Sub"] is taken["Sub"]
    back = travelled(CellValues({"it": taken["it"]}))
    assert type(back["it"][0]) is space["Sub"]
