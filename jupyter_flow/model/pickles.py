"""Values and functions as bytes, and back.

Notebook objects live in ``__main__``, which no worker has: they must travel by value, which
only cloudpickle does, at ten times the price of pickle. So pickle goes first, and cloudpickle
is asked where pickle cannot, or where its answer mentions ``__main__``.
"""

import functools
import io
import pickle
import re
from collections.abc import Callable, Sequence
from types import CellType, CodeType, MethodType
from typing import Any

import cloudpickle

from .events import BlobRef, Value
from .secret import Hidden, Secret, discover, guarded
from .secretnames import holds_secret
from .submodules import addressed, has_more
from .vault import VAULT
from .wrappers import reduced

PROTOCOL = 5
INLINE = 32 * 1024  # bytes; a larger value becomes a file of the store instead of travelling
MAIN = b"__main__"

NUMBERS = frozenset({int, float, bool, type(None)})  # what most small electrons return: nothing to look into

BY_VALUE = b"cloudpickle"  # in a pickle that brings code along
SKELETONS = ("_make_skeleton_class", "_make_skeleton_enum")  # cloudpickle's names for the two halves of a class
SETTER = "_class_setstate"
TRACKED = "_DYNAMIC_CLASS_TRACKER_BY_ID"

Buffers = list[pickle.PickleBuffer]
Probe = Callable[[bytes, Buffers], None]
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
    file = io.BytesIO()
    Pickler(file, PROTOCOL, buffer_callback=callback).dump(value)
    return file.getvalue()


class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """cloudpickle's, which also knows what functools makes of functions."""

    def reducer_override(self, obj: Any) -> Any:
        """(pickle) How to take an object apart."""
        kind = type(obj)
        if kind is CellType and id(obj) in self._secret:
            return _cell, (Hidden(obj.cell_contents, self._secret[id(obj)]),)
        if kind is functools.partial:
            _, made, (function, args, kwargs, rest) = obj.__reduce__()
            return kind, made, (function, args, guarded(kwargs), rest)
        if kind is CodeType:
            discover(obj.co_consts)
        elif isinstance(obj, type) and obj.__module__ == "__main__":
            discover(dict(vars(obj)))
        return reduced(obj) or super().reducer_override(obj)

    @functools.cached_property
    def _secret(self) -> dict[int, str]:
        """Cells of closures that hold secrets, by id, with their names."""
        return {}

    def _dynamic_function_reduce(self, func: Any) -> Any:
        """(cloudpickle) How to take a function apart: what is secret by its name is not in it."""
        make, made, (state, slots), *rest = super()._dynamic_function_reduce(func)
        if has_more(func.__code__):
            more = addressed(func.__code__, slots["__globals__"].values())
            slots["_cloudpickle_submodules"] = [*slots["_cloudpickle_submodules"], *more]
        slots["__globals__"] = guarded(slots["__globals__"])
        if func.__kwdefaults__:
            slots["__kwdefaults__"] = guarded(func.__kwdefaults__)
        if func.__defaults__:
            count = func.__code__.co_argcount
            names = func.__code__.co_varnames[count - len(func.__defaults__) : count]
            slots["__defaults__"] = tuple(guarded(dict(zip(names, func.__defaults__, strict=True))).values())
        for name, cell in zip(func.__code__.co_freevars, func.__closure__ or (), strict=True):
            _note_cell(name, cell, self._secret)
        return make, made, (state, slots), *rest


def _note_cell(name: str, cell: CellType, secret: dict[int, str]) -> None:
    try:
        held = cell.cell_contents
    except ValueError:  # it is empty yet
        return
    if holds_secret(name, held) and type(held) is not Secret:
        secret[id(cell)] = name
    discover(held)


def _cell(held: Any) -> CellType:
    return CellType(held)


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


