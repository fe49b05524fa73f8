"""What a worker has begun and ended, written where no death of a process can take it back.

Each worker writes a journal: a memory-mapped file, so that a record costs no system call, and what is
written is the operating system's the moment it is written, whatever happens to the worker or the kernel.
The kernel reads the same file as it grows; a pipe only rings. If the kernel dies, the next one that asks for
its dispatches reads it (`recovery`). A record counts once its header stands, and
the header (length and checksum, one aligned store) is written last: a worker killed in the middle of a
record leaves no record. Small values stand in the journal itself.
"""

import mmap
import os
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from ..model.events import Record
from . import entries
from .birth import born
from .entries import END, FINISHED, OPENED, SEAL, STARTED, Entry, Opened, decoded, finished_in

SEGMENT = 4 * 1024 * 1024  # bytes; a journal is a row of files of this size
NO_KEY = bytes(32)  # for a journal that nobody is to believe later
LONG = 50_000  # ns; what took so long is worth a seal of its own, shorter ones have it together
LARGE = 4096  # bytes; so has what is so large

PATIENCE = 0.1  # seconds

GARBLED = ValueError, LookupError, TypeError, struct.error  # what reading bytes raises that are no entry

_HEADER = 8
SEAL_SIZE = 64  # bytes that are kept for the last seal and the end of a file
ROOM = SEGMENT - SEAL_SIZE - 3 * _HEADER


