"""What lies in a value: what it holds by name, what it holds without, and the texts in it at any depth.

None of the value's own code is run, so that looking changes nothing and takes no time of its own; what a class
holds, and how, is found out once.
"""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import islice
from types import MemberDescriptorType, ModuleType
from typing import Any, NamedTuple, cast
from weakref import WeakKeyDictionary

MOST = 200  # things of a container that are looked into; texts of one secret
WIDEST = 5_000  # containers of one value that are looked into
LONGEST_KEY = 30  # characters of a key that is told

LEAVES = frozenset({int, float, bool, complex, type(None)})
TEXTUAL = (str, bytes, bytearray)
ITERATED: tuple[tuple[type, Callable[[Any], Iterator[Any]]], ...] = (
    (list, list.__iter__),
    (tuple, tuple.__iter__),
    (set, set.__iter__),
    (frozenset, frozenset.__iter__),
    (deque, deque.__iter__),
)
OURS = "jupyter_flow."  # classes of this package say themselves, when they are pickled, what is secret in them

Named = Iterable[tuple[Any, Any]]


class _Shape(NamedTuple):
    each: Callable[[Any], Iterator[Any]] | None  # a container of things without names
    fields: tuple[str, ...]  # their names in a named tuple
    slots: tuple[tuple[str, Any], ...]
    attributes: bool  # it may have a `__dict__`
    more: bool  # it holds things by name in other ways


_shapes: WeakKeyDictionary[type, _Shape] = WeakKeyDictionary()
_lasting: dict[type, _Shape] = {}  # of types made in C, which never go: found in a fifth of the time
HEAP = 1 << 9  # the flag of types that are made while a program runs


def parts(value: Any) -> tuple[Named, Iterable[Any]]:
    """What a value holds by name (entries of a dict, attributes, slots, fields, keywords), and without."""
    kind = type(value)
    if kind is functools.partial:
        return value.keywords.items(), value.args
    shape = _lasting.get(kind) or _shapes.get(kind) or _shape(kind)
    by_name = _attributes(value) if shape.attributes else ()
    if shape.more:
        by_name = [*_more(value, shape), *by_name]
    return by_name, () if shape.each is None or shape.fields else shape.each(value)


def _more(value: Any, shape: "_Shape") -> Iterator[tuple[Any, Any]]:
    if issubclass(type(value), dict):
        yield from islice(dict.items(value), MOST)
    yield from zip(shape.fields, tuple.__iter__(value) if shape.fields else (), strict=False)
    for name, slot in shape.slots:
        try:
            yield name, slot.__get__(value)
        except AttributeError:  # nothing is in it yet
            continue


def text_of(value: Any) -> str | bytes | None:
    """A text as it is, whatever class of its own it has; None for what is none."""
    kind = type(value)
    if kind is str or kind is bytes:
        return cast("str | bytes", value)
    if issubclass(kind, str):
        return str.__str__(value)
    return bytes(memoryview(value)) if issubclass(kind, TEXTUAL) else None


def texts(value: Any) -> Iterator[tuple[str, str | bytes]]:
    """The texts in a secret, each with its place in it (``['user']``, ``[0].word``); keys are none."""
    return islice(_texts(value), MOST)


def _texts(value: Any) -> Iterator[tuple[str, str | bytes]]:
    queue, met = [("", value)], {id(value)}
    for place, thing in queue:  # which grows meanwhile
        text = text_of(thing)
        if text is not None:
            yield place, text
        elif not issubclass(type(thing), Enum):
            for step, inner in _steps(thing):
                if type(inner) not in LEAVES and id(inner) not in met and len(queue) < WIDEST:
                    queue.append((place + step, inner))
                    if text_of(inner) is None:
                        met.add(id(inner))


def _steps(value: Any) -> Iterator[tuple[str, Any]]:
    by_name, others = parts(value)
    for count, (name, inner) in enumerate(islice(by_name, MOST)):
        told = (
            type(name) is str and name.isidentifier() and len(name) <= LONGEST_KEY and not any(map(str.isdigit, name))
        )
        yield f"[{name!r}]" if told else f"[{count}]", inner
    held: Iterator[Any] = islice(others, MOST)
    if issubclass(type(value), set | frozenset):  # in an order that is the same in the next process
        held = iter(sorted(held, key=_order))
    for count, inner in enumerate(held):
        yield f"[{count}]", inner


def _order(value: Any) -> bytes:
    text = text_of(value)
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text or b""


def _shape(kind: type) -> _Shape:
    found = _looked_at(kind)
    (_shapes if type.__getattribute__(kind, "__flags__") & HEAP else _lasting)[kind] = found
    return found


def _looked_at(kind: type) -> _Shape:
    bases = [type.__getattribute__(base, "__dict__") for base in type.__getattribute__(kind, "__mro__")]
    each = next((each for base, each in ITERATED if issubclass(kind, base)), None)
    fields = next((base["_fields"] for base in bases if "_fields" in base), ()) if issubclass(kind, tuple) else ()
    slots = [
        (name, slot)
        for base in bases
        if "__slots__" in base and not str(base.get("__module__")).startswith(OURS)
        for name, slot in base.items()
        if type(slot) is MemberDescriptorType
    ]
    fields = fields if _names(fields) else ()
    more = bool(fields or slots) or issubclass(kind, dict)
    attributes = not issubclass(kind, type | ModuleType) and bool(type.__getattribute__(kind, "__dictoffset__"))
    return _Shape(each, fields, tuple(slots), attributes, more)


def _names(fields: Any) -> bool:
    return type(fields) is tuple and all(type(field) is str for field in fields)


def _attributes(value: Any) -> Named:
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:  # it has none
        return ()
    return islice(found.items(), MOST) if type(found) is dict else ()
