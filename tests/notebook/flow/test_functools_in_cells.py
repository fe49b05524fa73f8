"""What functools makes of a notebook's functions, in electrons: generic functions, cached properties and functions."""

import pytest

from tests.notebook.flow.kernels import Kernel

CODE = """
import functools

@functools.singledispatch
def size(thing):
    return unit

@size.register
def _(thing: list):
    return sum(size(one) for one in thing)

class Table:
    def __init__(self, rows): self.rows = rows
    @functools.cached_property
    def total(self): return size(self.rows) + offset
"""
BOTH = pytest.mark.parametrize("executor", ["local", "thread"])


@BOTH
def test_cells_use_generic_functions_and_cached_properties(kernel: Kernel, executor: str) -> None:
    kernel.goes(CODE)
    kernel.goes("unit, offset = 2, 100")
    kernel.goes(f"%%electron -x {executor}\ntable = Table([1, [2, 3]])\ntotal = table.total\nsize_of_it = size([1])")
    assert kernel.value("total, size_of_it, table.total, type(table) is Table") == "(106, 2, 106, True)"
    assert "up to date" in kernel.goes("%flow stale").replace("nothing is stale", "up to date")
    kernel.goes("unit, offset = 3, 100")
    assert kernel.goes("%flow why table_total_size_of_it").endswith(": 'unit' has changed\n")


@BOTH
def test_cells_make_generic_functions_and_cached_properties(kernel: Kernel, executor: str) -> None:
    kernel.goes("unit, offset = 2, 100")
    kernel.goes(f"%%electron -x {executor} make{CODE}")
    assert kernel.value("Table([1, [2, 3]]).total") == "106"
    kernel.goes("unit = 3")
    assert kernel.value("size([1, 2])") == "6"


@BOTH
def test_electrons_of_lattices_use_them(kernel: Kernel, executor: str) -> None:
    kernel.goes(CODE)
    kernel.goes("unit, offset = 2, 100\n@functools.cache\ndef twice(n): return 2 * n")
    kernel.goes(f"%%electron -x {executor}\ndef measure(rows):\n    return Table(rows).total, twice(size(rows))")
    kernel.goes("import jupyter_flow as jf\nrun = jf.dispatch(jf.lattice(lambda rows: measure(rows)))([1, [2, 3]])")
    assert kernel.value("run.result()") == "(106, 12)"
