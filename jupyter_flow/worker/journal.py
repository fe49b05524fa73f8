"""What a worker has begun and ended, written where no death of a process can take it back.

Each worker writes a journal: a memory-mapped file, so that a record costs no system call, and what is
written is the operating system's the moment it is written, whatever happens to the worker or the kernel.
The kernel reads the same file as it grows; a pipe only rings. A record counts once its header stands, and
the header (length and checksum, one aligned store) is written last: a worker killed in the middle of a
record leaves no record. Small values stand in the journal itself.
"""

import json
import mmap
import os
import threading
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from ..model.events import BlobRef, Failure, Record, Value

SEGMENT = 4 * 1024 * 1024  # bytes; a journal is a row of files of this size
STARTED, FINISHED, RETURNED, BATCH, END = range(1, 6)

_HEADER = 8
_STARTED = Struct("<BIIHqQQ")  # type, run, node, attempt, start, where its stdout and stderr begin
_FINISHED = Struct("<BBIIHBqqIIII")  # type, blobs, run, node, attempt, status, start, end, four lengths
_RETURNED = Struct("<BI")
_BATCH = Struct("<BI")
_BLOB = Struct("<32sQ")
_VALUE, _VALUE_BLOB, _STDOUT_BLOB, _STDERR_BLOB, _SHOWN, _SHOWN_BLOB = 1, 2, 4, 8, 16, 32


class Started(NamedTuple):
    """An attempt began."""

    run: int
    node: int
    attempt: int
    start: int
    stdout_from: int
    stderr_from: int


class Finished(NamedTuple):
    """An attempt ended; the record's worker number is the reader's to fill in."""

    run: int
    record: Record


class Returned(NamedTuple):
    """Nodes given back without having been started."""

    run: int
    nodes: tuple[int, ...]


class BatchDone(NamedTuple):
    """A batch is through; what it did not report was not started."""

    number: int


Entry = Started | Finished | Returned | BatchDone


