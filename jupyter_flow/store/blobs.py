"""Values too large for a row: one file each, named by the blake3 of all that is in it.

`layout` says what stands in a file. Nothing is returned that does not hash to its name.
"""

import errno
import mmap
import os
import struct
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from blake3 import blake3

from ..model.errors import StoreCorruption, StoreError, StoreFull
from ..model.events import BlobRef
from .files import create, locked, opened, sync
from .layout import parts, split
from .location import WAY_OUT, private_folder

Durability = Literal["process", "full"]

CHUNK = 1 << 20  # bytes hashed and written at a time: they are still in the cache for the second
MAP_FROM = 1 << 20  # smaller files are read, which costs less than mapping and faulting them
MAPS = 256  # maps at once; beyond, files are read: until Python 3.13 every map holds a descriptor
VERIFIED = 4096  # files remembered as verified, per process
RACY = 100_000_000  # ns: a file changed less than this ago can change again under the same time stamp
LEFT = 86400  # seconds after which a temporary file is no one's
LOCK = ".blobs.lock"  # shared by all who put files in place, and taken alone to remove some
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_Seen = tuple[bytes, int, int, int]
_verified: OrderedDict[_Seen, None] = OrderedDict()
_verified_lock = threading.Lock()
_maps: "weakref.WeakSet[mmap.mmap]" = weakref.WeakSet()
_hashing = [threading.Lock() for _ in range(16)]  # by digest: threads that want one blob hash it once


