"""Removes whole dispatches that have ended, and the files that nobody refers to any more.

Other kernels run and write meanwhile, and this process may be killed at any point. Why that is safe:

1. *Which dispatches.* A dispatch goes with its sublattices, or not at all. That all of them have ended (or that
   their owner is dead) is looked at again inside the transaction that removes their rows. An ended run gets no
   rows any more, and serials are never used again. Pinned ones stay: to pin one takes the index for itself too.
2. *Rows first, then files.* Killed between the two, there are files without rows, which the next prune finds by
   looking at the files alone. There are never rows without files. Before the rows go, the ids are struck from
   the lists that sessions keep, and the manifest goes, else the index would seem to have lost them.
3. *Which files.* What remains in the index is read after that, and a file goes only if no row refers to it, and
   it is older than GRACE, and older than the oldest dispatch that still runs. The last two are for values on
   their way: a worker writes the file first, and the row follows (after a suspended worker has woken up, say);
   a graph's literals are files before the graph is a row. Only a lattice body that builds for longer than GRACE
   is not covered. Ages are told by the file system's own clock.
4. *Equal values.* Content names the file, so a kernel may write again, or take over from an earlier dispatch, what
   lies here without an owner. Both make the file new (`Blobs.renew`), under a lock that many share. This takes
   the lock alone, looks at the age again, and moves the file away; no writer stands between the look and the move.
   What is moved lies in ``tmp``, where the next session or prune finds it should this process die.
5. *Readers* have their file open or mapped, and keep it.

One process prunes at a time.
"""

import sqlite3
import time
from collections.abc import Callable, Collection
from contextlib import closing
from typing import NamedTuple

from ..model.errors import StoreUntrusted
from ..model.events import RUNNING
from . import tables
from .blobs import LOCK, Blobs
from .files import locked, remove_tree
from .gate import transaction, writing
from .leftovers import Leftovers, folder_size, remove_moved
from .manifests import manifest_path
from .pins import pinned
from .records import RunRow
from .references import OF_A_RUN, References, references
from .references import tables as known_tables
from .schema import RUN, connect, translated
from .sealing import Sealer
from .sessions import forget

ROW = 200  # bytes that a row takes besides its value, about
FOREVER = 2**63 - 1  # ns
SLACK = 60_000_000_000  # ns: clocks of one store's machines differ by less

WEIGHT = f"sum({ROW} + ifnull(length(value), 0) + ifnull(length(stdout), 0) + ifnull(length(stderr), 0))"

# rows whose value was computed before some time, or is there no more
OF_THE_CACHE = f"""
SELECT c.number, {ROW} + length(c.parts) FROM cached c
LEFT JOIN attempt a ON a.run = c.run AND a.node = c.node AND a.attempt = c.attempt WHERE ifnull(a."end", 0) <= ?
"""

Trees = dict[str, list[RunRow]]  # dispatches with their sublattices, by the id of the root, oldest first
Owned = Callable[[str], bool]


class Choice(NamedTuple):
    """Which dispatches to remove: those that any of the first and the third choose, except the newest `keep`.

    Pinned ones are never removed. With only `keep`, all but those.
    """

    older_than: float | None = None  # seconds since they ended
    keep: int | None = None
    larger_than: int | None = None  # bytes: the oldest, until the rest takes no more
    among: Collection[str] | None = None  # ids; None for all
    cache: bool = False  # no dispatch, but what the cache has of them; of the rest only `older_than` counts


class Pruned(NamedTuple):
    """What was removed, or would be."""

    runs: list[RunRow]  # those that someone started, oldest first; their sublattices went with them
    blobs: int
    bytes: int
    cached: int = 0  # values that the cache has no more


