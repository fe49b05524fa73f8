"""Finding the secrets that have their names inside a value."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from .secretnames import holds_secret, like_a_key, promise, sure_of
from .secretparts import LEAVES, MOST, TEXTUAL, WIDEST, parts, text_of, texts
from .vault import SHORTEST, VAULT

TRIES = 10
_TEXTS = frozenset({str, bytes})
_STR = frozenset({str})
_UNNAMED = frozenset({list, tuple, set, frozenset})


def discover(value: Any) -> None:
    """Remember the secrets that have their names inside a value: in dicts, attributes, slots, fields, partials.

    None of the value's own code is run.
    """
    kind = type(value)
    if kind in _TEXTS:
        _address(value)
    elif kind not in LEAVES and not _bare(kind, value):
        inside = _unnamed(value) if kind in _UNNAMED else _named(value)
        if inside:
            _deeper(value, inside)


def _bare(kind: type, value: Any) -> bool:
    """Whether a list or dict has nothing but numbers or plain texts: to be sure of that at once costs little."""
    if (kind is not dict and kind not in _UNNAMED) or len(value) > MOST:
        return False
    if kind is dict:
        return LEAVES.issuperset(map(type, value.values()))
    return LEAVES.issuperset(map(type, value)) or (_STR.issuperset(map(type, value)) and "://" not in "\n".join(value))


def _deeper(value: Any, inside: list[Any]) -> None:
    queue, met = [value, *inside], {id(value), *map(id, inside)}  # a value may hold itself
    for thing in islice(queue, 1, None):  # which grows meanwhile
        for inner in _unnamed(thing) if type(thing) in _UNNAMED else _named(thing):
            if id(inner) not in met and len(queue) < WIDEST:
                met.add(id(inner))
                queue.append(inner)


def _first(things: Iterable[Any]) -> list[Any]:
    """The first of them, at once: a live object, such as a cluster, changes meanwhile."""
    for _ in range(TRIES):
        try:
            return list(islice(things, MOST))
        except RuntimeError:
            continue
    return []


def _unnamed(things: Any) -> list[Any]:
    """What is to be looked into of a container; its texts are looked at now."""
    inside = []
    for thing in _first(things):
        kind = type(thing)
        if kind is str:
            if "://" in thing:
                _address(thing)
        elif kind is bytes:
            _address(thing)
        elif kind not in LEAVES and not _bare(kind, thing):
            inside.append(thing)
    return inside


def _named(thing: Any) -> list[Any]:
    """The same for what holds things by name."""
    inside = []
    entries, others = (thing.items(), ()) if type(thing) is dict else parts(thing)
    for name, held in _first(entries):
        kind = type(held)
        if kind not in LEAVES:  # numbers are looked for in nothing
            if promise(name) if type(name) is str else _odd(name):
                learn(_told(name), held)
            if kind is str:
                if "://" in held:
                    _address(held)
            elif kind is bytes:
                _address(held)
            elif not _bare(kind, held):
                inside.append(held)
    if others:
        inside += _unnamed(others)
    elif issubclass(type(thing), TEXTUAL):
        _address(text_of(thing) or "")
    return inside


def learn(name: str, value: Any) -> None:
    """Remember the texts in a value that is secret by its name, if it is."""
    if not holds_secret(name, value):
        return
    whole = text_of(value)
    for place, text in [("", whole)] if whole is not None else _inside(name, value):
        if not VAULT.meets(text):
            VAULT.keep(text, name + place)


def _inside(name: str, value: Any) -> Iterator[tuple[str, str | bytes]]:
    sure = sure_of(name)
    return ((place, text) for place, text in texts(value) if len(text) >= SHORTEST and (sure or like_a_key(text)))


def _odd(name: Any) -> int:
    return issubclass(type(name), TEXTUAL) and promise(_told(name))


def _told(name: Any) -> str:
    text = text_of(name)
    return text if isinstance(text, str) else (text or b"").decode("latin-1")


def _address(text: str | bytes) -> None:
    if isinstance(text, str):
        if "://" in text:
            VAULT.urls(text.encode("utf-8", "replace"))
    elif b"://" in text:
        VAULT.urls(text)