class JournalWriter:
    """The worker's side."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._segment = -1
        self._at = 0
        self._lock = threading.Lock()  # the thread that listens returns nodes while another one runs
        self._next_segment()

    def started(
        self, run: int, node: int, attempt: int, start: int, stdout_from: int = 0, stderr_from: int = 0
    ) -> None:
        """Note that an attempt begins, before it does."""
        self._append(_STARTED.pack(STARTED, run, node, attempt, start, stdout_from, stderr_from))

    def finished(self, run: int, record: Record) -> None:
        """Note how an attempt ended."""
        node, attempt, status, start, end, _, value, stdout, stderr, failure, displays, _ = record
        if stdout is None and stderr is None and failure is None and displays is None and type(value) is bytes:
            head = _FINISHED.pack(FINISHED, _VALUE, run, node, attempt, status, start, end, len(value), 0, 0, 0)
            self._append(head + value)
            return
        flags = 0 if value is None else _VALUE | (_VALUE_BLOB if isinstance(value, BlobRef) else 0)
        flags |= _STDOUT_BLOB if isinstance(stdout, BlobRef) else 0
        flags |= _STDERR_BLOB if isinstance(stderr, BlobRef) else 0
        flags |= 0 if displays is None else _SHOWN | (_SHOWN_BLOB if isinstance(displays, BlobRef) else 0)
        parts = [_encoded(value), _encoded(stdout), _encoded(stderr), _failure_bytes(failure)]
        head = _FINISHED.pack(FINISHED, flags, run, node, attempt, status, start, end, *map(len, parts))
        self._append(b"".join([head, *parts, _encoded(displays)]))

    def returned(self, run: int, nodes: Sequence[int]) -> None:
        """Give nodes back."""
        self._append(_RETURNED.pack(RETURNED, run) + b"".join(node.to_bytes(4, "little") for node in nodes))

    def batch_done(self, number: int) -> None:
        """Note the end of a batch."""
        self._append(_BATCH.pack(BATCH, number))

    def _append(self, payload: bytes) -> None:
        size = len(payload)
        with self._lock:
            if self._at + 2 * _HEADER + size + 8 > SEGMENT:
                self._put(bytes([END]))
                self._next_segment()
            self._put(payload)

    def _put(self, payload: bytes) -> None:
        at, size = self._at, len(payload)
        self._map[at + _HEADER : at + _HEADER + size] = payload
        self._headers[at // _HEADER] = size | zlib.crc32(payload) << 32
        self._at = at + _HEADER + (size + 7) // 8 * 8

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


class JournalReader:
    """The kernel's side: new entries each time it looks."""

    def __init__(self, prefix: str, worker: int) -> None:
        self.worker = worker
        self._prefix = prefix
        self._segment = 0
        self._map: mmap.mmap | None = None
        self._at = 0

    def read(self) -> list[Entry]:
        """What has been written since the last look."""
        entries: list[Entry] = []
        begun: bytes | None = None  # a start is news only while its finish is not there
        while (payload := self._next()) is not None:
            kind = payload[0]
            if kind == STARTED:
                begun = payload
            elif kind == END:
                self._close_segment()
            else:
                begun = None if kind == FINISHED else begun
                entries.append(_decoded(payload, self.worker))
        if begun is not None:
            entries.append(_decoded(begun, self.worker))
        return entries

    def remove(self) -> None:
        """Delete what is left, once the worker is dead and everything read is safe elsewhere."""
        self._map = None
        for path in Path(self._prefix).parent.glob(Path(self._prefix).name + ".*"):
            path.unlink(missing_ok=True)

    def _next(self) -> bytes | None:
        if self._map is None and not self._open():
            return None
        assert self._map is not None
        at = self._at
        header = self._headers[at // _HEADER] if at + _HEADER <= SEGMENT else 0
        if not header:
            return None
        size = header & 0xFFFFFFFF
        payload = self._map[at + _HEADER : at + _HEADER + size]
        if zlib.crc32(payload) != header >> 32:
            return None  # its bytes are not all visible yet, or never will be: the writer died
        self._at = at + _HEADER + (size + 7) // 8 * 8
        return payload

    def _open(self) -> bool:
        try:
            descriptor = os.open(f"{self._prefix}.{self._segment}", os.O_RDONLY | os.O_NOFOLLOW)
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
        self._segment += 1
        self._at = 0


def _allocate(descriptor: int) -> None:
    """Take the space now: a full disk is an error here, and not a signal in the middle of a record."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, SEGMENT)
    else:
        os.write(descriptor, bytes(SEGMENT))


def _encoded(value: Value | None) -> bytes:
    return b"" if value is None else _BLOB.pack(*value) if isinstance(value, BlobRef) else value


def _failure_bytes(failure: Failure | None) -> bytes:
    if failure is None:
        return b""
    exception = b64encode(failure.exception).decode() if failure.exception else None
    return json.dumps([*failure[:4], exception]).encode("utf-8", "backslashreplace")


def _decoded(payload: bytes, worker: int) -> Entry:
    kind = payload[0]
    if kind == FINISHED:
        return _finished(payload, worker)
    if kind == STARTED:
        return Started(*_STARTED.unpack(payload)[1:])
    if kind == BATCH:
        return BatchDone(_BATCH.unpack(payload)[1])
    _, run = _RETURNED.unpack_from(payload)
    rest = payload[_RETURNED.size :]
    return Returned(run, tuple(int.from_bytes(rest[i : i + 4], "little") for i in range(0, len(rest), 4)))


def _finished(payload: bytes, worker: int) -> Finished:
    _, flags, run, node, attempt, status, start, end, *sizes = _FINISHED.unpack_from(payload)
    if flags == _VALUE and not (sizes[1] or sizes[2] or sizes[3]):
        value = payload[_FINISHED.size :]
        return Finished(run, Record(node, attempt, status, start, end, worker, value))
    parts, at = [], _FINISHED.size
    for size in sizes:
        parts.append(payload[at : at + size])
        at += size
    output = _value(parts[0], flags & _VALUE_BLOB) if flags & _VALUE else None
    stdout = _value(parts[1], flags & _STDOUT_BLOB) if parts[1] else None
    stderr = _value(parts[2], flags & _STDERR_BLOB) if parts[2] else None
    displays = _value(payload[at:], flags & _SHOWN_BLOB) if flags & _SHOWN else None  # all that is left
    failure = _failure(parts[3])
    return Finished(run, Record(node, attempt, status, start, end, worker, output, stdout, stderr, failure, displays))


def _value(part: bytes, blob: int) -> Value:
    return BlobRef(*_BLOB.unpack(part)) if blob else part


def _failure(part: bytes) -> Failure | None:
    if not part:
        return None
    kind, name, message, traceback, exception = json.loads(part)
    return Failure(kind, name, message, traceback, b64decode(exception) if exception else None)
