"""Values that are written nowhere."""

import threading
from collections.abc import Mapping
from typing import Any

from .discovering import discover
from .errors import SecretNeeded
from .secretnames import holds_secret, sure_of
from .vault import MASK, VAULT

UNNAMED = "secret"


class _Opening(threading.local):
    on = False


_opening = _Opening()


class Secret:
    """A value that is never recorded, shown or logged.

    As an argument of an electron, also inside a list or dict, the electron gets what is in it. Anywhere else
    `value` has it: in a variable of the notebook that an electron reads, in the body of a lattice.
    It lives in the memory of the kernel and its workers; another kernel asks for it by name (`redispatch`).
    """

    __slots__ = ("_name", "_value")

    def __init__(self, value: Any, name: str = UNNAMED) -> None:
        if isinstance(value, Secret):
            value = value.value
        self._value, self._name = value, name

    @classmethod
    def unknown(cls, name: str) -> "Secret":
        """One of another kernel, which nobody knows any more."""
        return cls(_Unknown(name), name)

    @property
    def value(self) -> Any:
        """What is in it. Raises SecretNeeded where it was another kernel's."""
        if type(self._value) is _Unknown:
            raise SecretNeeded([self._name])
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[Any, ...]:
        id = VAULT.keep(self._value, self._name)
        return (opened if _opening.on else boxed), (id, self._name)


class _Unknown(str):
    """The name of a secret that is not known here."""


class SecretText(str):
    """A text with a secret in it, for whoever looks at a recorded input: a `str` that does not show that."""

    __slots__ = ()

    def __repr__(self) -> str:
        return VAULT.masked(super().__repr__())

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)


class Hidden:
    """Stands for a value in a pickle, and is replaced by it when that is read."""

    def __init__(self, value: Any, name: str) -> None:
        sure = isinstance(value, Secret)
        self._id, self._name = VAULT.keep(value.value if sure else value, name, sure or sure_of(name)), name

    def __reduce__(self) -> tuple[Any, ...]:
        return opened, (self._id, self._name)


def opened(id: bytes, name: str) -> Any:
    """(pickle) The value of a secret."""
    return VAULT.value(id, name)


def boxed(id: bytes, name: str) -> Secret:
    """(pickle) A secret, as it was in the notebook."""
    return Secret(VAULT.value(id, name), name)


class opening:  # noqa: N801 - used like a function
    """Meanwhile this thread pickles secrets so that they come out open, or as they are."""

    __slots__ = ("_before", "_on")

    def __init__(self, on: bool) -> None:
        self._on = on

    def __enter__(self) -> None:
        self._before, _opening.on = _opening.on, self._on

    def __exit__(self, *_: object) -> None:
        _opening.on = self._before


def plain(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments with what is in the secrets among them."""
    return tuple(map(_plain, args)), {name: _plain(value) for name, value in kwargs.items()}


def _plain(value: Any) -> Any:
    return value.value if type(value) is Secret else value


def shy(value: Any) -> Any:
    """A value whose texts, also in plain containers, do not show the secrets in them."""
    if type(value) is str:
        return SecretText(value) if VAULT.in_text(value) else value
    if type(value) is dict:
        return {shy(key): shy(inner) for key, inner in value.items()}
    return type(value)(map(shy, value)) if type(value) in (list, tuple) else value


def guarded(named: Mapping[str, Any]) -> dict[str, Any]:
    """The same with `Hidden` in place of what is secret by its name; secrets further inside are remembered."""
    return {name: guard(name, value) for name, value in named.items()}


def guard(name: str, value: Any) -> Any:
    """A value, or what stands for it."""
    if type(value) is Secret:
        return Secret(value.value, name) if value._name == UNNAMED else value
    given = Hidden(value, name) if holds_secret(name, value) else value
    discover(value)  # afterwards: what is known as a part of the whole is asked for as the whole
    return given


__all__ = ["Hidden", "Secret", "SecretNeeded", "SecretText", "discover", "guard", "guarded", "opening", "plain"]
