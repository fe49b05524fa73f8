"""What stands in a journal: the entries, as values and as bytes.

What a later kernel is to believe (that an attempt ended so, and which process wrote this) is sealed: a keyed
blake3 of all such entries since the last seal, with a key that this journal alone has. For the kernel that has the
worker itself a checksum is enough.
"""

import functools
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from json import dumps, loads  # an electron may have put others into the module
from struct import Struct
from typing import NamedTuple

from blake3 import blake3

from ..model.events import BlobRef, Failure, Record, Value, record_of

STARTED, FINISHED, RETURNED, BATCH, END, OPENED, SEAL = range(1, 8)
TAG = 16  # bytes

_STARTED = Struct("<BIIHqQQ")  # type, run, node, attempt, start, where its stdout and stderr begin
_FINISHED = Struct("<BBIIHBqqIIII")  # type, blobs, run, node, attempt, status, start, end, four lengths
_HEAD = _FINISHED.size
_RETURNED = Struct("<BI")
_BATCH = Struct("<BI")
_OPENED = Struct("<BIdQ")
_BLOB = Struct("<32sQ")
_VALUE, _VALUE_BLOB, _STDOUT_BLOB, _STDERR_BLOB, _SHOWN, _SHOWN_BLOB = 1, 2, 4, 8, 16, 32


class Opened(NamedTuple):
    """A process began to write."""

    pid: int
    born: float  # when it was started, as `birth` tells it: another process may have its pid later
    worker: int  # the store's number for it


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


_finished: Callable[[tuple[int, Record]], Finished] = functools.partial(tuple.__new__, Finished)


class Returned(NamedTuple):
    """Nodes given back without having been started."""

    run: int
    nodes: tuple[int, ...]


class BatchDone(NamedTuple):
    """A batch is through; what it did not report was not started."""

    number: int


Entry = Started | Finished | Returned | BatchDone


def opened(entry: Opened) -> bytes:
    """The bytes that say who writes."""
    return _OPENED.pack(OPENED, *entry)


def seal(entries: bytes | bytearray, key: bytes) -> bytes:
    """The bytes that seal others."""
    tag: bytes = blake3(entries, key=key).digest(TAG)
    return bytes([SEAL]) + tag


def authentic(entries: bytes | bytearray, found: bytes, key: bytes) -> bool:
    """Whether a seal that was found is that of these entries."""
    return hmac.compare_digest(seal(entries, key), found)


def started(run: int, node: int, attempt: int, start: int, stdout_from: int, stderr_from: int) -> bytes:
    """The bytes of a start."""
    return _STARTED.pack(STARTED, run, node, attempt, start, stdout_from, stderr_from)


def finished(run: int, record: Record) -> bytes:
    """The bytes of an end."""
    node, attempt, status, start, end, _, value, stdout, stderr, failure, displays, _ = record
    if stdout is None and stderr is None and failure is None and displays is None and type(value) is bytes:
        head = _FINISHED.pack(FINISHED, _VALUE, run, node, attempt, status, start, end, len(value), 0, 0, 0)
        return head + value
    flags = 0 if value is None else _VALUE | (_VALUE_BLOB if isinstance(value, BlobRef) else 0)
    flags |= _STDOUT_BLOB if isinstance(stdout, BlobRef) else 0
    flags |= _STDERR_BLOB if isinstance(stderr, BlobRef) else 0
    flags |= 0 if displays is None else _SHOWN | (_SHOWN_BLOB if isinstance(displays, BlobRef) else 0)
    parts = [_encoded(value), _encoded(stdout), _encoded(stderr), _failure_bytes(failure)]
    head = _FINISHED.pack(FINISHED, flags, run, node, attempt, status, start, end, *map(len, parts))
    return b"".join([head, *parts, _encoded(displays)])


def returned(run: int, nodes: Sequence[int]) -> bytes:
    """The bytes of nodes given back."""
    return _RETURNED.pack(RETURNED, run) + b"".join(node.to_bytes(4, "little") for node in nodes)


def batch_done(number: int) -> bytes:
    """The bytes of the end of a batch."""
    return _BATCH.pack(BATCH, number)


def _encoded(value: Value | None) -> bytes:
    return b"" if value is None else _BLOB.pack(*value) if isinstance(value, BlobRef) else value


def _failure_bytes(failure: Failure | None) -> bytes:
    if failure is None:
        return b""
    exception = b64encode(failure.exception).decode() if failure.exception else None
    return dumps([*failure[:4], exception]).encode("utf-8", "backslashreplace")


def decoded(payload: bytes, worker: int) -> Entry:
    """The entry in these bytes."""
    kind = payload[0]
    if kind == FINISHED:
        return finished_in(payload, worker)
    if kind == STARTED:
        return Started(*_STARTED.unpack(payload)[1:])
    if kind == BATCH:
        return BatchDone(_BATCH.unpack(payload)[1])
    _, run = _RETURNED.unpack_from(payload)
    rest = payload[_RETURNED.size :]
    return Returned(run, tuple(int.from_bytes(rest[i : i + 4], "little") for i in range(0, len(rest), 4)))


def writer_in(payload: bytes) -> Opened:
    """Who writes, in the bytes that say so."""
    return Opened(*_OPENED.unpack(payload)[1:])


def finished_in(payload: bytes, worker: int) -> Finished:
    """The entry of an end."""
    _, flags, run, node, attempt, status, start, end, *sizes = _FINISHED.unpack_from(payload)
    if flags == _VALUE and len(payload) == _HEAD + sizes[0]:
        value = payload[_HEAD:]
        fields = node, attempt, status, start, end, worker, value, None, None, None, None, None
        return _finished((run, record_of(fields)))
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
    kind, name, message, traceback, exception = loads(part)
    return Failure(kind, name, message, traceback, b64decode(exception) if exception else None)
