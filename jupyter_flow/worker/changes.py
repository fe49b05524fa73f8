"""What a cell changes in place: of its inputs, and of the functions and classes that came along."""

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from blake3 import blake3

from ..model.literal import ATOMS
from ..model.pickles import Buffers, dumps
from .remarks import remark

CODE = types.ModuleType | types.FunctionType | types.BuiltinFunctionType | type
LARGEST = 256 * 1024 * 1024  # bytes of a value that is looked at for changes
ACCESS = (staticmethod, classmethod, property, types.MemberDescriptorType, types.GetSetDescriptorType)
PYTHONS = re.compile("__.*__$|_.*_$|_abc_")  # attributes that Python and its libraries see to

Namespace = Mapping[str, Any]


class Watch:
    """A cell's namespace before it runs.

    names: the inputs to watch. outputs: what it hands back, so that it may change that.
    """

    def __init__(self, space: Namespace, names: Iterable[str], outputs: Iterable[str]) -> None:
        self._space = space
        self._inputs = _marks(space, [name for name in names if name in space and name not in outputs])
        self._code = {name: value for name, value in space.items() if _written(value) and name not in outputs}
        self._before = dict(self._state())

    def told(self) -> tuple[str, ...]:
        """The inputs that have been changed since; what the notebook will not see is said."""
        after = _marks(self._space, self._inputs)
        changed = tuple(name for name, mark in self._inputs.items() if after.get(name, mark) != mark)
        if changed:
            names = ", ".join(changed)
            remark(f"it changed {names}, which is not among its outputs: the notebook's stays as it was (-o {names})")
        now = dict(self._state())
        code = [label for label in {**self._before, **now} if _differ(self._before.get(label), now.get(label))]
        if code:
            remark(f"it changed {', '.join(code)}, which stays on its worker: the notebook's stays as it was")
        return changed

    def _state(self) -> Iterator[tuple[str, tuple[Any, bytes | None]]]:
        """What functions and classes hold, labelled: the object, and a digest where it could be changed in place."""
        for name, value in self._code.items():
            for label, held in _held(name, value):
                yield label, (held, None if _fixed(held) else digest_of(held, LARGEST))


def _fixed(value: object) -> bool:
    """Whether only another object in its place counts as a change."""
    return type(value) in ATOMS or isinstance(value, (CODE, *ACCESS)) or _written(type(value))


def _written(value: object) -> bool:
    return isinstance(value, types.FunctionType | type) and value.__module__ == "__main__"


def _held(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    for attribute, held in vars(value).items():
        if not PYTHONS.match(attribute):
            yield f"{name}.{attribute}", held
    if not isinstance(value, types.FunctionType):
        return
    for parameter, held in _defaults(value):
        yield f"the default of {name}({parameter})", held
    for variable, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        try:
            yield f"{variable} of {name}", cell.cell_contents
        except ValueError:  # an empty cell
            continue


def _defaults(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    given = function.__defaults__ or ()
    code = function.__code__
    yield from zip(code.co_varnames[code.co_argcount - len(given) : code.co_argcount], given, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def _differ(before: tuple[Any, bytes | None] | None, after: tuple[Any, bytes | None] | None) -> bool:
    if before is None or after is None:
        return True
    same = before[0] is after[0] or (type(before[0]) in ATOMS and before[0] == after[0])
    return before[1] != after[1] if before[1] and after[1] else not same


def _marks(space: Namespace, names: Iterable[str]) -> dict[str, bytes]:
    """A digest of each of these that could be changed and is not too large."""
    marks = {}
    for name in names:
        value = space.get(name)
        if type(value) in ATOMS or isinstance(value, CODE):
            continue
        mark = digest_of(value, LARGEST)
        if mark is not None:
            marks[name] = mark
    return marks


def digest_of(value: object, most: int | None = None) -> bytes | None:
    """A digest of a value's pickle; None where it cannot be pickled, or is larger than `most` bytes."""
    buffers: Buffers = []
    try:
        data = dumps(value, buffers)
        raw = [buffer.raw() for buffer in buffers]
    except Exception:
        return None
    if most is not None and len(data) + sum(part.nbytes for part in raw) > most:
        return None
    digest = blake3(data)
    for part in raw:
        digest.update(part)
    told: bytes = digest.digest()
    return told
