"""What stands in the file of a blob.

Magic, length of the pickle, number of buffers, length of each (all little-endian, 8 bytes), the pickle, the buffers;
every buffer begins at a multiple of 64, so that mapped arrays are aligned.
"""

import struct
from collections.abc import Iterator, Sequence
from pickle import PickleBuffer
from typing import Any

MAGIC = b"JFBLOB1\n"
ALIGN = 64


def parts(meta: bytes, buffers: Sequence[Any]) -> Iterator[memoryview]:
    """What a blob is made of, in order."""
    flat = [PickleBuffer(buffer).raw() for buffer in buffers]
    head = MAGIC + struct.pack(f"<{2 + len(flat)}Q", len(meta), len(flat), *map(len, flat))
    yield memoryview(head)
    yield memoryview(meta)
    at = len(head) + len(meta)
    for buffer in flat:
        padding = -at % ALIGN
        yield memoryview(bytes(padding))
        yield buffer
        at += padding + len(buffer)


def split(data: memoryview) -> tuple[memoryview, list[memoryview]]:
    """The pickle and the buffers in a blob. Raises ValueError, struct.error where it is none."""
    magic, length, count = struct.unpack_from("<8s2Q", data)
    if magic != MAGIC:
        raise ValueError("not a blob")
    sizes = struct.unpack_from(f"<{count}Q", data, 24)
    at = 24 + 8 * count
    meta = data[at : at + length]
    at += length
    buffers = []
    for size in sizes:
        at += -at % ALIGN
        buffers.append(data[at : at + size])
        at += size
    if at != len(data):
        raise ValueError("not the lengths it says")
    return meta, buffers
