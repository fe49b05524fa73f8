import json
import types
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_flow.model.snapshot import snapshot


def notebook(source: str, **names: Any) -> dict[str, Any]:
    """The names of a notebook after a cell has run."""
    space: dict[str, Any] = {"__name__": "__main__", **names}
    exec(source, space)
    return space


def test_a_snapshot_does_not_see_later_redefinitions() -> None:
    cell = notebook("rate = 2\ndef f(x): return x * rate")
    taken = snapshot(cell["f"])
    cell["rate"] = 100
    assert (taken(3), cell["f"](3)) == (6, 300)


def test_helpers_are_taken_along_at_any_depth() -> None:
    cell = notebook("def h(x): return -x\ndef g(x): return h(x)\ndef f(x): return [(lambda: g(y))() for y in x]")
    taken = snapshot(cell["f"])
    cell["h"] = cell["g"] = None
    assert taken([1, 2]) == [-1, -2]


def test_functions_that_call_each_other_stay_together() -> None:
    cell = notebook("def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)")
    taken = snapshot(cell["even"])
    cell["odd"] = cell["even"] = None
    assert (taken(10), taken(7)) == (True, False)


def test_values_are_shared_not_copied() -> None:
    cell = notebook("def f(): seen.append(1); return seen", seen=[])
    assert snapshot(cell["f"])() is cell["seen"]


def test_closures_are_frozen_and_empty_cells_stay_empty() -> None:
    def outer() -> tuple[Callable[[], int], Callable[[], Any], Callable[[], None]]:
        n = 1

        def read() -> int:
            return n

        def early() -> Any:
            return late

        def change() -> None:
            nonlocal n
            n = 100

        taken = snapshot(early)
        late = 5
        assert late == early()
        return read, taken, change

    read, early, change = outer()
    taken = snapshot(read)
    change()
    assert (taken(), read()) == (1, 100)
    with pytest.raises(NameError):
        early()


def test_everything_else_about_the_function_is_kept() -> None:
    cell = notebook("def f(a, b=2, *, c=3):\n    'Words.'\n    return a, b, c\nf.mark = 1")
    taken = snapshot(cell["f"])
    assert (taken(1), taken(1, c=0)) == ((1, 2, 3), (1, 2, 0))
    assert (taken.__name__, taken.__doc__, taken.__module__) == ("f", "Words.", "__main__")
    assert taken.mark == 1  # type: ignore[attr-defined]


def test_a_function_of_a_library_and_what_is_no_function_stay_as_they_are() -> None:
    method = types.MethodType(lambda self: 1, 3)
    for thing in (json.dumps, len, method, dict):
        assert snapshot(thing) is thing


def test_a_recursive_function_is_frozen_once() -> None:
    cell = notebook("def f(n): return n * f(n - 1) if n else 1")
    taken = snapshot(cell["f"])
    cell["f"] = None
    assert taken(5) == 120


def test_builtins_and_imports_still_work() -> None:
    cell = notebook(
        "import math\ndef f(x):\n    import json\n    return json.dumps([math.floor(v) for v in sorted(x)])"
    )
    assert snapshot(cell["f"])([2.5, 1.5]) == "[1, 2]"
