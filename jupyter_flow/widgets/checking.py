"""Messages from the page, believed only as far as the schema goes: types, ranges and sizes.

A page may be anybody's: a notebook opened from elsewhere runs its scripts where ours run. What is not a message of
the schema is no message, and what a message has besides its fields is dropped.
"""

import functools
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

from .messages import ViewRequest

LONGEST = {"view": 100, "dispatch": 100, "executor": 200, "cell": 200, "input": 1000}  # characters
TEXT = 1000  # characters of any other
MOST = {"opened": 10_000, "path": 50, "panes": 10, "ran": 10_000}  # items of a list
LARGEST = {"limit": 1000, "width": 100_000}
NUMBER = 2**31 - 1
SECONDS = 1e12  # of any time

Check = Callable[[Any], bool]


@functools.cache
def fields(request: Any) -> dict[str, dict[str, tuple[bool, Check]]]:
    """For each kind of a union of requests: its fields, whether they are required, and what checks them."""
    found = {}
    for message in get_args(request):
        hints = get_type_hints(message, include_extras=True)
        (kind,) = get_args(hints.pop("kind"))
        found[kind] = {name: _field(name, hint) for name, hint in hints.items()}
    return found


def checked(message: object, request: Any = ViewRequest) -> Any | None:
    """The message, if it is one of these requests, without whatever else it carries; else None. Never raises."""
    if type(message) is not dict:
        return None
    kind = message.get("kind")
    known = fields(request).get(kind) if type(kind) is str else None
    if known is None:
        return None
    clean: dict[str, Any] = {"kind": kind}
    for name, (required, fits) in known.items():
        if name not in message:
            if required:
                return None
            continue
        if not fits(message[name]):
            return None
        clean[name] = message[name]
    return clean


def _field(name: str, hint: Any) -> tuple[bool, Check]:
    optional = get_origin(hint) is NotRequired
    return not optional, _check(name, get_args(hint)[0] if optional else hint)


def _check(name: str, hint: Any) -> Check:
    if hint is str:
        longest = LONGEST.get(name, TEXT)
        return lambda value: type(value) is str and len(value) <= longest
    if hint is int:
        largest = LARGEST.get(name, NUMBER)
        return lambda value: type(value) is int and 0 <= value <= largest
    if hint is float:
        return lambda value: type(value) in (int, float) and abs(value) <= SECONDS  # and so no NaN
    if hint is bool:
        return lambda value: type(value) is bool
    if hint is NoneType:
        return lambda value: value is None
    return _composed(name, get_origin(hint), get_args(hint))


def _composed(name: str, origin: Any, inner: tuple[Any, ...]) -> Check:
    if origin is Literal:
        words = frozenset(inner)
        return lambda value: type(value) is str and value in words
    if origin in (Union, UnionType):
        ways = [_check(name, way) for way in inner]
        return lambda value: any(way(value) for way in ways)
    if origin is list:
        item, most = _check(name, inner[0]), MOST[name]
        return lambda value: type(value) is list and len(value) <= most and all(map(item, value))
    raise TypeError(f"no check of {name}: {origin}")
