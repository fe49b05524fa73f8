"""What is in an object, for a digest: its reduction, or what stands for one where it has none."""

import copyreg
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from ..model.secretnames import holds_secret, sure_of
from ..model.vault import VAULT
from .packages import installed

PLAIN = {int, float, complex, str, bytes, bytearray, bool, type(None), type(...), list, dict, tuple}
CHANGING = {list, dict, bytearray}  # whether two names have one of these is seen when it is changed
# of a class: where it was written and what the interpreter adds, some of it in no fixed order
UNTOLD = {
    "__dict__",
    "__weakref__",
    "__module__",
    "__firstlineno__",
    "__static_attributes__",
    "__slotnames__",
    "__annotations_cache__",
    "_abc_impl",
}
# what functools.update_wrapper puts there; the wrapped function counts for itself
WRAPPED = {"__wrapped__", "__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "__type_params__"}
# What has a content but no reduction; what locks hold is nobody's result.
_CONTENTS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (types.MappingProxyType, dict),
    ((type({}.keys()), type({}.values()), type({}.items())), list),
    (memoryview, lambda view: (view.format, view.shape, view.readonly, view.tobytes())),
    (weakref.ref, lambda reference: [reference()]),
    (types.GetSetDescriptorType, lambda descriptor: [descriptor.__objclass__, descriptor.__name__]),
    ((type(threading.Lock()), type(threading.RLock())), lambda lock: []),
)


def reduced(obj: Any) -> Any:
    """What an object is made of, as `__reduce_ex__` tells it. Raises whatever that raises."""
    for kind, content in _CONTENTS:
        if isinstance(obj, kind):
            return told, (type(obj).__name__,), content(obj)
    reduce = copyreg.dispatch_table.get(type(obj))
    reduced = reduce(obj) if reduce else obj.__reduce_ex__(5)
    if isinstance(reduced, str) and installed(type(obj).__module__) is None:
        return told, (type(obj), reduced), vars(obj)  # a global's name does not tell what is in it
    return reduced


def told(*about: Any) -> None:
    """Stands for the class of what has no reduction."""


def in_cell(cell: types.CellType) -> Any:
    """What a closure holds; None where that is nothing yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def known_as(name: str, value: Any) -> Any:
    """What a name holds; of a secret the digest that only the user's key gives, for nobody is to try out what it is."""
    if not holds_secret(name, value):
        return value
    try:
        return VAULT.keep(value, name, sure_of(name))
    except Exception:  # it cannot be pickled
        return value


def name_of(thing: Any) -> str:
    """A module, a class or a function with its module."""
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    return f"{thing.__module__}.{thing.__qualname__}"


def annotations_of(function: types.FunctionType) -> dict[str, Any]:
    """Its annotations; none where they cannot be evaluated, which Python does from 3.14 on when they are asked for."""
    try:
        return dict(function.__annotations__)
    except Exception:  # evaluating them runs code
        return {}
