"""The files of a worker that does not see the kernel's store: what its electrons have made, and were given."""

import functools
import mmap
import os
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from distributed import Worker
from distributed.core import Status

from ...model.events import BlobRef
from ...store.blobs import Blobs


class Shelf(Blobs):
    """Blobs that are removed when nobody holds them any more. Whoever has one put there holds it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._holds: Counter[str] = Counter()
        self._lock = threading.RLock()  # tokens may end anywhere
        self._threads = threading.local()

    def _place(self, temporary: Path, path: Path) -> None:
        with self._lock:
            self._holds[path.name] += 1  # first: whoever lets go meanwhile is not to remove it
            super()._place(temporary, path)
        self.mine.append(path.name)

    @property
    def mine(self) -> list[str]:
        """What this thread has put there."""
        if not hasattr(self._threads, "mine"):
            self._threads.mine = []
        mine: list[str] = self._threads.mine
        return mine

    def taken(self, since: int = 0) -> list[str]:
        """The same, for somebody else to hold, and to drop."""
        mine = self.mine
        taken = mine[since:]
        del mine[since:]
        return taken

    def drop(self, names: Iterable[str]) -> None:
        """They are held by one less."""
        for name in names:
            with self._lock:
                self._holds[name] -= 1
                if self._holds[name] <= 0:
                    del self._holds[name]
                    with suppress(OSError):
                        (self._files / name[:2] / name).unlink()

    def piece(self, digest: bytes, at: int, size: int) -> bytes:
        """A part of one. Raises OSError."""
        with self.path(BlobRef(digest, 0)).open("rb") as file:
            return os.pread(file.fileno(), size, at)

    def whole(self, ref: BlobRef) -> memoryview:
        """All of one, mapped and not copied. Raises OSError."""
        with self.path(ref).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), ref.size, access=mmap.ACCESS_READ))


@functools.cache
def at(folder: Path) -> Shelf:
    """The one in a folder."""
    return Shelf(folder)


def of(worker: Worker) -> Shelf:
    """A worker's."""
    return at(Path(worker.local_directory, "jupyter-flow"))


def here() -> Shelf | None:
    """That of a worker of this process, whichever: they have one machine."""
    workers = list(Worker._instances)
    return next((of(worker) for worker in workers if worker.status not in (Status.closed, Status.failed)), None)
