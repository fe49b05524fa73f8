"""Which blobs the rows of the index refer to, told without unpickling anything.

A reference stands in a column as text, ``digest:size``, and in a pickle as a bytes object of 32 bytes, which
every protocol since 3 writes as one opcode, its length, and the bytes as they are, also where one pickle lies
inside another. So whatever looks like either counts as a reference: something may be kept that nobody needs,
and nothing that is needed is missed, whatever the graph holds in years to come.

References stand in rows, and in the record of a dispatch, which is a blob itself where it is large. A value
never refers to another blob: it is written whole.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..model.errors import StoreError
from ..model.events import BlobRef
from .blobs import Blobs
from .files import contents

References = dict[int, set[bytes]]  # digests by the serial of a run; 0 for those of no run

LENGTH = 32  # bytes of a digest
TEXT = re.compile(r"(?<![0-9a-f])([0-9a-f]{64}):[0-9]+")
OPCODE = re.compile(rb"C\x20")  # SHORT_BINBYTES, 32
# Tables whose rows belong to a run, by the column with its serial: they go with it, and refer on its behalf.
OF_A_RUN: Mapping[str, str] = {"run": "serial", "attempt": "run", "cached": "run"}


def in_column(column: Any) -> Iterator[bytes]:
    """The digests that the value of a column may refer to."""
    if isinstance(column, str):
        for match in TEXT.finditer(column):
            yield bytes.fromhex(match[1])
    elif isinstance(column, bytes):
        if len(column) == LENGTH:
            yield column
        for found in OPCODE.finditer(column):
            yield column[found.end() : found.end() + LENGTH]


def references(connection: sqlite3.Connection, blobs: Blobs) -> References:
    """What each run refers to, in any table."""
    found: References = defaultdict(set)
    for table in tables(connection):
        key = OF_A_RUN.get(table)
        for owner, *columns in connection.execute(f'SELECT {key or 0}, * FROM "{table}"'):
            for column in columns:
                if isinstance(column, str | bytes):
                    found[owner].update(in_column(column))
    for serial, graph in connection.execute("SELECT serial, graph FROM run WHERE typeof(graph) = 'text'"):
        for digest in in_column(graph):
            found[serial].update(in_column(_contents(blobs.path(BlobRef(digest, 0)))))
    return found


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that there are: a store may be older or newer than this code."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(sql)]


def _contents(path: Path) -> bytes:
    """A file as it is: a damaged one is for its reader to find, a missing one refers to nothing any more."""
    try:
        return contents(path)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror}): nobody knows what it refers to.") from error
