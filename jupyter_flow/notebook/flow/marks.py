"""What a variable holds, in a few bytes: so that a change is known whatever the way it was made in.

Marks are taken at the ends of every cell, so they cost little: of a large value they look at a part. They run none of
the code that libraries have for pickling, which may do anything; what such objects hold is not looked into.
"""

import copyreg
import itertools
import pickle
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from blake3 import blake3

from ...model.literal import ATOMS
from ...model.pickles import PROTOCOL

SMALL = 256 * 1024  # bytes of a pickle, beyond which no more is looked at
WHOLE = 16 * 1024 * 1024  # bytes of an array that is looked at as a whole
PIECES, PIECE = 64, 16 * 1024  # of a larger array: as many pieces, of so many bytes
TOGETHER = 4 * WHOLE  # bytes of arrays in one value, after which a thin part is looked at of each
THIN = 64 * 1024  # bytes of an array that is looked at as a whole then
OBJECTS = 5_000  # that are looked into; plain containers, numbers and text are not counted
TEXT = 4 * 1024  # characters of a text whose hash does
KNOWN = sys.stdlib_module_names - {"itertools"} | {"__main__", "numpy", "pandas", "pyarrow", "scipy", "sklearn"}
NAMED = (type, types.FunctionType, types.ModuleType)  # that they are other ones is a change, what is in them is not

COMPILED = "cython_function_or_method"


class Mark(NamedTuple):
    """What a variable held.

    exact: whether no other value has the same digest; else a part of the value was not looked at.
    size: bytes that were looked at.
    """

    digest: bytes
    exact: bool
    size: int


class _Full(Exception):
    """Enough was seen of a value."""


class _Hasher:
    """The file that a pickle is written to."""

    def __init__(self) -> None:
        self.blake, self.size, self.pickled = blake3(), 0, 0

    def write(self, data: Any) -> None:
        """Take a piece of the pickle. Raises _Full."""
        room = SMALL - self.pickled
        view = memoryview(data).cast("B")
        self.blake.update(view[:room])
        self.pickled += view.nbytes
        if view.nbytes > room:
            raise _Full

    def update(self, data: Any) -> None:
        """Take what stands beside the pickle."""
        view = memoryview(data)
        self.blake.update(view)
        self.size += view.nbytes