class Unpickler(pickle.Unpickler):
    """Unpickles without redefining: a class of the notebook that this process has already stays as it is.

    Except on a worker (`redefine_classes`), where the classes are whatever the notebook sent last.

    cloudpickle sends such a class along with each of its instances, and on arrival sets the attributes of the one
    that is there, also of the very class in the notebook, back to what they were when it was sent.
    """

    def __init__(self, data: bytes | memoryview, buffers: Sequence[Any] = ()) -> None:
        super().__init__(io.BytesIO(data), buffers=buffers)
        self._here: set[int] = set()

    def find_class(self, module: str, name: str) -> Any:
        found = super().find_class(module, name)
        if _redefine:
            return found
        if name in SKELETONS:
            return functools.partial(self._skeleton, found)
        return functools.partial(self._state, found) if name == SETTER else found

    def _skeleton(self, make: Callable[..., type], *args: Any) -> type:
        known = set(map(id, list(getattr(cloudpickle.cloudpickle, TRACKED, {}).values())))
        made = make(*args)
        if id(made) in known:
            self._here.add(id(made))
        return made

    def _state(self, apply: Callable[[type, Any], Any], made: type, state: Any) -> Any:
        return made if id(made) in self._here else apply(made, state)


_redefine = False
_kernel = False


def redefine_classes() -> bool:
    """This process is a worker: it takes the notebook's classes as they come. False: it is the notebook's own."""
    global _redefine
    _redefine = not _kernel
    return _redefine


def keep_classes() -> None:
    """This process is the notebook's: its classes stay as they are, also where it is a worker besides."""
    global _kernel
    _kernel = not _redefine


def loads(data: bytes | memoryview, buffers: Sequence[Any] = (), redefine: bool = False) -> Any:
    """The value that `dumps` packed. Runs whatever code the pickle names: authenticate first.

    redefine: take over the state of the classes that come along, as a worker does with the code it is to run.
    """
    if not redefine and (BY_VALUE in data if isinstance(data, bytes) else re.search(BY_VALUE, data)):
        return Unpickler(data, buffers).load()
    return pickle.loads(data, buffers=buffers)


def pack(value: object, keep: Keep | None = None, probe: Probe | None = None) -> Value:
    """A value as bytes or, where it is large and there is a place to keep it, as a reference to a file.

    probe: is shown the pickle first, and may raise.
    """
    if type(value) in NUMBERS and len(plain := pickle.dumps(value, PROTOCOL)) <= INLINE:
        return plain
    buffers: Buffers = []
    data = dumps(value, buffers)
    if probe is not None:
        probe(data, buffers)
    if VAULT.needles and VAULT.touches(data):
        return _holed(data, buffers, keep)
    if keep is not None:
        raw = [buffer.raw() for buffer in buffers]
        if len(data) + sum(part.nbytes for part in raw) > INLINE:
            return keep(data, raw)
    return dumps(value) if buffers else data


class _Holes:
    """A pickle without the secrets in it; reading it reads the whole."""

    def __init__(self, data: bytes, buffers: Sequence[Any]) -> None:
        self.parts, self.buffers = VAULT.parted(data), list(buffers)

    def __reduce__(self) -> tuple[Any, ...]:
        return filled, (*self.parts, self.buffers)


def filled(pieces: tuple[bytes, ...], holes: tuple[tuple[bytes, str], ...], buffers: Sequence[Any]) -> Any:
    """(pickle) What a pickle with holes stands for. Raises SecretNeeded."""
    return loads(VAULT.joined(pieces, holes), buffers)


def holed(data: bytes) -> bytes:
    """A pickle as one with holes."""
    return pickle.dumps(_Holes(data, ()), PROTOCOL)


def _holed(data: bytes, buffers: Buffers, keep: Keep | None) -> Value:
    holes, beside = _Holes(data, buffers), Buffers()
    data = pickle.dumps(holes, PROTOCOL, buffer_callback=beside.append)
    raw = [buffer.raw() for buffer in beside]
    if keep is not None and len(data) + sum(part.nbytes for part in raw) > INLINE:
        return keep(data, raw)
    return pickle.dumps(holes, PROTOCOL) if beside else data
