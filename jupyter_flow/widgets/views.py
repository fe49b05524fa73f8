"""One picture of one dispatch on one page: what the page asks for, and what it is told."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, cast

from ..model.errors import FlowError
from ..model.events import RUNNING
from .background import Aim, BackgroundLayout, Later
from .bars import Bars
from .busy import SAMPLER
from .exporting import plain, seen
from .feed import Counted
from .folded import Folded, Placed
from .messages import By, Crumb, Delta, Graph, Orientation, Show, State, ViewMessage, ViewRequest
from .panes import Panes
from .pictures import assignable
from .rhythm import Rhythm
from .search import search
from .source import Source

LOG = logging.getLogger("jupyter_flow")
LARGE = 1500  # nodes, from where on a picture is made by the next pulse and not at once
HEARTBEAT = 1.0  # seconds between two signs of life of a dispatch that runs and changes nothing
MOST_OPENED = 100  # groups


class DispatchView:
    """A view. `handle` and `pulse` may be called from any threads."""

    def __init__(self, source: Source, view: str, later: Later | None = None, by: By = "status") -> None:
        """later: does what takes long on another thread, while this one goes on; else it is done by the next pulse.

        by: what the colours mean at first.
        """
        self.id = view
        self.source = source  # what was opened
        self.shown = source  # what is looked at: the same, or a sublattice inside
        self.path: list[int] = []
        self.opened: tuple[int, ...] = ()
        self.by = self.first = by
        self.orientation: Orientation = "down"
        self.closed = False
        self._lock = threading.Lock()
        self._seq = 0
        self._folded: Folded | None = None
        self._counted: Counted | None = None
        self._bars = Bars()
        self.rhythm = Rhythm()
        self._panes = Panes(view, source)
        self._wanted = False  # a picture, by a later pulse
        self._background = BackgroundLayout(later) if later is not None else None
        self._whole = False  # the end was told
        self._told: Any = None  # the dispatch's stamp when it was last looked at
        self._state: State | None = None
        self._beat = 0.0

    # what the page asks -----------------------------------------------------------------------

    def handle(self, request: ViewRequest) -> list[ViewMessage]:
        """Answer a request that was found to be valid. What takes long is answered by the next pulse."""
        answer = self._answers.get(request["kind"])
        if answer is None or self.closed:
            return []
        with self._lock:
            return answer(self, request)

    def _open(self, request: Any) -> list[ViewMessage]:
        self._renew()
        self._panes.reset()
        return self._soon()

    def _show(self, request: Show) -> list[ViewMessage]:
        self.by, self.orientation = request["by"], request["orientation"]
        self._enter(request["path"])
        within = range(len(self.shown.graph))
        opened = tuple(sorted({node for node in request["opened"][:MOST_OPENED] if node in within}))
        if opened != self.opened:
            self.opened, self._folded = opened, None
        return self._soon()

    def _close(self, request: Any) -> list[ViewMessage]:
        self.closed = True
        if self._background is not None:
            self._background.stop()
        return []

    def _select(self, request: Any) -> list[ViewMessage]:
        return [*self._panes.select(request)]

    def _watch(self, request: Any) -> list[ViewMessage]:
        return self._panes.watch(request["panes"])

    def _table(self, request: Any) -> list[ViewMessage]:
        self._look()  # run times
        return self._panes.table(request)

    def _range(self, request: Any) -> list[ViewMessage]:
        return self._panes.range(request)

    def _search(self, request: Any) -> list[ViewMessage]:
        return [search(self.shown, self._placed(self._look()[0]).folded, self.id, request["text"])]

    def _export(self, request: Any) -> list[ViewMessage]:
        if (dark := request["dark"]) is None:
            return [plain(self.id, self.source, self.first)]
        return [seen(self.id, self.shown, self.by, self.opened, self.orientation, dark)]

    _answers: ClassVar["dict[str, Callable[[DispatchView, Any], list[ViewMessage]]]"] = {
        "open": _open,
        "resync": _open,
        "show": _show,
        "close": _close,
        "select": _select,
        "watch": _watch,
        "table": _table,
        "range": _range,
        "search": _search,
        "export": _export,
    }

    def _enter(self, path: Iterable[int]) -> None:
        """Look into sublattices, as far as there is something to see."""
        before = self.shown
        self.shown, self.path = self.source, []
        for node in path:
            inside = self.shown.inside(node)
            if inside is None:
                break
            self.shown = inside
            self.path.append(node)
        if self.shown is not before:
            self._folded, self._counted, self.opened, self._bars = None, None, (), Bars()
            self._panes.enter(self.shown)

    def _soon(self) -> list[ViewMessage]:
        """A picture: at once, if it is small."""
        self._wanted = True
        if len(self.shown.graph) <= LARGE:
            return [self._graph()]
        self._ready()
        return []

    def _ready(self) -> bool:
        """Whether the picture that is wanted is folded and laid out; if not, it will be."""
        if self._background is None or len(self.shown.graph) <= LARGE:
            return True
        made = self._background.look(Aim(self.shown, self.opened, self.orientation))
        if made is not None and made.placed is not None:
            self._folded = made.placed.folded
        return made is not None

    # what it is told --------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether no pulse will tell anything more, unless something is asked again."""
        return self.closed or (not self._wanted and self._whole and not self._panes.restless)

    def pulse(self) -> list[ViewMessage]:
        """What has changed since the last."""
        if self.closed:
            return []
        SAMPLER.tick()
        with self._lock:
            try:
                return [*self._changes(), *self._panes.changes()]
            except FlowError:  # the session may have been closed under us
                LOG.debug("a view of dispatch %s could not be kept up to date", self.source.id, exc_info=True)
                return []

    def _renew(self) -> None:
        """Cells of a flow come and go, and read other names."""
        before, self.source = self.source, self.source.renewed()
        if self.source is before:
            return
        self._panes.renew(self.source)
        if self.shown is before:
            self.shown, self._folded, self._wanted = self.source, None, self._counted is not None
            self._bars = Bars()

    def _changes(self) -> list[ViewMessage]:
        self._renew()
        if self._wanted and self._ready():
            return [self._graph()]
        if self._counted is None or self._whole:
            return []
        stamp = self.shown.stamp()
        bars = self._bars.look(self.shown)
        now = time.monotonic()
        if stamp == self._told and not self._bars.news and now - self._beat < HEARTBEAT:
            return []
        self._told, self._beat = stamp, now
        return self._delta(bars)

    def _delta(self, bars: dict[int, float]) -> list[ViewMessage]:
        states, state, whole = self._look()
        counted = self._counted
        assert counted is not None
        if not self._wanted and self._refolded(states):
            self._folded = None
            return self._soon()
        changed = sorted(counted.look(states, self.shown.times.seconds, bars, state["status"]))
        self._whole = whole
        if not changed and not self._news(state):
            return []
        self._seq += 1
        self._state = state
        times = self.shown.times.span
        tallies = counted.tallies(changed)
        return [Delta(kind="delta", view=self.id, seq=self._seq, tallies=tallies, times=times, state=state)]

    def _news(self, state: State) -> bool:
        """Whether the dispatch itself has changed; while it runs, times do."""
        before = self._state
        return before is None or state["status"] == RUNNING or {**state, "now": 0} != {**before, "now": 0}

    def _refolded(self, states: bytes) -> bool:
        """Whether the graph is to be folded otherwise: glue failed, which then is shown."""
        return self._folded is None or self.shown.foldings.failed_glue(states) != self._folded.glue

    def _look(self) -> tuple[bytes, State, bool]:
        """The states now, the dispatch at a glance, and whether that is how it stays."""
        whole = self.source.over
        states, state = self.shown.look()
        return states, state, whole

    def _graph(self) -> Graph:
        self._told = self.shown.stamp()  # before it is looked at: what happens meanwhile is told the next time
        states, state, self._whole = self._look()
        counted = Counted(self._placed(states), self.by)
        counted.look(states, self.shown.times.seconds, self._bars.look(self.shown), state["status"])
        self._counted, self._state, self._wanted = counted, state, False
        self._beat = time.monotonic()
        self._seq += 1
        return self._message(counted, state)

    def _placed(self, states: bytes) -> Placed:
        if self._folded is None or self._refolded(states):
            self._folded = self.shown.foldings.folded(states, self.opened)
        return self.shown.foldings.placed(self._folded, self.orientation)

    def _message(self, counted: Counted, state: State) -> Graph:
        placed = counted.placed
        return {
            "kind": "graph",
            "view": self.id,
            "seq": self._seq,
            "dispatch": self.source.id,
            "title": self.source.title,
            "crumbs": self._crumbs(),
            "by": self.by,
            "orientation": self.orientation,
            "opened": list(self.opened),
            "width": placed.layout.width,
            "height": placed.layout.height,
            "nodes": self.shown.graph.electrons,
            "groups": placed.groups,
            "tallies": counted.tallies(),
            "edges": placed.edges,
            "executors": placed.folded.executors,
            "times": self.shown.times.span,
            "names": assignable(),
            "state": state,
            "can": self.source.can(),
            "flow": self.source.age,
        }

    def _crumbs(self) -> list[Crumb]:
        crumbs: list[Crumb] = [{"name": self.source.title, "node": None}]
        source = self.source
        for node in self.path:
            crumbs.append({"name": source.graph.name_of(node), "node": node})
            source = cast(Source, source.inside(node))
        return crumbs
