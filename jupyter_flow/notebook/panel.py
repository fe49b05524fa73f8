"""The kernel's side of the panel and of the badges: comms, which pages open, and what is sent over them."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from ..model.errors import FlowError
from ..session import opened, session
from ..widgets.actions import resumed
from ..widgets.busy import SAMPLER, Resources
from ..widgets.channel import Channel
from ..widgets.checking import checked
from ..widgets.hub import hub
from ..widgets.messages import Badge, Dispatched, Panel, PanelRequest, State, Told
from ..widgets.subshells import by_sender
from .badges import badges
from .flow.flow import Flow
from .flow.picture import FlowSource
from .functions import Functions
from .overview import Overview
from .shell import Shell
from .telling import next_told, told

LOG = logging.getLogger("jupyter_flow")
TARGET = "jupyter_flow.panel"  # a page opens it
HELLO = "jupyter_flow.hello"  # the kernel opens it: pages that were there before us learn that we are
VERSION: str = getattr(sys.modules[__name__.partition(".")[0]], "__version__", "")
# All other requests are views'.
OURS = ("history", "cancel_dispatch", "cancel_cell", "resume_dispatch", "run_stale", "watch_panel")
SECOND = 1.0  # between two looks at how busy executors are
MOST = 1000  # dispatches in the list
FEW = 10  # dispatches, until more are asked for
Part = TypeVar("Part")


class Panels:
    """All pages that look at a kernel. While there is none, nothing is done."""

    def __init__(self, shell: Shell, flow: Callable[[], Flow | None]) -> None:
        self._shell, self._flow = shell, flow
        self._lock = threading.Lock()
        self._pages: list[Page] = []
        self._overview = Overview()
        self._functions = Functions()
        self._drawn: FlowSource | None = None
        self._busy, self._due = Resources([], []), 0.0
        self.limit = FEW

    # the shell -----------------------------------------------------------------------------------

    def register(self) -> None:
        """Let pages find us, where there may be any."""
        if getattr(self._shell, "kernel", None) is None:
            return
        import comm

        comm.get_comm_manager().register_target(TARGET, self._opened)
        comm.create_comm(target_name=HELLO, data={}).close()

    def unregister(self) -> None:
        """Take it back; pages are told."""
        if getattr(self._shell, "kernel", None) is None:
            return
        import comm

        comm.get_comm_manager().unregister_target(TARGET, self._opened)
        for page in self._taken():
            page.close()

    # pages ---------------------------------------------------------------------------------------

    def _opened(self, comm: Any, message: Any) -> None:
        """(a subshell's thread) A page is there."""
        page = Page(comm, self)
        comm.on_close(lambda message: self._closed(page))
        with self._lock:
            self._pages.append(page)
        hub().keep_up(self)

    def _closed(self, page: "Page") -> None:
        with self._lock:
            self._pages = [other for other in self._pages if other is not page]
            self.limit = self.limit if self._pages else FEW
        page.gone()

    def _taken(self) -> "list[Page]":
        with self._lock:
            pages, self._pages = self._pages, []
        return pages

    def pulse(self) -> bool:
        """(hub) Tell pages what has changed; whether there are any."""
        with self._lock:
            pages = list(self._pages)
        if not pages:
            self._overview.close()
            return False
        try:
            panel = self._panel()
        except Exception:  # the session may be closed under us
            LOG.debug("the panel could not be kept up to date", exc_info=True)
            return True
        for page in pages:
            page.show(panel)
        return True

    # what they show ------------------------------------------------------------------------------

    def _panel(self) -> Panel:
        watched = any(page.watches for page in self._pages)
        troubles: list[str] = []
        nothing: tuple[list[Dispatched], bool] = ([], False)
        unmarked: tuple[list[Badge], int] = ([], 0)
        dispatches, more = _or_not(lambda: self._overview.dispatches(self.limit, watched), nothing, troubles)
        marks, stale = _or_not(self._badges, unmarked, troubles)
        resources, remarks = _or_not(self._resources, self._busy, troubles)
        return {
            "kind": "panel",
            "version": VERSION,
            "flow": _or_not(self._state, None, troubles),
            "dispatches": dispatches,
            "more": more,
            "troubles": list(dict.fromkeys([*self._overview.troubles, *troubles])),
            "resources": resources,
            "remarks": remarks,
            "badges": marks,
            "stale": stale,
        }

    def _resources(self) -> Resources:
        """The executors, as of this second: counting what is done takes a look at every node."""
        now = time.monotonic()
        if now >= self._due:
            self._busy, self._due = SAMPLER.resources(), now + SECOND
        return self._busy

    def _badges(self) -> tuple[list[Badge], int]:
        flow = self._flow()
        if flow is None:
            return [], 0
        flow.lookout.notice()
        called = self._functions.badges(dict(flow.book.functions))
        return [*badges(flow, flow.lookout.reasons), *called], flow.lookout.cells

    def _state(self) -> State | None:
        """The notebook's own graph at a glance, if there is anything in it."""
        flow = self._flow()
        if flow is None:
            return None
        self._drawn = self._drawn.renewed() if self._drawn is not None else FlowSource(flow)
        return self._drawn.look()[1] if len(self._drawn.graph) else None

    def flow(self) -> FlowSource | None:
        """The notebook's own graph."""
        flow = self._flow()
        return FlowSource(flow) if flow is not None else None

    # what they ask -------------------------------------------------------------------------------

    def hear(self, page: "Page", request: dict[str, Any]) -> None:
        """A request of the panel's own; what is none is ignored."""
        match request:
            case {"kind": "history", "limit": int(limit)}:
                self.limit = max(FEW, min(limit, MOST))
            case {"kind": "cancel_dispatch", "dispatch": str(id)}:
                hub().errand("cancelling", partial(self._cancel, page, id))
            case {"kind": "resume_dispatch", "dispatch": str(id)}:
                hub().errand("running", partial(self._resume, page, id))
            case {"kind": "cancel_cell", "cell": str(key)}:
                page.send(self._cancel_cell(key))
            case {"kind": "watch_panel", "visible": bool(visible)}:
                page.watches = visible
            case {"kind": "run_stale", "cell": key, "ran": ran}:
                hub().errand("what is to be run", partial(self._run_stale, page, key, ran))

    def _cancel(self, page: "Page", id: str) -> None:
        try:
            (opened() or session()).cancel(id)
        except FlowError as error:
            page.send(told(False, str(error)))
        else:
            page.send(told(True, f"cancelled {id.partition('-')[0]}"))

    def _resume(self, page: "Page", id: str) -> None:
        try:
            done = resumed(id)
        except FlowError as error:
            page.send(told(False, str(error)))
        except Exception as error:  # an executor's constructor may raise anything
            page.send(told(False, f"{type(error).__name__}: {error}"))
        else:
            page.send(told(done.ok, done.text))

    def _cancel_cell(self, key: str) -> Told:
        flow = self._flow()
        cell = next((cell for cell in flow.book if cell.key == key), None) if flow is not None else None
        execution = cell.execution if cell is not None else None
        if flow is None or execution is None or execution.state.over:
            return told(False, "this cell is not under way")
        flow.scheduler.cancel(execution)
        return told(True, f"cancelled {execution.name}")

    def _run_stale(self, page: "Page", key: str | None, ran: list[str]) -> None:
        """What runs it is code of cells: it must be on the main thread, after what runs there, and interruptible."""
        flow = self._flow()
        if flow is None:
            return page.send(told(False, "the magics are not loaded: %load_ext jupyter_flow"))
        cell = next((cell for cell in flow.book if cell.key == key and cell.run is not None), None)
        if key is not None and cell is None:
            return page.send(told(False, "this cell has not been run yet"))
        flow.lookout.quiet()
        try:
            page.send(next_told(flow, cell, ran))
        except FlowError as error:
            page.send(told(False, str(error)))
        except Exception as error:  # a cell may be changing what is looked at
            LOG.debug("what is to be run could not be told", exc_info=True)
            page.send(told(False, f"what is stale could not be told: {type(error).__name__}: {error}"))


class Page:
    """One page that looks on."""

    def __init__(self, comm: Any, panels: Panels) -> None:
        by_sender(comm)
        self._comm, self._panels = comm, panels
        self._views = Channel(comm.send, panels.flow)
        self._shown: Panel | None = None
        self.watches = False  # its list of dispatches is in sight
        comm.on_msg(self._heard)

    def show(self, panel: Panel) -> None:
        """Send what has changed."""
        if self._shown is None or _lasting(panel) != _lasting(self._shown):
            self._shown = panel
            self.send(panel)

    def send(self, message: Any) -> None:
        """Send a message. Never raises: the page may have gone."""
        try:
            self._comm.send(message)
        except Exception:  # whatever the front end's way of sending raises
            LOG.debug("a page could not be told", exc_info=True)

    def close(self) -> None:
        """Tell it that there will be no more."""
        self._comm.close()
        self.gone()

    def gone(self) -> None:
        """It does not look any more."""
        self._views.close()

    def _heard(self, message: Any) -> None:
        """(a subshell's thread) What it asks, which may be anything."""
        try:
            request = message["content"]["data"]
            if isinstance(request, dict) and request.get("kind") in OURS:
                self._panels.hear(self, checked(request, PanelRequest) or {})
            else:
                self._views.hear(request)
        except Exception:  # a page may send anything
            LOG.debug("a request of a page failed", exc_info=True)


def _lasting(panel: Panel) -> Any:
    """A panel without the time."""
    timeless = [d | {"state": d["state"] | {"now": 0.0}} for d in panel["dispatches"]]
    return panel | {"dispatches": timeless, "flow": panel["flow"] and panel["flow"] | {"now": 0.0}}


def _or_not(look: Callable[[], Part], otherwise: Part, troubles: list[str]) -> Part:
    """A part of the panel; where it cannot be had it is told why, and the others are shown all the same."""
    try:
        return look()
    except Exception as error:  # whatever it is: a panel that stands still would say nothing
        LOG.debug("a part of the panel could not be kept up to date", exc_info=True)
        troubles.append(str(error) if isinstance(error, FlowError) else f"{type(error).__name__}: {error}")
        return otherwise
