"""What functools makes of functions, pickled with the functions it was made of.

A cached function would go by its name, which means nothing in another process where a notebook defined it; a generic
function or method and a cached property hold what cannot be pickled: weak references, and a lock before Python 3.12.
"""

import functools
import threading
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, Protocol, TypeGuard

from cloudpickle import cloudpickle

CACHED = type(functools.lru_cache(len))
GENERIC: Any = functools.singledispatch(lambda thing: thing)
OWN = frozenset(vars(GENERIC)) - {"__wrapped__"}  # attributes of every generic function
TOLD = ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__")
METHODS_OWN = frozenset(vars(functools.singledispatchmethod(len)))  # with a cache of weak references in Python 3.13
LOCKED = hasattr(functools.cached_property(len), "lock")


class Generic(Protocol):
    """A function that chooses by the type of its first argument."""

    __name__: str
    registry: Mapping[type, Callable[..., Any]]


def is_generic(thing: Any) -> TypeGuard[Generic]:
    """Whether `functools.singledispatch` made it."""
    return isinstance(thing, FunctionType) and thing.__code__ is GENERIC.__code__


def reduced(thing: Any) -> tuple[Any, ...] | None:
    """How to pickle what functools made; None for anything else, and for what can be imported."""
    if isinstance(thing, functools.cached_property):
        state = {name: value for name, value in vars(thing).items() if name != "lock"}
        return _property, (type(thing),), state, None, None, _fill_property
    if isinstance(thing, functools.singledispatchmethod):
        own = {name: value for name, value in vars(thing).items() if name not in METHODS_OWN}
        return _method, (type(thing), thing.func), {"dispatcher": thing.dispatcher, **own}, None, None, _fill_method
    if isinstance(thing, CACHED) and not _importable(thing):
        return _cached, (thing.__wrapped__, thing.cache_parameters())
    if is_generic(thing) and not _importable(thing):
        own = {name: value for name, value in vars(thing).items() if name not in OWN}
        told = {name: getattr(thing, name) for name in TOLD}
        state = {"kinds": dict(thing.registry), "attributes": {**own, **told}}
        return _generic, (thing.__name__,), state, None, None, _fill_generic
    return None


def _importable(thing: Any) -> bool:
    found = cloudpickle._lookup_module_and_qualname(thing)
    return found is not None and not cloudpickle._is_registered_pickle_by_value(found[0])


def _property(kind: Any) -> Any:
    return kind.__new__(kind)


def _fill_property(made: Any, state: Mapping[str, Any]) -> None:
    vars(made).update(state)
    if LOCKED:
        made.lock = threading.RLock()


def _method(kind: Any, function: Callable[..., Any]) -> Any:
    return kind(function)


def _fill_method(made: Any, state: Mapping[str, Any]) -> None:
    vars(made).update(state)


def _cached(function: Callable[..., Any], parameters: Mapping[str, Any]) -> Any:
    """The function with an empty cache."""
    return functools.lru_cache(**parameters)(function)


def _generic(name: str) -> Any:
    def unknown(thing: object) -> None:
        """Gives its name to errors."""

    unknown.__name__ = name
    return functools.singledispatch(unknown)


def _fill_generic(made: Any, state: Mapping[str, Any]) -> None:
    for kind, function in state["kinds"].items():
        made.register(kind, function)
    for name, value in state["attributes"].items():
        setattr(made, name, value)
