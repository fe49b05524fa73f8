"""Values of a worker that does not see the kernel's store: they travel through the scheduler, whole, and once each way.

The kernel has an output on its disk before it is told that the electron has ended; the worker keeps what it has made
and fetched in a folder of its own.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...model.events import BlobRef
from ...store.blobs import Blobs, contents

Ask = Callable[..., Any]


class RelayedBlobs(Blobs):
    """The blobs of a store elsewhere. ask: asks what we have on the scheduler."""

    def __init__(self, folder: Path, ask: Ask, kernel: str) -> None:
        super().__init__(folder)
        self._ask, self._kernel = ask, kernel

    def write(self, meta: bytes, buffers: Sequence[Any] = ()) -> BlobRef:
        """Store here, and send it to the kernel."""
        ref = super().write(meta, buffers)
        self._ask("put", kernel=self._kernel, digest=ref.digest, data=self.path(ref).read_bytes())
        return ref

    def read(self, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        """The pickle and the buffers, fetched from the kernel where they are not here."""
        if not self.path(ref).exists():
            data = self._ask("get", kernel=self._kernel, digest=ref[0], size=ref[1])
            super().write(*contents(data))
        return super().read(ref)


class Depot:
    """The kernel's side."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._problems: dict[bytes, str] = {}  # by digest

    def take(self, digest: bytes, data: bytes) -> None:
        """A value arrives."""
        try:
            if self._blobs.write(*contents(data)).digest != digest:
                raise ValueError("it is not what it is said to be")
        except Exception as error:
            self._problems[digest] = f"{type(error).__name__}: {error}"

    def give(self, ref: BlobRef) -> bytes:
        """A value leaves. Raises OSError."""
        return self._blobs.path(ref).read_bytes()

    def problem(self, value: Any) -> str:
        """Why the kernel does not have a value; empty if it does."""
        if not isinstance(value, BlobRef):
            return ""
        known = self._problems.pop(value.digest, "")
        return known or ("" if self._blobs.path(value).exists() else "it did not arrive")
