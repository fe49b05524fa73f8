"""What a task leaves on a cluster: Dask moves it to those that need it, and places them by what there is to move.

A worker that does not see the kernel's store has large values in files of its own. They travel with the token, as
Dask's own data does: from worker to worker, once.
"""

import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from distributed.protocol import dask_deserialize, dask_serialize

from ...model.events import BlobRef, Record, Value
from . import shelf as shelves
from .shelf import Shelf

Frames = tuple[dict[str, Any], list[Any]]


class Token:
    """Values by their nodes. refs: what of them, and of what was printed, lies on a shelf; held by these names."""

    def __init__(
        self, values: Mapping[int, Value], refs: Sequence[BlobRef] = (), shelf: Shelf | None = None,
        names: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.values, self.refs, self._shelf, self._names = values, refs, shelf, list(names)

    def __sizeof__(self) -> int:
        """What there is to move: for Dask, which places what needs it by that."""
        small = sum(len(value) for value in self.values.values() if isinstance(value, bytes))
        return object.__sizeof__(self) + small + sum(ref.size for ref in self.refs)

    def __del__(self) -> None:
        if self._shelf is not None:
            self._shelf.drop(self._names)

    def __reduce__(self) -> Any:
        return Token, (self.values,)

    def packed(self, travels: bool) -> Frames:
        """As Dask sends it; what it only puts aside stays on the shelf."""
        head: dict[str, Any] = {"values": pickle.dumps(self.values, 5), "refs": [], "stays": not travels}
        if self._shelf is None or not travels:
            head["refs"] = [tuple(ref) for ref in self.refs]
            self._names.clear()  # nobody takes them off
            return head, []
        frames = []
        for ref in self.refs:
            try:
                frames.append(self._shelf.whole(ref))
                head["refs"].append(tuple(ref))
            except OSError:
                continue  # whoever needs it asks the kernel
        return head, frames


def refs_in(record: Record) -> list[BlobRef]:
    """What lies on a shelf of what an electron has made."""
    named = (record.value, record.stdout, record.stderr, record.displays)
    return [ref for ref in named if isinstance(ref, BlobRef)]


@dask_serialize.register(Token)  # type: ignore[untyped-decorator]
def _packed(token: Token, context: Any = None) -> Frames:
    return token.packed(context is not None)


@dask_deserialize.register(Token)  # type: ignore[untyped-decorator]
def _unpacked(head: dict[str, Any], frames: list[Any]) -> Token:
    values, refs = pickle.loads(head["values"]), [BlobRef(*ref) for ref in head["refs"]]
    shelf = shelves.here()
    if shelf is None or head["stays"]:
        return Token(values, refs, shelf)
    for ref, frame in zip(refs, frames, strict=True):
        with suppress(Exception):  # whoever needs it asks the kernel
            shelf.arrive(ref, [frame])
    return Token(values, refs, shelf, shelf.taken())