class _Marker(pickle.Pickler):
    """Pickles a value into a hasher."""

    def __init__(self, hasher: _Hasher) -> None:
        super().__init__(hasher, PROTOCOL, buffer_callback=self._beside)
        self._hasher = hasher
        self._objects = 0
        self.exact = True

    def reducer_override(self, obj: Any) -> Any:
        """How what is no plain data counts."""
        kind = type(obj)
        if obj is str:  # what all that is told here begins with
            return NotImplemented
        self._objects += 1
        if self._objects > OBJECTS:
            raise _Full
        if isinstance(obj, NAMED) or kind.__name__ == COMPILED:
            return self._itself(obj)
        array = next((base for base in kind.__mro__ if base.__name__ == "ndarray" and base.__module__ == "numpy"), None)
        if array is kind:
            return self._array(obj)
        if array is not None and _package(kind) == "numpy":  # on disk, masked
            return str, (kind.__qualname__, obj.view(array), vars(obj).get("_mask"))
        return self._reduced(obj, kind)

    def _reduced(self, obj: Any, kind: type) -> Any:
        """How any other object counts: by what it reduces to, where that runs no code that may do anything."""
        if _tells(kind):
            self.exact = False
            return str, (kind.__qualname__, getattr(obj, "__dict__", None))
        if kind in copyreg.dispatch_table:
            return NotImplemented
        try:
            if _package(kind) in KNOWN or _plain(kind):
                return obj.__reduce_ex__(PROTOCOL)
        except Exception:  # a lock, a generator, …
            pass
        self.exact = False
        return self._itself(obj)

    def _itself(self, obj: Any) -> tuple[Any, ...]:
        serial = _serial(obj)
        self.exact &= serial >= 0
        return str, (type(obj).__qualname__, id(obj) if serial < 0 else serial)

    def _array(self, array: Any) -> Any:
        if array.dtype.hasobject:
            self.exact &= array.size <= SMALL
            return str, (array.shape, array.ravel()[:: max(1, array.size // PIECE)].tolist())
        if array.flags.c_contiguous or array.flags.f_contiguous:
            flat = array.ravel("K")  # no copy
            self._beside(pickle.PickleBuffer(flat.view("u1") if flat.size else flat))
        else:
            once = array[tuple(slice(None) if step else slice(1) for step in array.strides)]
            part = _thinned(once, self._whole)
            self.exact &= part.nbytes == once.nbytes
            self._beside(pickle.PickleBuffer(part.ravel().view("u1")))
        return str, (str(array.dtype), array.shape, array.flags.c_contiguous)

    @property
    def _whole(self) -> int:
        """Bytes of an array that may still be looked at as a whole."""
        return WHOLE if self._hasher.size < TOGETHER else THIN

    def _beside(self, buffer: pickle.PickleBuffer) -> None:
        raw, whole = buffer.raw(), self._whole
        if raw.nbytes <= whole:
            self._hasher.update(raw)
            return
        self.exact = False
        piece = PIECE if whole == WHOLE else THIN // PIECES
        for place in range(0, raw.nbytes, raw.nbytes // PIECES):
            self._hasher.update(raw[place : place + piece])


def mark_of(value: Any) -> Mark:
    """A mark of a value; of one that cannot be looked into, one of its identity."""
    if type(value) in (str, bytes) and len(value) > TEXT:
        return Mark(repr((type(value), len(value), hash(value))).encode(), True, 0)
    hasher = _Hasher()
    marker = _Marker(hasher)
    try:
        marker.dump(value)
    except Exception:  # as far as it went
        marker.exact = False
        hasher.blake.update(str(_length(value)).encode())
    return Mark(hasher.blake.digest(), marker.exact, hasher.size + hasher.pickled)


def changeable(value: Any) -> bool:
    """Whether a value can be changed in place, and a mark tells."""
    return type(value) not in ATOMS and not isinstance(value, (*NAMED, types.BuiltinFunctionType))


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _plain(kind: type) -> bool:
    """Whether an object of a class is what its attributes are, with no say of its own."""
    own: list[Callable[..., Any]] = [kind.__reduce_ex__, kind.__reduce__, getattr(kind, "__getstate__", list)]
    return own == [object.__reduce_ex__, object.__reduce__, getattr(object, "__getstate__", list)]


def _tells(kind: type) -> bool:
    """Whether a class of the notebook has a say in how it is pickled, which may take its time, or change something."""
    own = [getattr(kind, name, None) for name in ("__reduce_ex__", "__reduce__", "__getstate__")]
    return any(isinstance(method, types.FunctionType) and method.__module__ == "__main__" for method in own)


def _thinned(array: Any, most: int) -> Any:
    """So much of an array, by leaving out rows, columns, …"""
    for axis, length in enumerate(array.shape):
        step = max(1, min(length, -(-array.nbytes // most)))
        array = array[(*[slice(None)] * axis, slice(None, None, step))]
    return array


def _length(value: Any) -> int:
    try:
        return len(value)
    except Exception:  # __len__ is anybody's
        return 0


_numbers = itertools.count()
_serials: dict[int, tuple[Any, int]] = {}  # by id: whose it is, and a number that no other object ever gets


def _serial(obj: Any) -> int:
    """A number that only this object has; a negative one where nobody can tell when it is gone."""
    there = _serials.get(id(obj))
    if there is not None and there[0]() is obj:
        return there[1]
    key = id(obj)
    try:
        _serials[key] = weakref.ref(obj, lambda ref: _forget(key, ref)), next(_numbers)
    except TypeError:
        return -1
    return _serials[key][1]


def _forget(key: int, ref: Any) -> None:
    if key in _serials and _serials[key][0] is ref:
        del _serials[key]
