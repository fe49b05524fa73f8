"""What executors are made with, where it is written down or shown: without the secrets in it.

An address may hold a password. Whoever pickles an executor keeps its secrets by their ids; whoever reads it without
knowing them gets an error that names them, or a description with ``***``.
"""

from collections.abc import Mapping
from typing import Any

from ..model import discovering
from ..model.secret import Secret
from ..model.vault import MASK, VAULT

Parted = tuple[tuple[bytes, ...], tuple[tuple[bytes, str], ...]]  # a text's pieces, and what belongs between them


def learn(settings: Mapping[str, Any]) -> None:
    """Remember the secrets among settings."""
    for name, value in settings.items():
        discovering.learn(name, value)
        discovering.discover(value)


def shown(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with ``***`` for what is secret."""
    learn(settings)
    return {name: _shown(value) for name, value in settings.items()}


def _shown(value: Any) -> Any:
    if not VAULT.needles or value is None or isinstance(value, int | float | Secret):
        return value
    return VAULT.masked(value) if isinstance(value, str) else _Masked(value) if VAULT.in_text(repr(value)) else value


class _Masked:
    """Something whose `repr` has a secret in it."""

    def __init__(self, value: Any) -> None:
        self._text = VAULT.masked(repr(value))

    def __repr__(self) -> str:
        return self._text


def parted(settings: Mapping[str, Any]) -> dict[str, Parted]:
    """The texts that have secrets in them, taken apart."""
    learn(settings)
    texts = {name: value for name, value in settings.items() if isinstance(value, str)}
    return {name: VAULT.parted(text.encode()) for name, text in texts.items() if VAULT.in_text(text)}


def restored(kind: type, settings: dict[str, Any], secret: dict[str, Parted]) -> Any:
    """(pickle) An executor with secrets. Raises SecretNeeded where this process does not know them."""
    return made(kind, settings | {name: VAULT.joined(*parts).decode() for name, parts in secret.items()})


def described(kind: type, settings: dict[str, Any], secret: dict[str, Parted]) -> Any:
    """(pickle) The same for somebody who only looks at it."""
    known = {name: not VAULT.lacks(id for id, _ in holes) for name, (_, holes) in secret.items()}
    texts = {
        name: VAULT.joined(*parts) if known[name] else MASK.encode().join(parts[0]) for name, parts in secret.items()
    }
    return made(kind, settings | {name: text.decode() for name, text in texts.items()})


def made(kind: type, settings: Mapping[str, Any]) -> Any:
    """An executor of that kind as it was."""
    executor: Any = object.__new__(kind)
    for name, value in settings.items():
        setattr(executor, name, value)
    return executor
