"""Values and functions as bytes, and back.

Notebook objects live in ``__main__``, which no worker has: they must travel by value, which
only cloudpickle does, at ten times the price of pickle. So pickle goes first, and cloudpickle
is asked where pickle cannot, or where its answer mentions ``__main__``.
"""

import pickle
from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any

import cloudpickle

from .events import BlobRef, Value

PROTOCOL = 5
INLINE = 32 * 1024  # bytes; a larger value becomes a file of the store instead of travelling
MAIN = b"__main__"

NUMBERS = frozenset({int, float, bool, type(None)})  # what most small electrons return: nothing to look into

Buffers = list[pickle.PickleBuffer]
Keep = Callable[[bytes, Sequence[memoryview]], BlobRef]


def dumps(value: object, buffers: Buffers | None = None) -> bytes:
    """Pickle a value; buffers of arrays and the like are appended to `buffers`, not copied.

    Raises whatever pickling raises: pickle.PicklingError, TypeError, or an error of the value's own.
    """
    callback = None if buffers is None else buffers.append
    if not cloudpickle.list_registry_pickle_by_value():
        try:
            data = pickle.dumps(value, PROTOCOL, buffer_callback=callback)
        except (pickle.PicklingError, AttributeError, TypeError):
            data = MAIN  # ask cloudpickle, which knows more, or says better what is wrong
        if MAIN not in data:
            return data
    if buffers:
        buffers.clear()
    return by_value(value, callback)


def by_value(value: object, callback: Callable[[pickle.PickleBuffer], Any] | None = None) -> bytes:
    """Pickle with cloudpickle: functions and classes of the notebook travel whole."""
    data: bytes = cloudpickle.dumps(value, PROTOCOL, buffer_callback=callback)
    return data


class _Method:
    """A bound method, pickled as its function and its object.

    By itself it pickles as "the attribute of this name", and there a decorator or a subclass may have put another.
    """

    def __init__(self, method: MethodType) -> None:
        self.method = method

    def __reduce__(self) -> tuple[Any, ...]:
        return _bound, (self.method.__func__, self.method.__self__)


def _bound(function: Callable[..., Any], owner: object) -> MethodType:
    return MethodType(function, owner)


def sendable(function: Callable[..., Any]) -> Any:
    """What to pickle in place of a function, so that the same function comes out."""
    return _Method(function) if isinstance(function, MethodType) else function


def loads(data: bytes | memoryview, buffers: Sequence[Any] = ()) -> Any:
    """The value that `dumps` packed. Runs whatever code the pickle names: authenticate first."""
    return pickle.loads(data, buffers=buffers)


def pack(value: object, keep: Keep | None = None) -> Value:
    """A value as bytes or, where it is large and there is a place to keep it, as a reference to a file."""
    if type(value) in NUMBERS and len(plain := pickle.dumps(value, PROTOCOL)) <= INLINE:
        return plain
    buffers: Buffers = []
    data = dumps(value, buffers)
    if keep is not None:
        raw = [buffer.raw() for buffer in buffers]
        if len(data) + sum(part.nbytes for part in raw) > INLINE:
            return keep(data, raw)
    return dumps(value) if buffers else data
