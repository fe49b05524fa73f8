"""Arguments as they were at the moment of the call.

A literal is pickled when the electron is called, so that a list the lattice body changes
afterwards reaches each electron as it was. The same pickling finds the outputs inside it,
however deep: an output pickles as "fetch input k", so unpickling on the worker puts the value
where the output stood, in a container of the same type.
"""

import threading
from collections.abc import Sequence
from typing import Any

from .events import BlobRef, Value
from .pickles import Keep, loads, pack
from .secret import Hidden, Secret, guard, opening
from .secretnames import holds_secret
from .vault import VAULT

TEXTS = frozenset({str, bytes})
ATOMS = frozenset({int, float, str, bytes, bool, complex, type(None), type(...)})


class _Inputs(threading.local):
    values: Sequence[Any] = ()


class _Found(threading.local):
    now: tuple[Any, dict[int, int]] | None = None


_inputs = _Inputs()
_found = _Found()


def fetch(slot: int) -> Any:
    """The value of an output inside a literal, while that literal is being unpickled."""
    return _inputs.values[slot]


def capturing() -> tuple[Any, dict[int, int]] | None:
    """While a literal is pickled: the tracer it is for, and the numbers of the nodes met so far. Else None."""
    return _found.now


class Literal:
    """A captured argument: its pickle, and the nodes whose outputs it holds."""

    __slots__ = ("data", "refs")

    def __init__(self, data: Value, refs: tuple[int, ...] = ()) -> None:
        self.data = data
        self.refs = refs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and (self.data, self.refs) == (other.data, other.refs)

    def __hash__(self) -> int:
        return hash((self.data, self.refs))

    def __reduce__(self) -> tuple[Any, ...]:
        return Literal, (self.data, self.refs)

    def load(self, data: bytes | memoryview, buffers: Sequence[Any], inputs: Sequence[Any]) -> Any:
        """The argument, with `inputs` (in the order of `refs`) where outputs stood."""
        before, _inputs.values = _inputs.values, inputs
        try:
            return loads(data, buffers)
        finally:
            _inputs.values = before


class Concealed(Literal):
    """A captured argument that is a secret as a whole."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return Concealed, (self.data, self.refs)


def capture(value: object, keep: Keep | None, tracer: object = None, label: str = "", opens: bool = True) -> Literal:
    """Pickle an argument now; the outputs in it must be the tracer's. Raises what pickling raises.

    label: its name, which may promise a secret. opens: the function gets what is in secrets, else these themselves.
    """
    slots: dict[int, int] = {}
    outer, _found.now = _found.now, (tracer, slots)
    try:
        with opening(opens):
            given = guard(label, value)
            kind = Concealed if type(given) in (Secret, Hidden) else Literal
            return kind(pack(given, keep), tuple(slots))
    finally:
        _found.now = outer


def is_atom(value: Any, label: str) -> bool:
    """Whether an argument can stand in the graph as it is."""
    return type(value) in ATOMS and not special(value) and not holds_secret(label, value)


def special(value: Any) -> bool:
    """Whether a text is long, or may hold a secret."""
    kind = type(value)
    if kind is str:
        return len(value) > 1024 or "://" in value or bool(VAULT.needles and VAULT.in_text(value))
    return kind is bytes and (len(value) > 1024 or b"://" in value or VAULT.in_text(value))


__all__ = ["ATOMS", "TEXTS", "BlobRef", "Concealed", "Literal", "capture", "capturing", "fetch", "is_atom", "special"]