class JournalWriter:
    """The worker's side. key: what its entries are sealed with. number: the store's for this worker.

    opened: who writes, if not this process, which is to end with its kernel.
    """

    def __init__(self, prefix: str, key: bytes = NO_KEY, number: int = 0, opened: Opened | None = None) -> None:
        self._prefix, self._key = prefix, key
        self._segment = -1
        self._at = 0
        self._lock = threading.Lock()  # the thread that listens returns nodes while another one runs
        self._opening = entries.opened(opened or Opened(os.getpid(), born(os.getpid()), number))
        self._unsealed = bytearray()
        self._next_segment()

    def started(
        self, run: int, node: int, attempt: int, start: int, stdout_from: int = 0, stderr_from: int = 0
    ) -> None:
        """Note that an attempt begins, before it does."""
        self._append(entries.started(run, node, attempt, start, stdout_from, stderr_from))

    def finished(self, run: int, record: Record) -> None:
        """Note how an attempt ended."""
        payload = entries.finished(run, record)
        self._append(payload, True)
        if record[4] - record[3] > LONG or len(payload) > LARGE:
            self.seal()

    def returned(self, run: int, nodes: Sequence[int]) -> None:
        """Give nodes back."""
        self._append(entries.returned(run, nodes))

    def batch_done(self, number: int) -> None:
        """Note the end of a batch."""
        self.seal()
        self._append(entries.batch_done(number))

    def last(self) -> None:
        """Seal it as the process ends, and take no more: what ends now may end because its subprocess was killed."""
        if self._lock.acquire(timeout=PATIENCE):  # and never given back
            self._seal()

    def seal(self) -> None:
        """Have what was finished believed later."""
        if self._unsealed and self._lock.acquire(timeout=PATIENCE):
            try:
                self._seal()
            finally:
                self._lock.release()

    def _append(self, payload: bytes, sealed: bool = False) -> None:
        with self._lock:
            if self._at + len(payload) > ROOM:
                self._seal()
                self._put(bytes([END]))
                self._next_segment()
            self._put(payload)
            if sealed:
                self._unsealed += payload

    def _seal(self) -> None:
        if self._unsealed:
            self._put(entries.seal(self._unsealed, self._key))
            self._unsealed.clear()

    def _put(self, payload: bytes) -> None:
        at = self._at
        begin, size = at + _HEADER, len(payload)
        end = begin + size
        self._map[begin:end] = payload
        self._headers[at // _HEADER] = size | crc32(payload) << 32
        self._at = (end + 7) & ~7

    def _next_segment(self) -> None:
        self._segment += 1
        descriptor = os.open(
            f"{self._prefix}.{self._segment}", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600
        )
        try:
            _allocate(descriptor)
            self._map = mmap.mmap(descriptor, SEGMENT)
        finally:
            os.close(descriptor)
        self._headers = memoryview(self._map).cast("Q")
        self._at = 0
        self._put(self._opening)
        self._unsealed += self._opening
        self._seal()


class JournalReader:
    """The kernel's side: new entries each time it looks.

    key: for a journal whose kernel is dead. What is not sealed with it is not told; `doubtful` has it in the end.
    """

    def __init__(self, prefix: str, worker: int, key: bytes | None = None) -> None:
        self.worker, self._key = worker, key
        self.opened: Opened | None = None
        self.garbled = ""  # what is wrong with an entry; nothing after it counts
        self._held: list[bytes] = []  # to be sealed
        self._refused: list[bytes] = []
        self._prefix = prefix
        self._segment = 0 if key is None else _first(prefix)
        self._map: mmap.mmap | None = None
        self._at = 0
        self._through: list[str] = []

    def read(self) -> list[Entry]:
        """What has been written since the last look."""
        found: list[Entry] = []
        begun: bytes | None = None  # a start is news only while its finish is not there
        if self.garbled:
            return found
        try:
            for payload in self._payloads():
                kind = payload[0]
                if kind == FINISHED:
                    if self._key is None:
                        found.append(finished_in(payload, self.worker))
                    else:
                        self._held.append(payload)
                    begun = None  # now: where that cannot be read, the start is all that is known
                elif kind == STARTED:
                    begun = payload
                elif kind == END:
                    self._close_segment()
                elif kind == OPENED:
                    self._held.append(payload)
                elif kind == SEAL:
                    self._unsealed(payload, found)
                else:
                    found.append(decoded(payload, self.worker))
        except GARBLED as error:
            self.garbled = f"{type(error).__name__}: {error}"
        return found if begun is None else [*found, decoded(begun, self.worker)]

    def doubtful(self) -> list[Entry]:
        """What was not sealed, or by someone else: it may have happened."""
        found: list[Entry] = []
        for payload in self._refused + self._held:
            with suppress(*GARBLED):
                if payload[0] != OPENED:
                    found.append(decoded(payload, self.worker))
        return found

    def _unsealed(self, seal: bytes, found: list[Entry]) -> None:
        """Tell what a seal stands for, if it does."""
        held, self._held = self._held, []
        if self._key is not None and not entries.authentic(b"".join(held), seal, self._key):
            self._refused += held
            return
        if held and held[0][0] == OPENED:
            self.opened = entries.writer_in(held.pop(0))
            self.worker = self.worker or self.opened.worker
        for payload in held:
            found.append(decoded(payload, self.worker))

    def through(self) -> list[str]:
        """The files that have been read to their end, told once: they may go when all of it is safe elsewhere."""
        done, self._through = self._through, []
        return done

    def close(self) -> None:
        """Let go of the files."""
        self._map = None

    def remove(self) -> None:
        """Delete what is left, once the worker is dead and everything read is safe elsewhere."""
        self.close()
        for path in Path(self._prefix).parent.glob(Path(self._prefix).name + ".*"):
            path.unlink(missing_ok=True)

    def _payloads(self) -> Iterator[bytes]:
        while self._map is not None or self._open():
            yield from self._in_segment()
            if self._map is not None:  # it was not the last of its file
                return

    def _in_segment(self) -> Iterator[bytes]:
        """The entries that are there. The kernel that has the worker passes over a start that has its finish behind it.

        Written out, for there are two of them for each electron.
        """
        assert self._map is not None
        data, headers, at, hasty = self._map, self._headers, self._at, self._key is None
        while (header := headers[at // _HEADER]) if at < SEGMENT else 0:
            begin = at + _HEADER
            end = begin + (header & 0xFFFFFFFF)
            at = (end + 7) & ~7
            if hasty and data[begin] == STARTED and headers[at // _HEADER] and data[at + _HEADER] == FINISHED:
                continue
            payload = data[begin:end]
            if crc32(payload) != header >> 32:
                return  # its bytes are not all visible yet, or never will be: the writer died
            self._at = at
            yield payload
            if payload[0] == END:
                return

    def _open(self) -> bool:
        try:
            descriptor = os.open(f"{self._prefix}.{self._segment}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return False
        try:
            if os.fstat(descriptor).st_size < SEGMENT:
                return False  # being made
            self._map = mmap.mmap(descriptor, SEGMENT, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        self._headers = memoryview(self._map).cast("Q")
        self._at = 0
        return True

    def _close_segment(self) -> None:
        self._headers.release()
        self._map = None
        self._through.append(f"{self._prefix}.{self._segment}")
        self._segment += 1
        self._at = 0


def unlink_all(paths: list[str]) -> None:
    """Remove files."""
    for path in paths:
        Path(path).unlink(missing_ok=True)


def _allocate(descriptor: int) -> None:
    """Take the space now: a full disk is an error here, and not a signal in the middle of a record."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, SEGMENT)
    else:
        os.write(descriptor, bytes(SEGMENT))


def _first(prefix: str) -> int:
    """The first file that is left: the kernel removes those whose every word it has recorded."""
    found = (path.suffix[1:] for path in Path(prefix).parent.glob(Path(prefix).name + ".*"))
    return min((int(suffix) for suffix in found if suffix.isdecimal()), default=0)
