"""A function as it is now, whatever the notebook redefines afterwards.

A process gets the function as bytes, and so a version of its own. A thread would see each later change of a
global it reads; here its function is rebuilt over a shallow copy of the names it reaches. The values are shared.
"""

import sys
from collections.abc import Callable
from types import CellType, FunctionType
from typing import Any

from .sources import names_in


def snapshot(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function over its own copy of the notebook's names; anything but a function of the notebook as it is."""
    return _copied(function, {}) if isinstance(function, FunctionType) else function


def _copied(function: FunctionType, made: dict[int, FunctionType]) -> FunctionType:
    if id(function) in made or not _of_notebook(function):
        return made.get(id(function), function)
    names = {"__builtins__": function.__globals__.get("__builtins__"), "__name__": function.__module__}
    cells = tuple(CellType() for _ in function.__closure__ or ())
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, cells or None)
    made[id(function)] = copy
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__, copy.__doc__, copy.__module__ = function.__qualname__, function.__doc__, function.__module__
    copy.__dict__.update(function.__dict__)
    for name in names_in(function.__code__):
        if name in function.__globals__:
            names[name] = _value(function.__globals__[name], made)
    for cell, original in zip(cells, function.__closure__ or (), strict=True):
        try:
            cell.cell_contents = _value(original.cell_contents, made)
        except ValueError:  # an empty cell stays empty
            continue
    return copy


def _value(value: Any, made: dict[int, FunctionType]) -> Any:
    if isinstance(value, FunctionType):
        return _copied(value, made)
    function = getattr(value, "function", None)
    if getattr(type(value), "is_electron", False) and isinstance(function, FunctionType):
        return type(value)(_copied(function, made), value.options, value.name)
    return value


def _of_notebook(function: FunctionType) -> bool:
    """Whether it was written here rather than imported: nobody redefines a library's functions."""
    module = sys.modules.get(function.__module__ or "")
    return module is None or function.__module__ == "__main__" or "<locals>" in function.__qualname__
