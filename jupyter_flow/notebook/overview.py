"""What the panel tells of dispatches: those that run, and the store's, newest first."""

import time
from contextlib import suppress
from typing import Any

from ..dispatch.run import Run
from ..model.errors import StoreError
from ..model.events import COMPLETED, RUNNING, STATUS_OF, WAITING
from ..session import Session, opened
from ..store.location import default_root
from ..store.records import RunRow
from ..store.runs import Store
from ..widgets.messages import Dispatched, State

REREAD = 2.0  # seconds between two looks at what other kernels dispatch


class Overview:
    """The dispatches, read again only when there may be others than before."""

    def __init__(self) -> None:
        self._own: Store | None = None  # until a session is opened: its store is another's choice
        self._rows: list[RunRow] = []
        self._read: tuple[Any, ...] = ()
        self._due = 0.0

    def dispatches(self, limit: int) -> tuple[list[Dispatched], bool]:
        """At most so many, and all that run here; whether there are more."""
        here = opened()
        live = _live(here)
        self._reread(here, live, limit)
        rows = self._rows[:limit]
        listed = {row.id for row in rows}
        first = [_of_run(run) for run in live.values() if run.id not in listed]
        return first[::-1] + [_of_row(row, live, here) for row in rows], len(self._rows) > limit

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


def _of_run(run: Run) -> Dispatched:
    return {
        "dispatch": run.id,
        "name": run.graph.name,
        "state": state_of(run),
        "total": run.graph.electrons,
        "here": not run.ended.is_set(),
    }


def _of_row(row: RunRow, live: dict[str, Run], here: Session | None) -> Dispatched:
    run = live.get(row.id) or (here.run(row.id) if here is not None else None)
    if run is not None:
        return _of_run(run)
    counts = [0] * len(STATUS_OF)
    if row.status == COMPLETED:
        counts[COMPLETED] = row.electrons
    ended = row.ended / 1e9 or None
    state = _state(row.status, counts, (row.started or row.created) / 1e9, ended, row.electrons)
    return {"dispatch": row.id, "name": row.name, "state": state, "total": row.electrons, "here": False}


def state_of(run: Run) -> State:
    """A dispatch of this kernel at a glance."""
    total = run.graph.electrons
    told = bytes(run.published[:total])
    counts = [told.count(status) for status in range(len(STATUS_OF))]
    begun = sum(node < total and not told[node] for node in list(run.begun))
    counts[RUNNING] += begun
    counts[WAITING] -= begun
    ended = run.ended_at / 1e9 if run.ended.is_set() else None
    return _state(STATUS_OF.index(run.status), counts, run.started_at / 1e9, ended, total)


def _state(status: int, counts: list[int], started: float, ended: float | None, total: int) -> State:
    done = sum(count for number, count in enumerate(counts) if STATUS_OF[number].final)
    text = f"{done} of {total} electrons" if status == RUNNING else str(STATUS_OF[status]).lower()
    return {
        "status": status, "counts": counts, "started": started, "ended": ended, "now": time.time(),
        "rate": None, "left": None, "text": text,
    }  # fmt: skip
