"""Makes an index anew, from what is left of the old one and from the manifests.

Only rows that this user's key has signed count, so nothing can come in that was never recorded. The new index is
whole before the old one is moved, with its WAL, into a folder of its own, where it stays as it was. Killed at any
point, it can be done again: what was made until then is one more source.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..model.errors import StoreError, StoreUntrusted
from ..model.events import INTERRUPTED, RUNNING
from . import tables
from .authentication import Key
from .files import locked
from .location import WAY_OUT, check_folder, private_folder
from .manifests import manifest_path, manifests
from .readonly import writable
from .records import RunRow
from .schema import (
    ATTEMPT,
    RUN,
    SESSION,
    WORKER,
    connected,
    copy_index,
    index_path,
    make,
    mark,
    migrate,
    translated,
    wal_path,
)
from .sealing import Sealer
from .sessions import begun, everyone, settle

NEW = "index.recovered.sqlite3"
CACHED = "key, node, attempt, name, parts, mac"


class Recovered(NamedTuple):
    """What a new index has."""

    runs: int  # dispatches, sublattices among them
    partial: list[str]  # of these, some attempts were not found: they are INTERRUPTED now
    lost: list[str]  # a session says that it began these, and nothing else is known of them
    unsigned: int  # rows that this user's key has not signed were left out
    aside: Path  # where the old index is now


def recover(root: Path, key: Key) -> Recovered:
    """Make a new index for the store in a folder. Raises StoreError, also while a kernel writes there."""
    check_folder(root)
    if not writable(root):
        raise StoreError(f"{root} can only be read here, so that no index can be made in it. {WAY_OUT}")
    with locked(root / ".lock"), locked(root / ".prune.lock"):
        _check_unused(root)
        new = root / NEW
        if not new.exists():
            make(new)
        listed = begun(root)
        with closing(connected(new)) as index, translated(root):
            found, known = _Merger(index, Sealer(key), {id: count for id, (count, _) in listed.items()}).all(root)
            index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            sessions = {id for (id,) in index.execute("SELECT id FROM session").fetchall()}
        lost = sorted({run for _, runs in listed.values() for run in runs} - known)
        aside = _exchange(root, new)
        for id in listed.keys() - sessions:
            settle(root, id)
        return found._replace(lost=lost, aside=aside)


def _check_unused(root: Path) -> None:
    if working := sum(held for _, held in everyone(root)):
        raise StoreError(
            f"The store {root} is in use by {working} kernel or script{'' if working == 1 else 's'}; end what uses "
            "it (to restart a kernel is enough), and try again."
        )


class _Merger:
    """Puts what can be trusted in a source into the new index."""

    def __init__(self, index: sqlite3.Connection, sealer: Sealer, counts: dict[str, int]) -> None:
        self._index, self._sealer, self._counts = index, sealer, counts
        self._unsigned: set[tuple[str, Any]] = set()

    def all(self, root: Path) -> tuple[Recovered, set[str]]:
        """Merge the old index and every manifest."""
        self._index.execute("BEGIN IMMEDIATE")
        with _copied(index_path(root)) as old:
            self._take(old, "rw")
        for dispatch in manifests(root):
            self._take(manifest_path(root, dispatch), "ro")
        incomplete = self._mend()
        known = {id for (id,) in self._index.execute("SELECT id FROM run").fetchall()}
        self._index.execute("COMMIT")
        return Recovered(len(known), incomplete, [], len(self._unsigned), root), known

    def _take(self, source: Path, mode: str) -> None:
        """Damage ends what can be read of a table, and nothing else."""
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"{source.as_uri()}?mode={mode}", uri=True)) as old:
            old.execute("PRAGMA trusted_schema = OFF")
            for serial, id in self._runs(old):
                now = self._serial(id)
                self._rows(old, f"SELECT {ATTEMPT} FROM attempt WHERE run = {serial}", partial(self._attempt, now, id))
                self._rows(old, f"SELECT {CACHED} FROM cached WHERE run = {serial}", partial(self._cached, now, id))
            self._rows(old, f"SELECT {WORKER}, mac FROM worker", partial(self._plain, "worker", WORKER))
            self._rows(old, f"SELECT {SESSION}, mac FROM session", self._session)

    def _rows(self, old: sqlite3.Connection, sql: str, put: Callable[[tuple[Any, ...]], object]) -> None:
        with suppress(sqlite3.Error):
            for row in old.execute(sql):
                try:
                    put(row)
                except (StoreUntrusted, TypeError, AttributeError, ValueError):  # or what was never written
                    self._unsigned.add((sql.split(" FROM ")[1], row[0]))

    def _runs(self, old: sqlite3.Connection) -> list[tuple[int, str]]:
        """Take the runs over; the serials they had, with their ids."""
        found: list[tuple[int, str]] = []

        def put(columns: tuple[Any, ...]) -> None:
            row = tables.run_row(self._sealer, columns)
            self._run(row, columns)
            found.append((int(row.serial), row.id))

        self._rows(old, f"SELECT {RUN}, mac FROM run", put)
        return found

    def _run(self, row: RunRow, columns: tuple[Any, ...]) -> None:
        known = self._index.execute("SELECT serial, status FROM run WHERE id = ?", (row.id,)).fetchone()
        if known is not None and (known[1] != RUNNING or row.status == RUNNING):
            return
        taken = self._index.execute("SELECT 1 FROM run WHERE serial = ? AND id != ?", (row.serial, row.id)).fetchone()
        serial = known[0] if known else None if taken else row.serial
        marks = ", ".join("?" * len(columns))
        self._index.execute(f"INSERT OR REPLACE INTO run ({RUN}, mac) VALUES ({marks})", (serial, *columns[1:]))

    def _attempt(self, serial: int, id: str, columns: tuple[Any, ...]) -> None:
        self._sealer.attempt(id, columns)
        self._insert("attempt", f"run, {ATTEMPT}", (serial, *columns))

    def _cached(self, serial: int, id: str, columns: tuple[Any, ...]) -> None:
        key, *rest, tag = columns
        self._sealer.check("cached", (key, id, *rest), tag)
        self._insert("cached", f"run, {CACHED}", (serial, *columns))

    def _plain(self, table: str, names: str, columns: tuple[Any, ...]) -> None:
        self._sealer.check(table, columns[:-1], columns[-1])
        self._insert(table, f"{names}, mac", columns)

    def _session(self, columns: tuple[Any, ...]) -> None:
        self._sealer.check("session", columns[:-1], columns[-1])
        commits = self._counts.get(columns[0], 0)  # what is lost of it has been told
        self._insert("session", f"{SESSION}, mac, commits", (*columns, commits))

    def _insert(self, table: str, names: str, columns: tuple[Any, ...]) -> None:
        marks = ", ".join("?" * len(columns))
        self._index.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", columns)

    def _serial(self, id: str) -> int:
        return int(self._index.execute("SELECT serial FROM run WHERE id = ?", (id,)).fetchone()[0])

    def _mend(self) -> list[str]:
        """Of a dispatch that had ended, and lacks attempts, it is in doubt what was in them."""
        sql = """
        SELECT serial, id, attempts, found FROM run JOIN
            (SELECT run, count(*) AS found FROM attempt GROUP BY run UNION ALL
             SELECT serial, 0 FROM run WHERE serial NOT IN (SELECT run FROM attempt)) ON run = serial
        WHERE found < attempts
        """
        partial: list[str] = []
        for serial, id, attempts, found in self._index.execute(sql).fetchall():
            error = f"The index was lost, and of the {attempts} attempts on record here {found} were found again."
            tables.end(self._index, self._sealer, serial, status=INTERRUPTED, error=error)
            partial.append(id)
        return partial


@contextmanager
def _copied(index: Path) -> Iterator[Path]:
    """A copy of a database with its WAL, to be read: SQLite would write into the original."""
    folder = private_folder(index.parent / "tmp" / f"recovering-{os.urandom(8).hex()}")
    try:
        with suppress(FileNotFoundError):
            copy_index(index, folder)
        with suppress(StoreError, sqlite3.Error):
            migrate(folder / index.name)
        yield folder / index.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exchange(root: Path, new: Path) -> Path:
    """Put the new index in the place of the old one, which has two names until then."""
    index = index_path(root)
    aside = private_folder(root / f"damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}")
    for file in (index, wal_path(index)):
        with suppress(FileNotFoundError):
            os.link(file, aside / file.name)
    for file in (wal_path(index), index.with_name(f"{index.name}-shm")):
        file.unlink(missing_ok=True)  # it would be taken for the new one's
    os.replace(new, index)
    mark(root)
    return aside
