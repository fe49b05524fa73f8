"""Fingerprints of a notebook's code: each function and class by itself, since what it reaches by name has its own."""

import functools
import types
from collections.abc import Mapping
from typing import Any

from ...model.electron import Electron
from ...model.fingerprint import Fingerprint
from ...model.wrappers import CACHED, is_generic
from ...store.contents import UNTOLD
from ...store.fingerprints import fingerprint
from .reach import written_here


def code_fingerprint(value: Any, space: Mapping[str, Any]) -> Fingerprint:
    """What only equal code of a notebook has as well; None where nobody can tell."""
    return fingerprint(stripped(value, space))


def stripped(value: Any, space: Mapping[str, Any]) -> Any:
    """Code without what it reaches by name in the notebook: that counts for itself."""
    if isinstance(value, types.FunctionType) and value.__globals__ is space:
        return _bare(value)
    if isinstance(value, type) and written_here(value):
        return _class(value, space)
    if isinstance(value, Electron):
        return value.name, stripped(value.function, space)
    if isinstance(value, types.MethodType):
        return value.__name__, stripped(value.__func__, space), value.__self__
    return _wrapper(value, space)


def _bare(function: types.FunctionType) -> types.FunctionType:
    bare = types.FunctionType(function.__code__, {}, function.__name__, function.__defaults__, function.__closure__)
    bare.__kwdefaults__, bare.__module__ = function.__kwdefaults__, function.__module__
    bare.__dict__.update(function.__dict__)
    return bare


def _class(kind: type, space: Mapping[str, Any]) -> Any:
    members = {name: stripped(member, space) for name, member in vars(kind).items() if name not in UNTOLD}
    return kind.__qualname__, stripped(type(kind), space), kind.__bases__, sorted(members.items(), key=lambda m: m[0])


def _wrapper(value: Any, space: Mapping[str, Any]) -> Any:
    """What has a function within: the function stripped, and what else there is to the wrapper."""
    if isinstance(value, CACHED):
        return "cached", value.cache_parameters(), stripped(value.__wrapped__, space)
    if isinstance(value, functools.partial):
        return "partial", stripped(value.func, space), value.args, value.keywords
    if is_generic(value):
        chosen = value.registry.items()
        return "generic", [(stripped(kind, space), stripped(function, space)) for kind, function in chosen]
    if isinstance(value, functools.cached_property):
        return "cached property", stripped(value.func, space)
    if isinstance(value, classmethod | staticmethod):
        return type(value).__name__, stripped(value.__func__, space)
    return value
