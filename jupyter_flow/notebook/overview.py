"""What the panel tells of dispatches: those that run, and the store's, newest first."""

import time
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
NAMED = 3  # dispatches that are told of one by one where the store has something against them


class Overview:
    """The dispatches, read again only when there may be others than before."""

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}  # of what runs here
        self._own: Store | None = None  # until a session is opened: its store is another's choice
        self._rows: list[RunRow] = []
        self._store_now: Store | None = None  # where the rows are from
        self._ended: dict[str, list[int]] = {}
        self._elsewhere: dict[str, list[int]] = {}  # of what other kernels run, as of the last look
        self._strange: list[str] = []  # ids of what nobody can vouch for
        self._trouble = ""  # why the store could not be read
        self._damaged: dict[str, str] = {}  # what is wrong with dispatches of the list
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
        self._damaged = {id: text for id, text in self._damaged.items() if id in listed}
        return first[::-1] + rest, len(self._rows) > limit

    @property
    def troubles(self) -> list[str]:
        """What is to be said about the list: it could not be read, or not all of it."""
        first = [self._trouble, unverified(len(self._strange)), *list(self._damaged.values())[:NAMED]]
        return [text for text in first if text]

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
            self._ended[row.id] = self._looked_up(self._store_now, row)
        return self._ended[row.id]

    def _looked_up(self, store: Store, row: RunRow) -> list[int]:
        try:
            last = {record.node: record.status for record in store.rows(row.serial)}
        except StoreError as error:
            self._damaged[row.id] = str(error)
            return [0] * NUMBERS
        return counts_of(told(bytes(last.get(node, 0) for node in range(row.electrons))))

    def _reread(self, here: Session | None, live: dict[str, Run], limit: int, watched: bool) -> None:
        running = frozenset(live)
        now = (id(here), running, limit, watched)
        if now == self._read and time.monotonic() < self._due:
            return
        self._read, self._due = now, time.monotonic() + (COUNT if watched else REREAD)
        self._rows, self._strange, self._trouble = [], [], ""
        try:
            self._look(here, live, limit, watched)
        except StoreError as error:  # what runs here is listed all the same
            self._trouble = str(error)

    def _look(self, here: Session | None, live: dict[str, Run], limit: int, watched: bool) -> None:
        store = self._store_now = self._store(here)
        if store is None:
            return
        self._rows = store.runs(limit + 1, strange=self._strange)
        others = [row for row in self._rows if row.status == RUNNING and row.id not in live] if watched else []
        self._elsewhere = {row.id: _tally(store, row) for row in others}
        if not others:
            self._due = time.monotonic() + REREAD

    def _store(self, here: Session | None) -> Store | None:
        if here is not None:
            self.close()
            return here.store
        if self._own is None and default_root().is_dir():
            self._own = Store.open()
        return self._own

    def close(self) -> None:
        """Let go of the store."""
        if self._own is not None:
            self._own.close()
            self._own = self._store_now = None


def unverified(count: int) -> str:
    """What is said of so many dispatches that this user's key has not signed."""
    if not count:
        return ""
    these = "1 dispatch is" if count == 1 else f"{count} dispatches are"
    return (
        f"{these} not listed: this user's key has not signed what is on record. It was changed, or written by "
        "someone else, or the key is another one now. `jupyter-flow ls` names them."
    )


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
