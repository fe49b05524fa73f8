"""Marks of variables tell of changes, and cost little, whatever the variable holds."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jupyter_flow.notebook.flow.marks import WHOLE, mark_of

MANY = 4 * WHOLE


def peak(value: Any) -> int:
    """Bytes that taking a mark of a value needs."""
    tracemalloc.start()
    try:
        mark_of(value)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def large(kind: str, folder: Path) -> Any:
    """An array of 64 MB that is not one piece of memory of numpy's own."""
    arrays = {
        "on disk": lambda: np.memmap(folder / "it", dtype="u1", mode="w+", shape=(MANY,)),
        "masked": lambda: np.ma.masked_array(np.zeros(MANY, "u1"), mask=False),
        "repeated": lambda: np.broadcast_to(np.uint8(1), (1, MANY)),
        "every second of a row": lambda: np.zeros((1, 2 * MANY), "u1")[:, ::2],
    }
    return arrays[kind]()


@pytest.mark.parametrize("kind", ["on disk", "masked", "repeated", "every second of a row"])
def test_a_mark_of_a_large_array_makes_no_copy_of_it(kind: str, tmp_path: Path) -> None:
    assert peak(large(kind, tmp_path)) < 2 * WHOLE


@pytest.mark.parametrize("kind", ["on disk", "masked", "every second of a row"])
def test_an_array_of_any_kind_that_has_changed_has_another_mark(kind: str, tmp_path: Path) -> None:
    array = large(kind, tmp_path)
    before = mark_of(array)
    assert mark_of(array) == before
    array[...] = 7
    assert mark_of(array).digest != before.digest


def test_what_a_small_masked_array_hides_counts() -> None:
    array = np.ma.masked_array(np.zeros(3), mask=False)
    before = mark_of(array)
    array.mask[1] = True
    assert mark_of(array).digest != before.digest


def test_many_large_arrays_together_are_looked_at_in_part() -> None:
    arrays = [np.zeros(WHOLE, "u1") for _ in range(16)]
    mark = mark_of(arrays)
    assert mark.size < 8 * WHOLE
    assert not mark.exact


class Slow:
    """An object of the notebook's that takes its time to be pickled."""

    def __init__(self) -> None:
        self.it = [1]
        self.asked = 0

    def __reduce__(self) -> tuple[Any, ...]:
        self.asked += 1
        return Slow, ()


Slow.__module__ = Slow.__reduce__.__module__ = "__main__"


def test_an_objects_own_way_of_being_pickled_is_not_asked() -> None:
    slow = Slow()
    before = mark_of(slow)
    assert slow.asked == 0
    slow.it.append(2)
    assert mark_of(slow).digest != before.digest
