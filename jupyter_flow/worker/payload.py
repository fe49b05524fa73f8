"""Arguments in, outputs out: values as they travel, turned into objects and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..model.cellvalues import CellValues
from ..model.errors import StoreError
from ..model.events import BlobRef, Value
from ..model.graph import MIXED, OUTPUT, OUTPUTS, PLAIN
from ..model.hooks import Hook
from ..model.literal import Literal
from ..model.options import Options
from ..model.pickles import loads, pack
from ..store.blobs import Blobs
from .probing import Unloadable, probe
from .remarks import remark

Hooks = tuple[Hook, ...]

LONGEST_INLINE = 64 * 1024  # bytes of captured output that travel


class Payload:
    """Reads and writes values; large ones are files of the store, mapped and not copied.

    redefine: the notebook's classes become as they come, which is for workers; in the kernel they are the user's.
    """

    def __init__(self, blobs: Blobs, redefine: bool = False) -> None:
        self.blobs, self.redefine = blobs, redefine

    def load(self, value: Value) -> Any:
        """A value's object: a fresh copy each time, so what one electron does to it no other one sees."""
        if isinstance(value, BlobRef):
            return loads(*self.blobs.read(value), self.redefine)
        return loads(value, (), self.redefine)

    def pack(self, value: object) -> Value:
        """An object as a value. Raises what pickling raises, Unloadable where it cannot be read again, StoreFull."""
        try:
            return pack(value, self.blobs.write, probe)
        except Exception as error:
            if isinstance(error, OSError | StoreError | Unloadable) or not isinstance(value, CellValues):
                raise
        kept = value.portable()
        for name, why in kept.left.items():
            remark(f"{name} stays where it was made, since it cannot be pickled ({why})")
        return pack(kept, self.blobs.write, probe)

    def text(self, text: bytes) -> Value | None:
        """Captured output as a value; None for no output."""
        if not text:
            return None
        if len(text) <= LONGEST_INLINE:
            return text
        try:
            return self.blobs.write(text, [])
        except (OSError, StoreError):  # no space: the end of it says most
            return text[-LONGEST_INLINE:]

    def document(self, text: Value | None) -> Value | None:
        """What was displayed, as a value; None where there is no space, for a part of it would be none."""
        if not isinstance(text, bytes) or len(text) <= LONGEST_INLINE:
            return text
        try:
            return self.blobs.write(text, [])
        except (OSError, StoreError):
            return None

    def arguments(self, kind: int, call: Any, values: Mapping[int, Value]) -> tuple[Sequence[Any], dict[str, Any]]:
        """The arguments of a call, given the values of the nodes it names."""
        if kind == PLAIN:
            return call, {}
        if kind == OUTPUTS:
            return [self.load(values[node]) for node in call], {}
        return split(call, partial(self._item, values))

    def _item(self, values: Mapping[int, Value], tag: int, item: Any) -> Any:
        if tag == OUTPUT:
            return self.load(values[item])
        return self.literal(item, [self.load(values[node]) for node in item.refs]) if tag else item

    def literal(self, literal: Literal, inputs: Sequence[Any]) -> Any:
        """A literal's object, with outputs in their places."""
        data, buffers = self.blobs.read(literal.data) if isinstance(literal.data, BlobRef) else (literal.data, ())
        return literal.load(data, buffers, inputs)

    def function(self, code: Value) -> tuple[Hooks, Hooks, Callable[..., Any]]:
        """What an electron's version runs: hooks before, hooks after, the function."""
        before, after, function = self.load(code)
        return before, after, function


def split(call: Any, item_of: Callable[[int, Any], Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments of a MIXED call, each made by `item_of(tag, item)`."""
    tags, items, names = call
    values = list(map(item_of, tags, items))
    first = len(values) - len(names)
    return values[:first], dict(zip(names, values[first:], strict=True))


def nodes_in(kind: int, call: Any) -> Sequence[int]:
    """The nodes whose values a call needs."""
    if kind == OUTPUTS:
        needed: Sequence[int] = call
        return needed
    if kind == MIXED:
        found: list[int] = []
        for tag, item in zip(call[0], call[1], strict=True):
            if tag == OUTPUT:
                found.append(item)
            elif tag:
                found += item.refs
        return found
    return ()


def inner_defaults(options: Options, before: Hooks, after: Hooks) -> Options:
    """What the electrons of a sublattice take from the electron it was made."""
    return replace(options, executor=None, before=before, after=after)