class Pruner:
    """One look at a store, and what follows from it."""

    def __init__(self, blobs: Blobs, sealer: Sealer, owned: Owned) -> None:
        self._root, self._blobs = blobs.root, blobs
        self._sealer, self._is_owned = sealer, owned
        self._freed = 0  # bytes, besides blobs

    def prune(self, choice: Choice, dry: bool) -> Pruned:
        """Remove what is chosen, then what nobody refers to. Raises StoreError."""
        with translated(self._root), closing(connect(self._root)) as index:
            if choice.cache:
                with writing(self._root):
                    return self._forgotten(index, choice, dry)
            if dry:
                return self._planned(index, choice)
            with locked(self._root / ".prune.lock"):
                return self._done(index, choice)

    def _forgotten(self, index: sqlite3.Connection, choice: Choice, dry: bool) -> Pruned:
        """Let the cache forget values, those that were computed long ago or all. They stay with their dispatches."""
        before = FOREVER if choice.older_than is None else time.time_ns() - int(choice.older_than * 1e9)
        with transaction(index):
            found = index.execute(OF_THE_CACHE, (before,)).fetchall()
            if not dry:
                index.executemany("DELETE FROM cached WHERE number = ?", [(number,) for number, _ in found])
        return Pruned([], 0, sum(size for _, size in found), len(found))

    def _planned(self, index: sqlite3.Connection, choice: Choice) -> Pruned:
        trees = self._trees(index)
        found = references(index, self._blobs)
        leftovers = Leftovers(self._blobs, self._oldest(trees))
        sizes = self._sizes(index, trees)
        chosen = self._chosen(choice, trees, sizes, found, leftovers)
        going = {row.serial for root in chosen for row in trees[root]}
        kept = set().union(*(digests for serial, digests in found.items() if serial not in going))
        freed = leftovers.unreferenced(kept)
        rows = sum(sizes[root] for root in chosen)
        return Pruned([_root_of(trees[root]) for root in chosen], len(freed), rows + sum(freed.values()))

    def _done(self, index: sqlite3.Connection, choice: Choice) -> Pruned:
        remove_moved(self._root)
        gone = [row for row in self._planned(index, choice).runs if self._remove(index, row.root)]
        trees = self._trees(index)
        leftovers = Leftovers(self._blobs, self._oldest(trees))
        kept = set().union(*references(index, self._blobs).values())
        blobs, freed = leftovers.remove_blobs(kept)
        leftovers.remove_folders({row.id for rows in trees.values() for row in rows})
        leftovers.remove_sessions(index, self._owned)
        return Pruned(gone, blobs, self._freed + freed)

    # choosing -----------------------------------------------------------------------------------

    def _chosen(
        self, choice: Choice, trees: Trees, sizes: dict[str, int], found: References,
        leftovers: Leftovers,
    ) -> list[str]:  # fmt: skip
        """The roots to remove, oldest first."""
        spared = {*pinned(self._root), *(list(trees)[-choice.keep :] if choice.keep else [])}
        ended = [
            root for root, rows in trees.items()
            if root not in spared and self._over(rows) and (choice.among is None or root in choice.among)
        ]  # fmt: skip
        if choice.older_than is None and choice.larger_than is None:
            return ended if choice.keep is not None or choice.among is not None else []
        chosen: set[str] = set()
        if choice.older_than is not None:
            before = time.time_ns() - int(choice.older_than * 1e9)
            chosen = {root for root in ended if max(row.ended or row.created for row in trees[root]) < before}
        if choice.larger_than is not None:
            chosen |= _until_it_fits(choice.larger_than, chosen, ended, trees, sizes, found, leftovers.sizes)
        return [root for root in ended if root in chosen]

    def _over(self, rows: list[RunRow]) -> bool:
        """Whether nothing of a dispatch runs any more."""
        return all(row.status != RUNNING or not self._owned(row.session) for row in rows)

    def _owned(self, session: str) -> bool:
        try:
            return self._is_owned(session)
        except StoreUntrusted:  # who knows: it is left alone
            return True

    def _trees(self, index: sqlite3.Connection) -> Trees:
        """Dispatches with their sublattices, by the id of the root, oldest first.

        One that this user's key has not signed is nothing to us: it stays, and so does what it refers to.
        """
        trees: Trees = {}
        strange: set[str] = set()
        for columns in index.execute(f"SELECT {RUN}, mac FROM run ORDER BY serial"):
            try:
                row = tables.run_row(self._sealer, columns)._replace(graph=b"")  # a thousand graphs would fill memory
            except StoreUntrusted:
                strange.add(columns[2])
                continue
            trees.setdefault(row.root, []).append(row)
        return {root: rows for root, rows in trees.items() if root not in strange}

    def _oldest(self, trees: Trees) -> int:
        """When the oldest dispatch that runs was begun, in ns: files since then may be values on their way."""
        running = [row.created for rows in trees.values() if not self._over(rows) for row in rows]
        return min(running, default=time.time_ns()) - SLACK

    # weighing -----------------------------------------------------------------------------------

    def _sizes(self, index: sqlite3.Connection, trees: Trees) -> dict[str, int]:
        """What each dispatch takes besides blobs: rows and its folder, in bytes."""
        return {root: sum(self._size(index, row) for row in rows) for root, rows in trees.items()}

    def _size(self, index: sqlite3.Connection, row: RunRow) -> int:
        sql = f"SELECT ifnull({WEIGHT}, 0) FROM attempt WHERE run = ?"
        (rows,) = index.execute(sql, (row.serial,)).fetchone()
        return int(rows) + ROW + folder_size(self._root / "runs" / row.id)

    # removing -----------------------------------------------------------------------------------

    def _remove(self, index: sqlite3.Connection, root: str) -> bool:
        """Remove a dispatch, if it still is there and over; whether it did."""
        with writing(self._root):
            return self._removed(index, root)

    def _removed(self, index: sqlite3.Connection, root: str) -> bool:
        index.execute("BEGIN IMMEDIATE")
        try:
            found = index.execute(f"SELECT {RUN}, mac FROM run WHERE root = ?", (root,)).fetchall()
            rows = [tables.run_row(self._sealer, columns) for columns in found]
            going = bool(rows) and self._over(rows) and root not in pinned(self._root)
            size = sum(self._size(index, row) for row in rows)
            with locked(self._root / LOCK):  # nobody puts a manifest in its place meanwhile
                if going:
                    self._remove_rows(index, rows)
                    manifest_path(self._root, root).unlink(missing_ok=True)
                index.execute("COMMIT")
        except BaseException:
            if index.in_transaction:
                index.execute("ROLLBACK")
            raise
        for row in rows if going else ():
            remove_tree(self._root / "runs" / row.id)
        self._freed += size if going else 0
        return going

    def _remove_rows(self, index: sqlite3.Connection, rows: list[RunRow]) -> None:
        for row in rows:
            forget(self._root, row.id)
        for table in set(known_tables(index)) & OF_A_RUN.keys():
            index.executemany(f"DELETE FROM {table} WHERE {OF_A_RUN[table]} = ?", [(row.serial,) for row in rows])


def _root_of(rows: list[RunRow]) -> RunRow:
    return next((row for row in rows if row.id == row.root), rows[0])


def _until_it_fits(
    most: int, chosen: set[str], ended: list[str], trees: Trees, sizes: dict[str, int],
    found: References, files: dict[bytes, int],
) -> set[str]:  # fmt: skip
    """The oldest dispatches to remove, besides those chosen already, until the rest takes no more than `most` bytes."""
    digests = {root: set().union(*(found.get(row.serial, ()) for row in rows)) for root, rows in trees.items()}
    users: dict[bytes, int] = {}
    for root in trees.keys() - chosen:
        for digest in digests[root]:
            users[digest] = users.get(digest, 0) + 1
    total = sum(sizes[root] for root in trees.keys() - chosen) + sum(files.get(digest, 0) for digest in users)
    more: set[str] = set()
    for root in ended:
        if total <= most:
            break
        if root in chosen:
            continue
        more.add(root)
        total -= sizes[root]
        for digest in digests[root]:
            users[digest] -= 1
            total -= 0 if users[digest] else files.get(digest, 0)
    return more
