"""What stands beside a picture: a node's details, the table, the timeline, the executors; told when they change."""

from collections.abc import Callable, Sequence
from typing import Any

from .busy import SAMPLER
from .details import Selected
from .messages import Pane, Range, Select, Table, ViewMessage
from .pace import Pace
from .source import Source
from .table import first_page, rows

PAUSES: dict[Pane, float] = {"table": 0.5, "timeline": 0.5, "executors": 1.0}


class Panes:
    """The panes of one view."""

    def __init__(self, view: str, root: Source) -> None:
        self._view, self._root, self._source = view, root, root
        self._selected: Selected | None = None
        self._watched: tuple[Pane, ...] = ()
        self._table = first_page(view)
        self._range: Range | None = None
        self._paces = {pane: Pace(pause) for pane, pause in PAUSES.items()}
        self._stamps: dict[Pane, Any] = {}
        self._told: dict[Pane, ViewMessage] = {}

    @property
    def restless(self) -> bool:
        """Whether there is something to tell also of a dispatch that has ended."""
        return "executors" in self._watched

    def enter(self, source: Source) -> None:
        """Another graph is looked at."""
        if source is not self._source:
            self._source, self._selected = source, None
            self._table, self._range = {**self._table, "offset": 0}, None
            self._stamps, self._told = {}, {}

    def renew(self, root: Source) -> None:
        """The flow that is looked at has other cells; those that stay have the numbers they had."""
        before, self._root = self._root, root
        if self._source is not before:
            return
        selected, table = self._selected, self._table
        self.enter(root)
        self._table = table
        if selected is not None and root.age == before.age and selected.node < len(root.graph):
            self._selected = Selected(self._view, root, root, selected.node)

    def reset(self) -> None:
        """The page has missed something, or is another: tell everything again."""
        self._stamps, self._told = {}, {}

    def select(self, request: Select) -> Sequence[ViewMessage]:
        """Tell about a node, or about none."""
        node = request["node"]
        known = node is not None and 0 <= node < len(self._source.graph)
        self._selected = Selected(self._view, self._root, self._source, node) if known and node is not None else None
        return self._selected.look() if self._selected is not None else []

    def watch(self, panes: Sequence[Pane]) -> list[ViewMessage]:
        """These are visible; those that were not before are told."""
        new = [pane for pane in dict.fromkeys(panes) if pane not in self._watched and pane in PAUSES]
        self._watched = tuple(pane for pane in dict.fromkeys(panes) if pane in PAUSES)
        return [self._tell(pane) for pane in new]

    def table(self, request: Table) -> list[ViewMessage]:
        """Another part of the table is looked at."""
        self._table = request
        return [self._tell("table")]

    def range(self, request: Range) -> list[ViewMessage]:
        """Another part of the timeline is looked at."""
        self._range = request
        return [self._tell("timeline")]

    def changes(self) -> list[ViewMessage]:
        """What has changed of what is visible."""
        told: list[ViewMessage] = list(self._selected.changed()) if self._selected is not None else []
        for pane in self._watched:
            if (self._paces[pane].due or self._final(pane)) and self._moved(pane):
                before = self._told.get(pane)
                message = self._tell(pane)
                if message != before:
                    told.append(message)
        return told

    def _final(self, pane: Pane) -> bool:
        """Whether a pane is not to wait, for there may be no later pulse."""
        return pane != "executors" and self._root.over

    def _moved(self, pane: Pane) -> bool:
        """Whether a pane may have changed: what runs goes on, and executors work for others too."""
        return pane == "executors" or self._stamps.get(pane) != self._stamp(pane)

    def _stamp(self, pane: Pane) -> Any:
        going_on = pane == "timeline" and not self._source.over
        return object() if going_on else self._source.stamp()

    def _tell(self, pane: Pane) -> ViewMessage:
        pace = self._paces[pane]
        with pace:
            self._stamps[pane] = self._stamp(pane)
            self._told[pane] = message = _TELL[pane](self)
        return message

    def _rows(self) -> ViewMessage:
        return rows(self._source, self._table)

    def _timeline(self) -> ViewMessage:
        return self._source.timelines.timeline(self._view, self._range)

    def _executors(self) -> ViewMessage:
        return SAMPLER.executors(self._source, self._view)


_TELL: dict[Pane, Callable[[Panes], ViewMessage]] = {
    "table": Panes._rows,
    "timeline": Panes._timeline,
    "executors": Panes._executors,
}
