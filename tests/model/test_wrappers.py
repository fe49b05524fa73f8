import functools
import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from jupyter_flow.model.hooks import DepsModule
from jupyter_flow.model.pickles import dumps, loads

CODE = """
import functools

class Shape:
    def __init__(self, side):
        self.side = side

    @functools.cached_property
    def area(self):
        "its area"
        return self.side ** 2

    @functools.singledispatchmethod
    def scaled(self, by):
        return Shape(self.side * by)

    @scaled.register
    def _(self, by: str):
        return by

@functools.singledispatch
def size(thing):
    "how large it is"
    return 1

@size.register
def _(thing: list):
    return sum(size(one) for one in thing)

@size.register
def _(thing: Shape):
    return thing.area

@functools.lru_cache(maxsize=7)
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
"""


@pytest.fixture
def space() -> dict[str, Any]:
    """The names of a notebook with that code."""
    made: dict[str, Any] = {"__name__": "__main__"}
    exec(CODE, made)
    return made


def test_a_generic_function_travels_with_all_it_chooses_from(space: dict[str, Any]) -> None:
    shape, size = loads(dumps((space["Shape"], space["size"])), redefine=True)
    assert size([3, "x", [shape(5)]]) == 27
    assert (size.__name__, size.__doc__, size.__module__) == ("size", "how large it is", "__main__")
    size.register(str, len)
    assert size("four") == 4
    assert space["size"]("four") == 1


def test_a_cached_property_is_computed_once_also_after_a_journey(space: dict[str, Any]) -> None:
    kind = loads(dumps(space["Shape"]), redefine=True)
    shape = kind(3)
    assert shape.area == 9
    shape.side = 4
    assert shape.area == 9
    assert kind.area.__doc__ == "its area"
    assert kind(3).scaled(2).side == 6
    assert shape.scaled("x") == "x"


def test_many_threads_may_ask_for_a_cached_property_that_has_arrived(space: dict[str, Any]) -> None:
    shapes = [loads(dumps(space["Shape"](side)), redefine=True) for side in range(4)]
    found: list[int] = []
    threads = [threading.Thread(target=lambda s=s: found.append(s.area)) for s in shapes for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(side**2 for side in range(4) for _ in range(4))


def test_a_cached_function_arrives_with_an_empty_cache(space: dict[str, Any]) -> None:
    assert space["fibonacci"](20) == 6765
    made = loads(dumps(space["fibonacci"]))
    assert made.cache_info().currsize == 0
    assert made.cache_parameters() == {"maxsize": 7, "typed": False}
    assert made(20) == 6765


def test_what_can_be_imported_goes_by_its_name() -> None:
    assert loads(dumps([generic, cached])) == [generic, cached]
    data = dumps([generic, cached, lambda: 1])
    assert loads(data)[:2] == [generic, cached]


@functools.singledispatch
def generic(thing: object) -> int:
    return 0


@functools.cache
def cached(n: int) -> int:
    return n


def test_those_of_a_module_that_travels_by_value_do_so_too() -> None:
    module = ModuleType("travels_by_value")
    exec(CODE, vars(module))
    sys.modules[module.__name__] = module
    make, arguments = DepsModule(module).__reduce__()
    del sys.modules[module.__name__]
    make(*arguments)
    arrived = sys.modules.pop(module.__name__)
    assert arrived is not module
    assert arrived.size([3, "x", [arrived.Shape(5)]]) == 27
    assert arrived.fibonacci(20) == 6765
