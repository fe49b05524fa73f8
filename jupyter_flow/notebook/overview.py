"""What the panel tells of dispatches: those that run, and the store's, newest first."""

import time
from contextlib import suppress
from typing import Any

from ..dispatch.run import Run
from ..model.errors import StoreError
from ..model.events import COMPLETED
from ..session import Session, opened
from ..store.location import default_root
from ..store.records import RunRow
from ..store.runs import Store
from ..widgets.messages import Dispatched, State
from ..widgets.source import Source, source_of
from ..widgets.states import NUMBERS

REREAD = 2.0  # seconds between two looks at what other kernels dispatch


class Overview:
    """The dispatches, read again only when there may be others than before."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}  # of what runs here
        self._own: Store | None = None  # until a session is opened: its store is another's choice
        self._rows: list[RunRow] = []
        self._read: tuple[Any, ...] = ()
        self._due = 0.0

    def dispatches(self, limit: int) -> tuple[list[Dispatched], bool]:
        """At most so many, and all that run here; whether there are more."""
        here = opened()
        live = _live(here)
        self._reread(here, live, limit)
        self._sources = {id: self._sources.get(id) or source_of(id) for id in live}
        rows = self._rows[:limit]
        listed = {row.id for row in rows}
        first = [self._of_run(id) for id in live if id not in listed]
        rest = [self._of_run(row.id) if row.id in live else _of_row(row) for row in rows]
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

    def _reread(self, here: Session | None, live: dict[str, Run], limit: int) -> None:
        running = frozenset(live)
        now = (id(here), running, limit)
        if now == self._read and time.monotonic() < self._due:
            return
        store = self._store(here)
        self._rows = store.runs(limit + 1) if store is not None else []
        self._read, self._due = now, time.monotonic() + REREAD

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
            self._own = None


def _live(here: Session | None) -> dict[str, Run]:
    """What runs here, sublattices aside, oldest first."""
    if here is None:
        return {}
    return {id: run for id, run in list(here.dispatcher.runs.items()) if run.parent is None}


def _of_row(row: RunRow) -> Dispatched:
    counts = [0] * NUMBERS
    if row.status == COMPLETED:
        counts[COMPLETED] = row.electrons
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
