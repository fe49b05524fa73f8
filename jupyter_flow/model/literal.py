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


def capture(value: object, keep: Keep | None, tracer: object = None) -> Literal:
    """Pickle an argument now; the outputs in it must be the tracer's. Raises what pickling raises."""
    slots: dict[int, int] = {}
    outer, _found.now = _found.now, (tracer, slots)
    try:
        data = pack(value, keep)
        return Literal(data, tuple(slots))
    finally:
        _found.now = outer


__all__ = ["ATOMS", "BlobRef", "Literal", "capture", "capturing", "fetch"]
