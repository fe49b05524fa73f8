"""Whether a function brings along something that one call could change and the next would see.

A worker unpickles a function once and calls it often. Where it holds a list or an object of the notebook, that
would let what one electron does to it reach the next one that happens to run on the same worker: such a
function is unpickled for every call.
"""

import functools
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from ..model.electron import Electron
from ..model.lattice import Lattice
from ..model.literal import ATOMS
from ..model.sources import names_in


def holds_state(value: Any) -> bool:
    """Whether a function, or something it reaches, is or holds an object that can be changed."""
    return _stateful(value, set())


def _stateful(value: Any, seen: set[int]) -> bool:
    if type(value) in ATOMS or isinstance(value, type | ModuleType | BuiltinFunctionType) or id(value) in seen:
        return False
    seen.add(id(value))
    if isinstance(value, FunctionType):
        return not _imported(value) and any(_stateful(part, seen) for part in _parts(value))
    if isinstance(value, tuple | frozenset):
        return any(_stateful(part, seen) for part in value)
    if isinstance(value, Electron):
        return _stateful(value.function, seen)
    if isinstance(value, Lattice):
        return _stateful(value.workflow_function, seen)
    if type(value) is functools.partial:
        return any(_stateful(part, seen) for part in (value.func, *value.args, *value.keywords.values()))
    return True


def _imported(function: FunctionType) -> bool:
    module = sys.modules.get(function.__module__ or "")
    return module is not None and function.__globals__ is vars(module)


def _parts(function: FunctionType) -> list[Any]:
    parts = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    parts += [function.__globals__[name] for name in names_in(function.__code__) if name in function.__globals__]
    for cell in function.__closure__ or ():
        try:
            parts.append(cell.cell_contents)
        except ValueError:  # an empty cell
            continue
    return parts
