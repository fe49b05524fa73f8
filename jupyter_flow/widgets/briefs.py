"""Values in a few letters, as far as that can be told without unpickling what is not known to be harmless."""

import io
import pickle
from contextlib import suppress
from typing import Any

from ..model.events import BlobRef, Value
from ..model.literal import ATOMS
from ..model.vault import VAULT

LITTLE = 512  # bytes of a pickle that is looked into
LONGEST = 120  # characters of a value
_UNKNOWN = object()
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class _Harmless(pickle.Unpickler):
    """Builds numbers, text and what Python holds them in; knows no class and calls nothing."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(name)

    def persistent_load(self, id: Any) -> Any:
        raise pickle.UnpicklingError(id)


def atom(value: Any) -> str:
    """A number or a text, cut."""
    if isinstance(value, str | bytes):
        masked = VAULT.masked(value) if isinstance(value, str) else VAULT.masked_bytes(value)
        value = masked[: LONGEST + 1]
    elif type(value) is int and value.bit_length() > 4 * LONGEST:
        return f"int of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def brief(value: Value) -> str | None:
    """A value that is pickled, if it is a number or a text; None for all others."""
    found = _harmless(value)
    return atom(found) if type(found) in ATOMS else None


def outline(value: Value) -> str:
    """How large a value is, and its type where that can be told."""
    found = _harmless(value)
    size = sized(size_of(value))
    return size if found is _UNKNOWN else f"{type(found).__name__}, {size}"


def size_of(value: Value) -> int:
    """Bytes of a value, as it is stored."""
    return value.size if isinstance(value, BlobRef) else len(value)


def _harmless(value: Value) -> Any:
    if isinstance(value, bytes) and len(value) <= LITTLE:
        with suppress(Exception):
            return _Harmless(io.BytesIO(value)).load()
    return _UNKNOWN


def sized(size: int) -> str:
    """A number of bytes, as the page writes them."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{size} bytes" if not unit else f"{float(f'{amount:.3g}'):g} {_UNITS[unit]}"
