"""What was computed under which key: pointers from keys to attempts that completed.

A pointer is sealed over the dispatch it points into, and that attempt over its value: neither can be made
to stand for the other. What is not as it was written is passed over, for a value can be computed again.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ..model.errors import StoreUntrusted
from ..model.events import COMPLETED, Origin
from .records import Cached, Made
from .schema import ATTEMPT
from .sealing import Sealer, clean

AT_ONCE = 500  # keys in one statement

LOG = logging.getLogger("jupyter_flow")

_INSERT = "INSERT OR REPLACE INTO cached (key, run, node, attempt, name, parts, mac) VALUES (?, ?, ?, ?, ?, ?, ?)"
_POINTER = "c.key, run.id, c.node, c.attempt, c.name, c.parts, c.mac"
_FROM = "FROM cached c JOIN run ON run.serial = c.run"
_ATTEMPT = ", ".join(f"a.{column}" for column in ATTEMPT.split(", "))
_JOINED = "JOIN attempt a ON a.run = c.run AND a.node = c.node AND a.attempt = c.attempt"


def remember(connection: sqlite3.Connection, sealer: Sealer, serial: int, run: str, made: Sequence[Made]) -> None:
    """Point from keys to attempts of a run, inside the caller's transaction. A later value replaces an earlier one."""
    rows = []
    for key, node, attempt, name, parts in made:
        name, parts = clean(name), clean(parts)
        tag = sealer.tag("cached", (key, run, node, attempt, name, parts))
        rows.append((key, serial, node, attempt, name, parts, tag))
    connection.executemany(_INSERT, rows)


def find(connection: sqlite3.Connection, sealer: Sealer, keys: Sequence[bytes]) -> dict[bytes, Cached]:
    """What there is under keys; a row that nobody signed is logged, and is not there."""
    found: dict[bytes, Cached] = {}
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        sql = f"SELECT {_POINTER}, {_ATTEMPT} {_FROM} {_JOINED} WHERE c.key IN ({', '.join('?' * len(some))})"
        for row in connection.execute(sql, some).fetchall():
            for cached in _trusted(sealer, row):
                found[cached.key] = cached
    return found


def alike(connection: sqlite3.Connection, sealer: Sealer, name: str, most: int) -> list[Cached]:
    """The newest values of electrons of that name, without their records."""
    sql = f"SELECT {_POINTER} {_FROM} WHERE c.name = ? ORDER BY c.number DESC LIMIT ?"
    rows = connection.execute(sql, (clean(name), most)).fetchall()
    return [cached for row in rows for cached in _trusted(sealer, row)]


def _trusted(sealer: Sealer, row: tuple[Any, ...]) -> Iterator[Cached]:
    """The value in a row, if it is one that was written here."""
    key, run, node, attempt, name, parts, tag = row[:7]
    try:
        sealer.check("cached", (key, run, node, attempt, name, parts), tag)
        record = sealer.attempt(run, row[7:]) if len(row) > 7 else None
    except (StoreUntrusted, TypeError, AttributeError) as error:  # or a column of a type that was never written
        LOG.warning("a value of the cache is not used, and computed again: %s", error)
        return
    if record is None or (record.status == COMPLETED and record.value is not None):
        yield Cached(key, Origin(run, node), name, parts, record)
