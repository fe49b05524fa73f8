"""What threads of the kernel have begun, for the kernel that comes after one that was killed.

Nothing is recorded of an electron before it has ended, and a thread ends with its kernel. So each thread notes what it
begins in a small mapped file: no system call, and what is written is the operating system's at once. The file is a
ring; it holds more than a thread can be ahead of the store.
"""

import mmap
import os
from pathlib import Path
from struct import Struct

from ..model.errors import StoreError
from ..model.events import INTERRUPTED, Failure, Record
from ..store.files import contents
from ..store.location import private_folder

SUFFIX = ".begun"
SIZE = 16 * 1024  # bytes
DOUBT = Failure("interrupted", "Interrupted", "the kernel ended while it ran; it is in doubt", "")

_HEAD = Struct("<q16x")  # the store's number for the thread
_ENTRY = Struct("<QIIq")  # run, node, attempt, start
_LENGTH = _ENTRY.size
_LAST = SIZE - SIZE % _LENGTH


class Begun:
    """The file of one thread, which alone writes it. Without a place for it, nothing is noted."""

    def __init__(self, folder: str, name: str, worker: int) -> None:
        self._path = os.path.join(folder, name + SUFFIX)
        self._at = _HEAD.size
        self._map: mmap.mmap | None = None
        try:
            private_folder(Path(folder))
            self._map = _made(self._path)
        except (OSError, StoreError):  # a full disk: electrons fail for that where they need it
            return
        self._map[: _HEAD.size] = _HEAD.pack(worker)

    def note(self, run: int, node: int, attempt: int, start: int) -> None:
        """An attempt begins."""
        if self._map is None:
            return
        at = self._at
        end = at + _LENGTH
        self._map[at:end] = _ENTRY.pack(run, node, attempt, start)  # in one go: it may be the last
        self._at = end if end + _LENGTH <= _LAST else _HEAD.size

    def remove(self) -> None:
        """All that it began has ended, and is recorded."""
        if self._map is not None:
            self._map = None
            try:
                os.unlink(self._path)
                os.rmdir(os.path.dirname(self._path))
            except OSError:  # others are in there
                pass


def in_doubt(folder: Path, run: int) -> list[Record]:
    """The attempts of a run that threads had begun, whether or not they ended, as records that they are in doubt."""
    return [record for path in sorted(folder.glob(f"*{SUFFIX}")) for record in _noted(path, run)]


def _noted(path: Path, run: int) -> list[Record]:
    try:
        data = contents(path)
    except OSError:
        return []
    if len(data) < _LAST:
        return []
    (worker,) = _HEAD.unpack_from(data)
    entries = _ENTRY.iter_unpack(data[_HEAD.size : _LAST])
    return [
        Record(node, attempt, INTERRUPTED, start, start, worker, failure=DOUBT)
        for serial, node, attempt, start in entries
        if serial == run and attempt
    ]


def _made(path: str) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):  # a full disk is an error here, and not a signal in the middle of a note
            os.posix_fallocate(descriptor, 0, SIZE)
        else:
            os.write(descriptor, bytes(SIZE))
        return mmap.mmap(descriptor, SIZE)
    finally:
        os.close(descriptor)
