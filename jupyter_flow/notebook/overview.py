"""What the panel tells of dispatches: those that run, and the store's, newest first."""

import time
from contextlib import suppress
from typing import Any

from ..dispatch.run import Run
from ..model.errors import StoreError
from ..model.events import COMPLETED, RUNNING
from ..session import Session, opened
from ..store.location import default_root
from ..store.records import RunRow
from ..store.runs import Store
from ..widgets.messages import Dispatched, State
from ..widgets.source import Source, source_of
from ..widgets.states import NUMBERS, counts_of, told

REREAD = 2.0  # seconds between two looks at what other kernels dispatch,
COUNT = 1.0  # and at how far that is, where somebody watches


class Overview:
    """The dispatches, read again only when there may be others than before."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}  # of what runs here
        self._own: Store | None = None  # until a session is opened: its store is another's choice
        self._rows: list[RunRow] = []
        self._store_now: Store | None = None  # where the rows are from
        self._ended: dict[str, list[int]] = {}
        self._elsewhere: dict[str, list[int]] = {}  # of what other kernels run, as of the last look
        self._read: tuple[Any, ...] = ()
        self._due = 0.0

    def dispatches(self, limit: int, watched: bool = False) -> tuple[list[Dispatched], bool]:
        """At most so many, and all that run here; whether there are more. watched: count those of other kernels."""
        here = opened()
        live = _live(here)
        self._reread(here, live, limit, watched)
        self._sources = {id: self._sources.get(id) or source_of(id) for id in live}
        rows = self._rows[:limit]
        listed = {row.id for row in rows}
        first = [self._of_run(id) for id in live if id not in listed]
        rest = [self._of_run(row.id) if row.id in live else _of_row(row, self._counts(row)) for row in rows]
        self._ended = {id: counts for id, counts in self._ended.items() if id in listed}
        return first[::-1] + rest, len(self._rows) > limit

    def _of_run(self, id: str) -> Dispatched:
        source = self._sources[id]
        return {
            "dispatch": id,
            "name": source.title,
            "state": source.look()[1],
            "total": source.graph.electrons,
            "here": source.here,
        }

    def _counts(self, row: RunRow) -> list[int]:
        """How the electrons of a dispatch that has ended did, looked up once; nothing of one that runs elsewhere."""
        if row.status == RUNNING and row.id in self._elsewhere:
            return self._elsewhere[row.id]
        if row.status in (RUNNING, COMPLETED) or self._store_now is None:
            return [row.electrons if number == row.status == COMPLETED else 0 for number in range(NUMBERS)]
        if row.id not in self._ended:
            last = {record.node: record.status for record in self._store_now.rows(row.serial)}
            states = bytes(last.get(node, 0) for node in range(row.electrons))
            self._ended[row.id] = counts_of(told(states))
        return self._ended[row.id]

    def _reread(self, here: Session | None, live: dict[str, Run], limit: int, watched: bool) -> None:
        running = frozenset(live)
        now = (id(here), running, limit, watched)
        if now == self._read and time.monotonic() < self._due:
            return
        store = self._store(here)
        self._store_now = store
        self._rows = store.runs(limit + 1) if store is not None else []
        others = [row for row in self._rows if row.status == RUNNING and row.id not in live] if watched else []
        self._elsewhere = {row.id: _tally(store, row) for row in others if store is not None}
        self._read, self._due = now, time.monotonic() + (COUNT if others else REREAD)

    def _store(self, here: Session | None) -> Store | None:
        if here is not None:
            self.close()
            return here.store
        if self._own is None and default_root().is_dir():
            with suppress(StoreError):
                self._own = Store.open()
        return self._own

    def close(self) -> None:
        """Let go of the store."""
        if self._own is not None:
            self._own.close()
            self._own = self._store_now = None


def _live(here: Session | None) -> dict[str, Run]:
    """What runs here, sublattices aside, oldest first."""
    if here is None:
        return {}
    return {id: run for id, run in list(here.dispatcher.runs.items()) if run.parent is None}


def _tally(store: Store, row: RunRow) -> list[int]:
    """How far a dispatch of another kernel is, by what that has written down."""
    last = store.counted().tally(row.serial, row.electrons)
    counts = [last.get(number, 0) for number in range(NUMBERS)]
    counts[0] = max(0, row.electrons - sum(counts))
    return counts


def _of_row(row: RunRow, counts: list[int]) -> Dispatched:
    state: State = {
        "status": row.status,
        "counts": counts,
        "started": (row.started or row.created) / 1e9,
        "ended": row.ended / 1e9 or None,
        "now": time.time(),
        "rate": None,
        "left": None,
        "text": str(row.state).lower(),
    }
    return {"dispatch": row.id, "name": row.name, "state": state, "total": row.electrons, "here": False}
