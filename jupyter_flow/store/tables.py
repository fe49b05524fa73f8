"""Single rows of the index, put in and taken out with their tags, inside the caller's transaction."""

import sqlite3
from typing import Any

from ..model.errors import StoreError, UnknownDispatch
from ..model.events import CANCELLED, INTERRUPTED, RUNNING
from .records import Run, RunRow, SessionRow, WorkerRow
from .schema import RUN, SESSION, WORKER
from .sealing import Sealer, clean, to_column, to_value

GRAPH = RunRow._fields.index("graph")


def begin(connection: sqlite3.Connection, sealer: Sealer, run: Run, session: str) -> int:
    """Record a dispatch that begins; answers its serial. Raises StoreError for an id that is taken."""
    columns = (
        *(run.id, run.root, run.parent, run.parent_node, session, clean(run.name), RUNNING),
        *(run.created, 0, 0, run.electrons, to_column(run.graph), None, None),
    )
    if connection.execute("SELECT 1 FROM run WHERE id = ?", (run.id,)).fetchone():
        raise StoreError(f"The store has a dispatch {run.id} already.")
    marks = ", ".join("?" * (len(columns) + 1))
    cursor = connection.execute(
        f"INSERT INTO run ({RUN.removeprefix('serial, ')}, mac) VALUES ({marks})",
        (*columns, sealer.tag("run", columns)),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def end(connection: sqlite3.Connection, sealer: Sealer, serial: int, least: int = 0, **changes: Any) -> None:
    """Record how a dispatch ended, and how many attempts it has. Raises StoreError if that is less than `least`."""
    row = run(connection, sealer, serial)
    (attempts,) = connection.execute("SELECT count(*) FROM attempt WHERE run = ?", (serial,)).fetchone()
    if attempts < least:
        raise StoreError(
            f"The dispatch {row.id} has {attempts} attempts on record, of at least {least}: some were lost."
        )
    row = row._replace(attempts=attempts, **changes)
    columns: list[Any] = list(row[1:])
    columns[GRAPH - 1] = to_column(row.graph)
    connection.execute(
        "UPDATE run SET status = ?, started = ?, ended = ?, error = ?, attempts = ?, mac = ? WHERE serial = ?",
        (row.status, row.started, row.ended, row.error, attempts, sealer.tag("run", columns), serial),
    )


def take_back(connection: sqlite3.Connection, sealer: Sealer, id: str, session: str) -> None:
    """Record a dispatch of a session, if it is on record, as cancelled before it started."""
    for (serial,) in connection.execute(
        "SELECT serial FROM run WHERE id = ? AND session = ?", (id, session)
    ).fetchall():
        end(connection, sealer, serial, status=CANCELLED, error="Interrupted before it started.")


def run(connection: sqlite3.Connection, sealer: Sealer, serial: int) -> RunRow:
    """A dispatch by its serial. Raises UnknownDispatch, StoreUntrusted."""
    found = connection.execute(f"SELECT {RUN}, mac FROM run WHERE serial = ?", (serial,)).fetchone()
    if found is None:
        raise UnknownDispatch(f"The store has no dispatch with serial {serial}.")
    return run_row(sealer, found)


def run_row(sealer: Sealer, columns: tuple[Any, ...]) -> RunRow:
    """The dispatch in the columns of RUN and its tag. Raises StoreUntrusted."""
    serial, *rest, tag = columns
    sealer.check("run", rest, tag)
    rest[GRAPH - 1] = to_value(rest[GRAPH - 1])
    return RunRow(serial, *rest)


def interrupted(row: RunRow, lost: int) -> RunRow:
    """The row of a dispatch whose kernel is gone, and whose session's last `lost` commits are."""
    error = "The kernel ended while this was running; what ran then is in doubt."
    if lost:
        error += f" And the index has lost the last {lost} groups of rows that this kernel wrote."
    return row._replace(status=INTERRUPTED, error=error)


def add_worker(connection: sqlite3.Connection, sealer: Sealer, row: WorkerRow) -> None:
    """Record a worker."""
    connection.execute(
        f"INSERT INTO worker ({WORKER}, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, sealer.tag("worker", row))
    )


def session(connection: sqlite3.Connection, sealer: Sealer, id: str) -> SessionRow | None:
    """The session of that id, None where it was never recorded. Raises StoreUntrusted."""
    found = connection.execute(f"SELECT {SESSION}, mac FROM session WHERE id = ?", (id,)).fetchone()
    if found is None:
        return None
    sealer.check("session", found[:-1], found[-1])
    return SessionRow(*found[:-1])
