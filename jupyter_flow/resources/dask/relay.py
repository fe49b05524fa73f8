"""Values of workers that do not see the kernel's store.

What a worker makes lies on its shelf. Workers that need it have it with a token, from worker to worker; the kernel
takes a copy, piece by piece, before anybody is told that the electron has completed. What only the kernel has is asked
of it, piece by piece as well: neither holds more of a value than some pieces, nor does the scheduler.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...model.errors import StoreCorruption, StoreError
from ...model.events import BlobRef
from ...store.blobs import Blobs
from .shelf import Shelf

PIECE = 4 << 20  # bytes
KEPT = 1 << 30  # bytes of what came from the kernel, for whoever needs it next
TRIES = 3

Pull = Callable[[bytes, int, int], bytes]  # digest, from where, how much


class Unreachable(StoreError):
    """A value that lies elsewhere did not come."""


def pieces(ref: BlobRef, pull: Pull) -> Iterator[bytes]:
    """All of a value, one piece after the other. Raises Unreachable."""
    for at in range(0, ref.size, PIECE):
        try:
            yield pull(ref.digest, at, min(PIECE, ref.size - at))
        except Exception as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error


class RelayedBlobs(Blobs):
    """The blobs of a store elsewhere. ask: asks what we have on the scheduler."""

    def __init__(self, shelf: Shelf, ask: Callable[..., Any], kernel: str) -> None:
        super().__init__(shelf.root)
        self._shelf, self._ask, self._kernel = shelf, ask, kernel
        self._fetched: OrderedDict[BlobRef, list[str]] = OrderedDict()
        self._fetching = threading.Lock()

    def write(self, meta: bytes, buffers: Sequence[Any] = ()) -> BlobRef:
        """Store here: the kernel will take it."""
        return self._shelf.write(meta, buffers)

    def read(self, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        """The pickle and the buffers, fetched from the kernel where they are not here, or are damaged."""
        for _ in range(TRIES):
            try:
                return self._shelf.read(ref)
            except StoreCorruption:
                self._fetch(ref)
        return self._shelf.read(ref)

    def _fetch(self, ref: BlobRef) -> None:
        with self._fetching:
            if self.path(ref).exists():  # another thread was faster
                return
            since = len(self._shelf.mine)
            self._shelf.arrive(ref, pieces(ref, self._pull))
            self._fetched[ref] = self._shelf.taken(since)
            while len(self._fetched) > 1 and sum(one.size for one in self._fetched) > KEPT:
                self._shelf.drop(self._fetched.popitem(last=False)[1])

    def _pull(self, digest: bytes, at: int, size: int) -> bytes:
        piece: bytes = self._ask("get", kernel=self._kernel, digest=digest, at=at, size=size)
        return piece


class SharedBlobs(Blobs):
    """The blobs of the kernel's store, on a worker that sees it: what is on its way there may be on the shelf."""

    def __init__(self, blobs: Blobs, shelf: Shelf) -> None:
        super().__init__(blobs.root, "full" if blobs.full else "process")
        self._shelf = shelf

    def read(self, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        """The pickle and the buffers."""
        if not self.path(ref).exists() and self._shelf.path(ref).exists():
            return self._shelf.read(ref)
        return super().read(ref)
