"""Ways in which a cell gets at variables that it does not name: what it changes there is found by looking at all."""

import ast
import functools
import types
from collections.abc import Iterable
from typing import Any

from ..cells import looks_anywhere
from .marks import changeable
from .reach import CODE, held_by, written_here

OUTPUTS = frozenset({"Out", "_", "__", "___", "_oh", "user_ns"})


def may_reach_any(tree: ast.Module) -> bool:
    """Whether a cell may get at any variable: by a text, by the shell's namespace or by what earlier cells showed."""
    loads = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    loads |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    shown = any(name in OUTPUTS or (name.startswith("_") and name[1:].isdigit()) for name in loads)
    return shown or bool(looks_anywhere(tree))


def carries(values: Iterable[Any], most: int) -> bool:
    """Whether code that a cell may call has variables with it: is bound to one, encloses one, has attributes."""
    return any(_carries(value, most) for value in values)


def _carries(value: Any, most: int) -> bool:
    if isinstance(value, types.BuiltinFunctionType):
        return not isinstance(value.__self__, types.ModuleType) and changeable(value.__self__)
    if isinstance(value, types.ModuleType):
        return vars(value).get("__spec__") is None and value.__name__ != "__main__"  # made by hand
    if not (isinstance(value, (types.MethodType, functools.partial)) or written_here(value)):
        return False
    return any(_is_data(thing) for thing in held_by(value, most)) or isinstance(value, types.MethodType)


def _is_data(thing: Any) -> bool:
    code = (*CODE, property, staticmethod, classmethod, functools.cached_property)
    return changeable(thing) and not isinstance(thing, code) and not hasattr(type(thing), "__get__")
