"""What the index says. Every row is checked against its tag; nothing is unpickled."""

import itertools
import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..model.errors import FlowError, StoreCorruption, StoreError, StoreUntrusted, UnknownDispatch
from ..model.events import COMPLETED, RUNNING, Record
from . import cached, tables, users
from .leftovers import UNSETTLED
from .manifests import manifest_path, manifests
from .records import Cached, RunRow, WorkerRow, valid
from .schema import ATTEMPT, RUN, WORKER, InPlace, translated
from .sealing import Sealer
from .sessions import alive, began, lost

ALIKE = 5  # ids suggested for a mistyped one, which share its
BEGINNING = 4  # first characters
RECOVER = "end the kernels that use it, and `jupyter-flow recover` looks for what there is"
LAST = "\U0010ffff"  # comes after whatever an id may be made of


class Reader:
    """Answers from one connection, on any thread."""

    turn = 1  # what a writer does may ask it

    def __init__(
        self, root: Path, opens: Callable[[], sqlite3.Connection], sealer: Sealer,
        watch: Callable[[Path], Callable[[], bool]] = InPlace,
    ) -> None:  # fmt: skip
        self.root, self._opens, self._watch = root, opens, watch
        self.take_up()
        self._sealer = sealer
        self.using = threading.Lock()
        users.known(self)

    def close(self) -> None:
        """Close the connection, when no one reads."""
        users.left(self)
        with self.using:
            self._connection.close()

    def let_go(self) -> None:
        """(using) Close the connection."""
        self._connection.close()

    def take_up(self) -> None:
        """(using) Open another one."""
        self._same = self._watch(self.root)  # before: what changes meanwhile is read again
        self._connection = self._opens()
        self._same()  # the WAL is there by now

    def run(self, id: str) -> RunRow:
        """A dispatch by its id; INTERRUPTED where it is recorded as running and its owner is dead.

        Raises UnknownDispatch, and StoreCorruption for a dispatch that the index has lost.
        """
        rows = self._runs("WHERE id = ?", (id,)) if valid(id) else []
        if not rows:
            raise self._unknown(id)
        return rows[0]

    def runs(
        self, limit: int | None = None, all: bool = False, beginning: str = "", strange: list[str] | None = None
    ) -> list[RunRow]:
        """Dispatches, newest first: those that someone started, or `all` with their sublattices.

        beginning: only those whose ids begin so. strange: gets the ids of those that this user's key has not signed,
        which are left out.
        """
        where = "" if all else "AND parent IS NULL "
        sql = f"SELECT {RUN}, mac FROM run WHERE id >= ? AND id < ? {where}ORDER BY serial DESC"
        with self._reading() as connection:
            found = self._trusted(connection.execute(sql, (beginning, beginning + LAST)), strange)
            rows = list(itertools.islice(found, limit))
        return self._owned_or_not(self._answered_for(rows, strange))

    def children(self, id: str) -> list[RunRow]:
        """The sublattices that nodes of a dispatch started, oldest first."""
        return self._runs("WHERE parent = ? ORDER BY serial", (id,))

    def serials(self, root: str) -> list[int]:
        """The runs of a dispatch and of its sublattices, oldest first."""
        with self._reading() as connection:
            found = connection.execute("SELECT serial FROM run WHERE root = ? ORDER BY serial", (root,))
            return [serial for (serial,) in found]

    def rows(self, serial: int) -> list[Record]:
        """Every attempt of every node that has ended, by node and attempt.

        Raises StoreCorruption where the run has ended and not all are there.
        """
        run = self._by_serial(serial)
        found = self._attempts("WHERE run = ? ORDER BY node, attempt", (serial,))
        if run.attempts is not None and len(found) != run.attempts:
            self._by_serial(serial)  # it may have been pruned since
            raise StoreCorruption(
                f"Dispatch {run.id} ended with {run.attempts} recorded attempts, and the index of {self.root} has "
                f"{len(found)} of them."
            )
        return [self._sealer.attempt(run.id, columns) for columns in found]

    def tally(self, serial: int, nodes: int) -> dict[int, int]:
        """How many of a run's first so many nodes ended how, by their last attempts: for who looks often."""
        last = "SELECT status, MAX(attempt) FROM attempt WHERE run = ? AND node < ? GROUP BY node"
        with self._reading() as connection:
            return dict(connection.execute(f"SELECT status, COUNT(*) FROM ({last}) GROUP BY status", (serial, nodes)))

    def completed(self, session: str) -> dict[str, int]:
        """How many electrons a session's dispatches that have ended ran to their end, by resource."""
        sql = (
            "SELECT worker.resource, COUNT(*) FROM run CROSS JOIN attempt ON attempt.run = run.serial "
            "AND attempt.node < run.electrons JOIN worker ON worker.number = attempt.worker "
            "WHERE run.session = ? AND run.status <> ? AND attempt.status = ? AND attempt.origin IS NULL "
            "AND attempt.start > 0 AND attempt.start >= run.created - 1000000 GROUP BY worker.resource"
        )
        with self._reading() as connection:
            return dict(connection.execute(sql, (session, RUNNING, COMPLETED)))

    def row(self, serial: int, node: int) -> Record | None:
        """The last attempt of a node, None while there is none."""
        found = self._attempts("WHERE run = ? AND node = ? ORDER BY attempt DESC LIMIT 1", (serial, node))
        return self._sealer.attempt(self._by_serial(serial).id, found[0]) if found else None

    def cached(self, keys: Sequence[bytes]) -> dict[bytes, Cached]:
        """The values of the cache under these keys; what cannot be trusted is not there."""
        with self._reading() as connection:
            return cached.find(connection, self._sealer, keys)

    def cached_as(self, name: str, most: int) -> list[Cached]:
        """The newest values of electrons of a name, without their records."""
        with self._reading() as connection:
            return cached.alike(connection, self._sealer, name, most)

    def workers(self, numbers: Iterable[int]) -> dict[int, WorkerRow]:
        """What is known of workers; unknown numbers are left out."""
        sql = f"SELECT {WORKER}, mac FROM worker WHERE number IN (SELECT value FROM json_each(?))"
        rows = self._select(sql, (json.dumps(list(numbers)),))
        return {row[0]: WorkerRow(*self._checked("worker", row)) for row in rows}

    def unsettled(self, session: str) -> bool:
        """Whether a dispatch of a session is not recorded as ended."""
        return bool(self._select("SELECT 1 FROM run WHERE session = ? AND status = ? LIMIT 1", (session, RUNNING)))

    def over(self, session: str) -> bool:
        """Whether a session is known to be dead, and all that it began is recorded as ended."""
        try:
            with self._reading() as connection:
                row = tables.session(connection, self._sealer, session)
                if row is None or alive(self.root, row) or session in lost(self.root, connection):
                    return False
                sql = f"SELECT 1 FROM run WHERE session = ? AND {UNSETTLED} LIMIT 1"
                return connection.execute(sql, (session,)).fetchone() is None
        except StoreError:  # who knows: what it left is left alone
            return False

    def owned(self, session: str) -> bool:
        """Whether the process of a session still runs."""
        with self._reading() as connection:
            row = tables.session(connection, self._sealer, session)
        return row is not None and alive(self.root, row)

    def losses(self, thorough: bool) -> str:
        """What the index has lost, as a sentence (`Answers.losses`)."""
        with self._reading() as connection:
            groups = sum(lost(self.root, connection).values())
        gone = self._gone() if thorough else []
        told = [f"{len(gone)} dispatch{'' if len(gone) == 1 else 'es'}"] if gone else []
        told += [f"the last {groups} groups of rows of kernels that died"] if groups else []
        if not told:
            return ""
        return f"The index of the store {self.root} has lost {' and '.join(told)}; {RECOVER}."

    def _by_serial(self, serial: int) -> RunRow:
        with self._reading() as connection:
            return tables.run(connection, self._sealer, serial)

    def _runs(self, rest: str, parameters: tuple[Any, ...]) -> list[RunRow]:
        found = self._select(f"SELECT {RUN}, mac FROM run {rest}", parameters)
        return self._owned_or_not([tables.run_row(self._sealer, row) for row in found])

    def _trusted(self, found: Iterable[tuple[Any, ...]], strange: list[str] | None) -> Iterator[RunRow]:
        for columns in found:
            try:
                yield tables.run_row(self._sealer, columns)
            except StoreUntrusted:
                if strange is not None:
                    strange.append(str(columns[1]))

    def _answered_for(self, rows: list[RunRow], strange: list[str] | None) -> list[RunRow]:
        """Without what is recorded as running in a session whose own record nobody has signed."""
        unknown = {
            session for session in {row.session for row in rows if row.status == RUNNING} if self._forged(session)
        }
        if strange is not None:
            strange += [row.id for row in rows if row.status == RUNNING and row.session in unknown]
        return [row for row in rows if row.status != RUNNING or row.session not in unknown]

    def _forged(self, session: str) -> bool:
        try:
            self.owned(session)
        except StoreUntrusted:
            return True
        return False

    def _owned_or_not(self, rows: list[RunRow]) -> list[RunRow]:
        """What is recorded as running, and whose owner is dead, is INTERRUPTED."""
        owners = {row.session for row in rows if row.status == RUNNING}
        dead = {session for session in owners if not self.owned(session)}
        # Read again: an owner may have ended its run, and then itself, since.
        return [self._orphan(row) if row.status == RUNNING and row.session in dead else row for row in rows]

    def _orphan(self, row: RunRow) -> RunRow:
        now = self._by_serial(row.serial)
        if now.status != RUNNING:
            return now
        with self._reading() as connection:
            groups = lost(self.root, connection).get(row.session, 0)
        return tables.interrupted(now, groups)

    def _checked(self, table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self._sealer.check(table, row[:-1], row[-1])
        return row[:-1]

    def _attempts(self, rest: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._select(f"SELECT {ATTEMPT} FROM attempt {rest}", parameters)

    def _select(self, sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(sql, parameters).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with suppress(StoreCorruption):  # the index is another one: the writer says so
            if not self._same():
                users.renew(self.root, wait=False)
        with self.using, translated(self.root):
            yield self._connection

    def _unknown(self, id: str) -> FlowError:
        if valid(id) and (began(self.root, id) or manifest_path(self.root, id).exists()):
            return StoreCorruption(
                f"Dispatch {id} was begun in {self.root}, and the index has lost it "
                f"(a deleted WAL file, a restored backup, or a power failure). {RECOVER.capitalize()}."
            )
        hint = f" Ids that begin alike: {', '.join(alike)}." if (alike := self._alike(id)) else ""
        return UnknownDispatch(f"The store {self.root} has no dispatch {id!r}.{hint}")

    def _gone(self) -> list[str]:
        """Dispatches that have a manifest, and are not in the index: `prune` removes the manifest first."""
        sql = "SELECT 1 FROM run WHERE id = ?"
        found = [id for id in manifests(self.root) if not self._select(sql, (id,))]
        return [id for id in found if manifest_path(self.root, id).exists()]

    def _alike(self, id: str) -> list[str]:
        if not valid(id):
            return []
        sql = "SELECT id FROM run WHERE substr(id, 1, ?1) = substr(?2, 1, ?1) ORDER BY serial DESC LIMIT ?3"
        return [row[0] for row in self._select(sql, (min(len(id), BEGINNING), id, ALIKE))]