class Blobs:
    """The blobs of a store, for any process that can see its folder."""

    def __init__(self, root: Path, durability: Durability = "process") -> None:
        self.root = root
        self.full = durability == "full"
        self._files = root / "blobs"
        self._temporary = root / "tmp"

    def path(self, ref: BlobRef) -> Path:
        """The file of a blob, there or not."""
        name = ref[0].hex()
        return self._files / name[:2] / name

    def write(self, meta: bytes, buffers: Sequence[Any] = ()) -> BlobRef:
        """Store a pickle and its out-of-band buffers (anything contiguous); nothing is copied.

        Raises StoreFull where there is no space, StoreError where the store cannot be written.
        """
        return self._keep(parts(meta, buffers))

    def arrive(self, ref: BlobRef, pieces: Iterable[bytes | memoryview]) -> None:
        """Store one that comes from elsewhere, piece by piece. As `write`; ValueError where it is another one."""
        self._keep(map(memoryview, pieces), ref)

    def _keep(self, parts: Iterable[memoryview], expected: BlobRef | None = None) -> BlobRef:
        temporary = self._temporary / os.urandom(16).hex()
        try:
            ref = self._write(temporary, parts)
            if expected not in (None, ref):
                raise ValueError("it is not what it is said to be")
            self._place(temporary, self.path(ref))
        except BaseException as error:
            with suppress(OSError):
                temporary.unlink()
            if isinstance(error, OSError):
                raise _told(error, self.root) from error
            raise
        return ref

    def read(self, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        """The pickle and the buffers, verified, writable and private: writing never reaches the file.

        Large files are mapped copy-on-write, so nothing is copied until it is written to.
        Raises StoreCorruption where the file is not what was written; it is moved to quarantine.
        """
        path = self.path(ref)
        try:
            fd = opened(path)
        except FileNotFoundError:
            raise StoreCorruption(
                f"The blob {path} is missing ({ref[1]} bytes expected); has it been pruned?"
            ) from None
        except OSError as error:
            raise StoreError(f"The blob {path} cannot be read: {error.strerror}.") from error
        try:
            return self._load(fd, path, ref)
        finally:
            os.close(fd)

    def peek(self, ref: BlobRef) -> memoryview:
        """The pickle of a blob in a store that is only looked at: nothing is moved to quarantine.

        Raises StoreCorruption where it is not what its name says.
        """
        path = self.path(ref)
        try:
            fd = opened(path)
            with open(fd, "rb") as file:
                data = file.read(ref[1] + 1)
            if blake3(data).digest() != ref[0]:
                raise ValueError("another digest")
            return split(memoryview(data))[0]
        except (OSError, ValueError, struct.error) as error:
            raise StoreCorruption(f"The blob {path} cannot be read: {error}.") from error

    def renew(self, ref: BlobRef) -> bool:
        """Say that a blob is about to be referred to again without being written; whether it is there.

        Who takes over a reference from an earlier dispatch asks this first: `prune` spares a file that is
        as good as new, and one that it has removed is not referred to.
        """
        try:
            with self.placing():
                os.utime(self.path(ref))
        except OSError:
            return False
        return True

    def stands(self, ref: BlobRef) -> bool:
        """Whether a blob is there, and what was written; a damaged one is put into quarantine."""
        try:
            self.read(ref)
        except StoreError:
            return False
        return True

    @contextmanager
    def placing(self) -> Iterator[None]:
        """While a file is put in its place: no one who removes files stands between looking at it and removing it."""
        with locked(self.root / LOCK, shared=True):
            yield

    def sweep(self) -> None:
        """Remove what writers that died left behind; no one writes a file for a day."""
        oldest = time.time() - LEFT
        try:
            for path in self._temporary.iterdir():
                if path.stat().st_mtime < oldest:
                    path.unlink()
        except OSError:
            pass  # nothing there, or another one sweeps

    def _write(self, temporary: Path, parts: Iterable[memoryview]) -> BlobRef:
        try:
            fd = create(temporary)
        except FileNotFoundError:
            private_folder(self._temporary)
            fd = create(temporary)
        hasher, size = blake3(), 0
        try:
            for part in parts:
                for at in range(0, len(part), CHUNK):
                    chunk = part[at : at + CHUNK]
                    hasher.update(chunk)
                    _write_all(fd, chunk)
                size += len(part)
            if self.full:
                os.fsync(fd)
        finally:
            os.close(fd)
        return BlobRef(hasher.digest(), size)

    def _place(self, temporary: Path, path: Path) -> None:
        # One that is there already is replaced by its equal: that heals it, should it be damaged.
        with self.placing():
            try:
                os.replace(temporary, path)
            except FileNotFoundError:
                private_folder(path.parent)
                os.replace(temporary, path)
        if self.full:
            sync(path.parent)
            sync(path.parent.parent)

    def _load(self, fd: int, path: Path, ref: BlobRef) -> tuple[memoryview, list[memoryview]]:
        digest, size = ref
        found = os.fstat(fd)
        if found.st_size != size:
            raise self._corrupt(path, found.st_ino, f"{size} bytes expected, {found.st_size} found")
        data = _contents(fd, size)
        seen = (digest, found.st_ino, found.st_ctime_ns, size)  # nobody can set that one back
        with _hashing[digest[0] % len(_hashing)]:
            if not _known(seen):
                actual = blake3(data).digest()
                if actual != digest:
                    raise self._corrupt(path, found.st_ino, f"{digest.hex()} expected, {actual.hex()} found")
                _remember(seen)
        try:
            return split(data)
        except (struct.error, ValueError):
            raise self._corrupt(path, found.st_ino, "it is not a blob of this store") from None

    def _corrupt(self, path: Path, inode: int, why: str) -> StoreCorruption:
        moved = self.root / "quarantine" / f"{path.name}-{os.urandom(4).hex()}"
        try:
            private_folder(moved.parent)
            if os.stat(path).st_ino == inode:  # else someone has healed it meanwhile
                os.replace(path, moved)
        except (OSError, StoreError):
            return StoreCorruption(f"The blob {path} is damaged: {why}. It could not be moved to quarantine.")
        return StoreCorruption(f"The blob {path} is damaged: {why}. It was moved to {moved}.")


def forked() -> None:
    """In a process that was forked from one with threads: whoever held these locks is not here."""
    global _verified_lock, _hashing
    _verified_lock, _hashing = threading.Lock(), [threading.Lock() for _ in _hashing]


def _contents(fd: int, size: int) -> memoryview:
    if size >= MAP_FROM and len(_maps) < MAPS:
        mapped = mmap.mmap(fd, size, access=mmap.ACCESS_COPY)
        _maps.add(mapped)
        return memoryview(mapped)
    data = bytearray(size)
    with open(fd, "rb", buffering=0, closefd=False) as file:
        file.readinto(data)  # a short one leaves zeros, which the digest tells
    return memoryview(data)


def _known(seen: _Seen) -> bool:
    with _verified_lock:
        if seen not in _verified:
            return False
        _verified.move_to_end(seen)
        return True


def _remember(seen: _Seen) -> None:
    if time.time_ns() - seen[2] < RACY:
        return
    with _verified_lock:
        _verified[seen] = None
        if len(_verified) > VERIFIED:
            _verified.popitem(last=False)


def _write_all(fd: int, data: memoryview) -> None:
    while data:
        data = data[os.write(fd, data) :]


def _told(error: OSError, root: Path) -> StoreError:
    if isinstance(error, StoreError):
        return error
    if error.errno in FULL:
        return StoreFull(f"No space left for a value in {root}: {error.strerror}. Free some, and run it again.")
    return StoreError(f"Cannot write in the store {root}: {error.strerror}. What is in it can still be read. {WAY_OUT}")
