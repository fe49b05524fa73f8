"""Live graphs in cells: a widget, and beside it one plain picture, which is what a saved notebook shows.

The page hides the picture while the widget is there. It is drawn when it is shown and when the dispatch has ended;
in between only where no page has opened the widget: a front end without widgets has the picture to look at.
"""

import logging
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..dispatch.run import Run
from ..render.breath import breathing
from ..render.palette import By
from ..widgets.source import Source
from .drawing import Drawing, drawing_of_flow, outline
from .flow.picture import FlowSource
from .headless import headless, request
from .shell import Shell

if TYPE_CHECKING:
    from ..widgets.widget import FlowGraph

LOG = logging.getLogger("jupyter_flow")
REST = 0.5  # seconds between two pictures of a dispatch, at least
REST_SETTLED = 2.0  # between two of a notebook's flow that no cell is under way in
LARGE = 2000  # nodes, from where on its pictures are rarer:
REST_LARGE = 2.0
SHARE = 10.0  # and never so frequent that drawing takes more than a tenth of the time


class Graphs:
    """The widgets of a kernel, by the cells that show them."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._by_cell: dict[str, tuple[str, list[FlowGraph]]] = {}

    @property
    def possible(self) -> bool:
        """Whether somebody looks on, through a front end that may show widgets."""
        return getattr(self._shell, "kernel", None) is not None and not headless(self._shell)

    def show(self, source: Source, by: By = "status") -> "FlowGraph | None":
        """Display a widget in the cell that runs; None, and nothing displayed, where that cannot be."""
        if not self.possible:
            return None
        try:
            from ..widgets.widget import FlowGraph  # here: it imports ipywidgets, which not every kernel needs

            widget = FlowGraph(source, by)
            self._shell.display_pub.publish(widget.bundle())
        except Exception:  # a front end without it, ipywidgets in some other version: the picture is there
            LOG.debug("a graph could not be shown live", exc_info=True)
            return None
        self._keep(widget)
        return widget

    def _keep(self, widget: "FlowGraph") -> None:
        """What a cell showed when it was run before is gone from the page, and ends here."""
        cell, now = request_of(self._shell)
        if not cell:
            return
        before, widgets = self._by_cell.get(cell, ("", []))
        if before != now:
            for old in widgets:
                old.close()
            widgets = []
        self._by_cell[cell] = now, [*widgets, widget]


def request_of(shell: Shell) -> tuple[str, str]:
    """The front end's id of the cell that runs, and of its being run; "" where it has none."""
    asked = request(shell)
    return str(asked.get("metadata", {}).get("cellId") or ""), str(asked.get("header", {}).get("msg_id") or "")


class FollowedGraph:
    """A dispatch of this kernel in a cell, until it has ended."""

    def __init__(self, run: Run, source: Source, publisher: Any, widget: "FlowGraph | None", by: By = "status") -> None:
        # The source and the publisher are those of now: a session that was closed must not be opened again,
        # and a later cell that captures its output has another publisher.
        self._run, self._source, self._publisher, self._widget = run, source, publisher, widget
        self._by: By = by
        self._display = uuid4().hex
        self._drawn: Any = None
        self._due = 0.0

    def draw(self, update: bool) -> None:
        """Show the dispatch as it is; a large one at first without its graph, which takes its time to be folded."""
        began = time.monotonic()
        if update or len(self._run.graph) <= LARGE:
            self._drawn = self._state()  # before it is looked at: what happens meanwhile is drawn the next time
            picture, folded = self._source.drawing(self._by)
            bundle = Drawing(picture, self._run.graph, self._by, folded=folded).bundle()
        else:
            bundle = outline(self._run.graph)
        self._publisher.publish(bundle, {}, transient={"display_id": self._display}, update=update)
        self._rest(time.monotonic() - began)

    def keep_up(self) -> bool:
        """Draw what has changed, and the end at once; whether there is more to come. Nothing is ever printed."""
        ended = self._run.ended.is_set()
        try:
            if ended or (not self._live and time.monotonic() >= self._due and self._state() != self._drawn):
                with breathing():
                    self.draw(update=True)
            if ended and self._widget is not None:
                self._widget.finish()
        except Exception:  # the session may have been closed under us
            LOG.debug("the picture of dispatch %s could not be drawn", self._run.id, exc_info=True)
            self._rest(0.0)
        return not ended

    @property
    def _live(self) -> bool:
        return self._widget is not None and self._widget.opened

    def _state(self) -> Any:
        """What a picture tells. Compared rather than listened for: that a node starts is no event of a run."""
        return bytes(self._run.published), dict(self._run.begun)

    def _rest(self, taken: float) -> None:
        rest = REST_LARGE if len(self._run.graph) > LARGE else REST
        self._due = time.monotonic() + max(rest, SHARE * taken)


class FollowedFlow:
    """The notebook's own graph in a cell. It rests when nothing changes: whoever changes something stirs it."""

    def __init__(self, flow: FlowSource, by: By, publisher: Any, widget: "FlowGraph | None") -> None:
        self._flow, self._by, self._publisher, self._widget = flow, by, publisher, widget
        self._display = uuid4().hex
        self._drawn: Any = None
        self._saved: Any = None
        self._due = 0.0

    def draw(self, update: bool) -> None:
        """Show it as it is."""
        self._drawn = self._flow.stamp()
        bundle = drawing_of_flow(self._flow, self._by).bundle()
        self._publisher.publish(bundle, {}, transient={"display_id": self._display}, update=update)
        self._due = time.monotonic() + (REST if self._flow.under_way else REST_SETTLED)

    def keep_up(self) -> bool:
        """Draw what has changed: while cells run where no page shows it live; whether there is more to come."""
        more = self._flow.under_way  # before it is looked at
        self._flow = self._flow.renewed()
        if self._flow.stamp() == self._drawn:
            if not more:
                self._finish()
            return more
        seen_live = more and self._widget is not None and self._widget.opened
        if seen_live or time.monotonic() < self._due:
            return True
        self.draw(update=True)
        if not more:
            self._finish()
        return more

    def _finish(self) -> None:
        """Let the widget's state have what is drawn."""
        if self._widget is not None and self._saved != self._drawn:
            self._saved = self._drawn
            self._widget.finish()
