"""The dispatches of a store as a list, which people see as a table."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, SupportsIndex, overload

from ..model.status import Status
from ..model.tables import plain
from ..model.visible import one_line
from ..store.records import RunRow
from .strangers import NONE

HEAD = ("id", "lattice", "status", "electrons", "dispatched")


class DispatchSummary(NamedTuple):
    """A dispatch of the store, for people. Times are seconds since the epoch."""

    id: str
    name: str
    status: Status
    electrons: int
    created: float
    ended: float | None
    pinned: bool = False  # `prune` leaves it alone

    @classmethod
    def of(cls, row: RunRow, pinned: bool) -> "DispatchSummary":
        """What is on record, as people are told it."""
        times = row.created / 1e9, row.ended / 1e9 or None
        return cls(row.id, row.name, row.state, row.electrons, *times, pinned=pinned)

    def told(self) -> list[str]:
        """A row of the table."""
        status = f"{self.status}, pinned" if self.pinned else str(self.status)
        return [self.id, one_line(self.name), status, str(self.electrons), when(self.created)]


class Dispatches(list[DispatchSummary]):
    """A list of dispatches. Shown, it is a table."""

    def rows(self) -> list[list[str]]:
        """The table, without its head."""
        return [dispatch.told() for dispatch in self]

    def __repr__(self) -> str:
        return plain(HEAD, self.rows()) if self else NONE

    @overload
    def __getitem__(self, index: SupportsIndex) -> DispatchSummary: ...

    @overload
    def __getitem__(self, index: slice) -> "Dispatches": ...

    def __getitem__(self, index: SupportsIndex | slice) -> "DispatchSummary | Dispatches":
        found = super().__getitem__(index)
        return found if isinstance(found, DispatchSummary) else Dispatches(found)


def listed(rows: Sequence[RunRow], pinned: Collection[str]) -> Dispatches:
    """Dispatches as they are on record; pinned: the ids of those that `prune` leaves alone."""
    return Dispatches(DispatchSummary.of(row, row.id in pinned) for row in rows)


def when(seconds: float) -> str:
    """A time as a person here reads it."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")
