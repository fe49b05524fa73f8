"""Blobs that travel with an electron and its answer, for workers that do not see the store."""

from collections.abc import Iterable, Sequence
from typing import Any

from blake3 import blake3

from ..model.errors import StoreCorruption
from ..model.events import BlobRef
from ..store.blobs import Blobs
from ..store.layout import parts
from .orders import Contents


class Carried(Blobs):
    """Reads what was sent along, and keeps what is written, to be sent back."""

    def __init__(self, brought: dict[BlobRef, Contents]) -> None:
        self._brought = brought
        self.made: dict[BlobRef, Contents] = {}

    def write(self, meta: bytes, buffers: Sequence[Any] = ()) -> BlobRef:
        """Keep a blob."""
        ref = _ref_of(meta, buffers)
        self.made[ref] = contents(meta, buffers)
        return ref

    def read(self, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        """A private copy, as the store gives one. Raises StoreCorruption for what was not sent along."""
        if ref not in self._brought:
            raise StoreCorruption(f"A value of {ref.size} bytes was not sent along with the electron that needs it.")
        meta, buffers = self._brought[ref]
        return memoryview(bytearray(meta)), [memoryview(bytearray(buffer)) for buffer in buffers]


def _ref_of(meta: bytes, buffers: Sequence[Any]) -> BlobRef:
    """What it is called in the store."""
    hasher, size = blake3(), 0
    for part in parts(meta, buffers):
        hasher.update(part)
        size += len(part)
    return BlobRef(hasher.digest(), size)


def packed(blobs: Blobs, refs: Iterable[BlobRef]) -> dict[BlobRef, Contents]:
    """The blobs of a store, to be sent along. Raises StoreCorruption, StoreError."""
    return {ref: contents(*blobs.read(ref)) for ref in refs}


def unpacked(blobs: Blobs, carried: Iterable[Contents]) -> None:
    """Write what was sent back. Raises StoreFull, StoreError."""
    for meta, buffers in carried:
        blobs.write(meta, buffers)


def contents(meta: Any, buffers: Sequence[Any]) -> Contents:
    """A blob as bytes."""
    return bytes(meta), [bytes(memoryview(buffer).cast("B")) for buffer in buffers]
