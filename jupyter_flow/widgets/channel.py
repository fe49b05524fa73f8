"""The way between a kernel and one comm of a page: its views by id, what they ask and what they are told.

`hear` is called where messages of all widgets come in, and only puts down what is valid; the hub's thread serves
it. What comes in may be malformed or hostile, and the page may be gone at any time: nothing here raises.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..model.errors import FlowError
from . import actions, assets
from .checking import checked
from .hub import Hub, hub
from .messages import Answer, By, Module, ViewMessage, ViewRequest
from .source import Source, source_of
from .values import preview
from .views import DispatchView

LOG = logging.getLogger("jupyter_flow")
MOST = 16  # views; beyond, the one that has asked for nothing for the longest is closed
PATIENCE = 3  # messages in a row that cannot be sent, until the page is taken for gone
FOLDING = "folding"  # a lane of the hub's, as these are, by what takes its time in them
LANES = {"look": "looking", "rerun": "running", "resume": "running", "export": "drawing", "cancel": "cancelling"}

Send = Callable[[ViewMessage], object]
Sources = Callable[[], Source | None]


class Channel:
    """The views of one comm."""

    def __init__(self, send: Send, source: Source | Sources | None = None, by: By = "status", hub: Hub = hub()) -> None:
        """send: gives the page a message, from any thread. source: what a view looks at that names no dispatch,
        or what finds that.

        by: what the colours mean at first.
        """
        self._send, self._source, self._by, self._hub = send, source, by, hub
        self.opened = False  # a page has asked for something
        self._views: OrderedDict[str, DispatchView] = OrderedDict()
        self._lock = threading.Lock()
        self.closed = False
        self._failed = 0

    def hear(self, message: object) -> None:
        """A message from the page, which may be anything. Quick, and never raises."""
        request = checked(message)
        if request is not None and not self.closed:
            self.opened = True
            self._hub.put(partial(self._serve, request))

    def close(self) -> None:
        """The page is gone."""
        self.closed = True
        self._hub.drop(self)
        with self._lock:
            views = list(self._views.values())
            self._views.clear()
        for view in views:
            view.handle({"kind": "close", "view": view.id})

    # (hub) ------------------------------------------------------------------------------------------

    def pulse(self) -> bool:
        """Tell what has changed; whether there is more to come."""
        views = self._now()
        for view in [view for view in views if view.rhythm.due(view.shown)]:
            with view.rhythm:
                self._tell(view.pulse())
        return not self.closed and any(not view.over for view in views)

    def _now(self) -> list[DispatchView]:
        with self._lock:
            return list(self._views.values())

    def _serve(self, request: ViewRequest) -> None:
        if self.closed:
            return
        try:
            if request["kind"] == "fetch":
                self._tell([Module(kind="module", view=request["view"], text=assets.panes())])
            elif (view := self._view(request)) is not None:
                self._ask(view, request)
        except FlowError as error:
            self._refuse(request, str(error))
        except Exception as error:  # values and lattices are the user's: they may raise anything
            LOG.debug("a request of a page failed", exc_info=True)
            self._refuse(request, f"{type(error).__name__}: {error}")
        self._hub.keep_up(self)

    def _ask(self, view: DispatchView, request: Any) -> None:
        lane = LANES.get(request["kind"])
        place = actions.Place(view.source, tuple(view.path), view.shown)
        if lane is None:
            self._answer(view, place, request)
        elif not self._hub.errand(lane, partial(self._errand, view, place, request)):
            self._refuse(request, "too much waits already")

    def _answer(self, view: DispatchView, place: actions.Place, request: Any) -> None:
        if request["kind"] == "look":
            self._tell([preview(place.shown, request)])
        elif request["kind"] in actions.ACTIONS:
            self._tell([actions.answer(place, request)])
        else:
            view.rhythm.hurry()
            self._tell(view.handle(request))

    def _errand(self, view: DispatchView, place: actions.Place, request: Any) -> None:
        """(a lane of the hub's) What takes its time."""
        if self.closed:
            return
        try:
            self._answer(view, place, request)
        except Exception as error:  # the same
            LOG.debug("a request of a page failed", exc_info=True)
            self._refuse(request, f"{type(error).__name__}: {error}")

    def _view(self, request: Any) -> DispatchView | None:
        """The view of a request; opened, closed or looked up."""
        kind, id = request["kind"], request["view"]
        if kind == "close":
            self._forget(id)
            return None
        with self._lock:
            found = self._views.get(id)
            if found is not None:
                self._views.move_to_end(id)
        if kind == "open" or (kind == "resync" and found is None and self._source is not None):
            self._forget(id)
            return self._opened(id, request.get("dispatch", ""))
        return found

    def _opened(self, id: str, dispatch: str) -> DispatchView | None:
        here = self._source() if callable(self._source) else self._source
        source = source_of(dispatch) if dispatch else here
        if source is None:
            return None
        view = DispatchView(source, id, partial(self._hub.errand, FOLDING), self._by)
        with self._lock:
            self._views[id] = view
            oldest = list(self._views)[:-MOST]
        for one in oldest:
            self._forget(one)
        return view

    def _forget(self, id: str) -> None:
        with self._lock:
            view = self._views.pop(id, None)
        if view is not None:
            view.handle({"kind": "close", "view": id})

    def _refuse(self, request: Any, why: str) -> None:
        refusal = Answer(
            kind="answer", view=request["view"], action=request["kind"], ok=False, text=why, code="", dispatch=""
        )
        self._tell([refusal])

    def _tell(self, messages: Sequence[ViewMessage]) -> None:
        for message in messages:
            try:
                self._send(message)
                self._failed = 0
            except Exception:  # whatever the front end's way of sending raises
                LOG.debug("a page could not be told", exc_info=True)
                self._failed += 1
                if self._failed >= PATIENCE:
                    self.close()
                    return
