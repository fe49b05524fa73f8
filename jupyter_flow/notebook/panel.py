"""The kernel's side of the panel and of the badges: comms, which pages open, and what is sent over them."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from ..model.errors import FlowError
from ..session import opened, session
from ..widgets.busy import SAMPLER, Resources
from ..widgets.channel import Channel
from ..widgets.hub import hub
from ..widgets.messages import Badge, Panel, Told
from ..widgets.subshells import by_sender
from .badges import Staleness, badges
from .flow.flow import Flow
from .overview import Overview
from .shell import Shell

LOG = logging.getLogger("jupyter_flow")
TARGET = "jupyter_flow.panel"  # a page opens it
HELLO = "jupyter_flow.hello"  # the kernel opens it: pages that were there before us learn that we are
VERSION: str = getattr(sys.modules[__name__.partition(".")[0]], "__version__", "")
OURS = ("history", "cancel_dispatch", "run_stale")  # requests; what is none of these is a view's
SECOND = 1.0  # between two looks at how busy executors are
MOST = 1000  # dispatches in the list
FEW = 10  # dispatches, until more are asked for


class Panels:
    """All pages that look at a kernel. While there is none, nothing is done."""

    def __init__(self, shell: Shell, flow: Callable[[], Flow | None]) -> None:
        self._shell, self._flow = shell, flow
        self._lock = threading.Lock()
        self._pages: list[Page] = []
        self._overview = Overview()
        self._staleness: Staleness | None = None
        self._runs: tuple[Any, ...] = ()
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

    def before_cell(self, info: Any) -> None:
        """(pre_run_cell)"""
        if self._staleness is not None and threading.current_thread() is threading.main_thread():
            self._staleness.cell_begins()

    def after_cell(self, result: Any) -> None:
        """(post_run_cell) A cell may have made others stale."""
        if self._staleness is not None and threading.current_thread() is threading.main_thread():
            self._staleness.cell_ended()
            if self._pages and self._runs:
                self._staleness.look()

    # pages ---------------------------------------------------------------------------------------

    def _opened(self, comm: Any, message: Any) -> None:
        """(a subshell's thread) A page is there."""
        page = Page(comm, self)
        comm.on_close(lambda message: self._closed(page))
        with self._lock:
            self._pages.append(page)
            self._runs = ()  # nobody has looked for what is stale in the meantime
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
        dispatches, more = self._overview.dispatches(self.limit)
        marks, stale = self._badges()
        resources, remarks = self._resources()
        return {
            "kind": "panel",
            "version": VERSION,
            "dispatches": dispatches,
            "more": more,
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
        if self._staleness is None:
            self._staleness = Staleness(flow)
        runs = tuple((run.number, run.state) for cell in flow.book if (run := cell.execution) is not None)
        if runs != self._runs:
            self._runs = runs
            self._staleness.look()
        return badges(flow, self._staleness.reasons), self._staleness.cells

    # what they ask -------------------------------------------------------------------------------

    def hear(self, page: "Page", request: dict[str, Any]) -> None:
        """A request of the panel's own; what is none is ignored."""
        match request:
            case {"kind": "history", "limit": int(limit)}:
                self.limit = max(FEW, min(limit, MOST))
            case {"kind": "cancel_dispatch", "dispatch": str(id)}:
                hub().errand("cancelling", partial(self._cancel, page, id))
            case {"kind": "run_stale", "cell": str() | None as key}:
                page.send(self._run_stale(key))

    def _cancel(self, page: "Page", id: str) -> None:
        try:
            (opened() or session()).cancel(id)
        except FlowError as error:
            page.send(_told(False, str(error)))
        else:
            page.send(_told(True, f"cancelled {id.partition('-')[0]}"))

    def _run_stale(self, key: str | None) -> Told:
        """What runs it is a cell's code: it must be on the main thread, after what runs there, and interruptible."""
        flow = self._flow()
        if flow is None:
            return _told(False, "the magics are not loaded: %load_ext jupyter_flow")
        if key is None:
            return _told(True, "running what is stale", "%jupyter_flow flow run")
        cell = next((cell for cell in flow.book if cell.key == key and cell.run is not None), None)
        if cell is None or cell.run is None:
            return _told(False, "this cell has not been run yet")
        named = cell.definition.name if cell.definition is not None else ""
        meant = named if flow.book.named(named) is cell else cell.run.count
        return _told(True, f"running {cell.title}", f"%jupyter_flow flow run {meant}")


class Page:
    """One page that looks on."""

    def __init__(self, comm: Any, panels: Panels) -> None:
        by_sender(comm)
        self._comm, self._panels = comm, panels
        self._views = Channel(comm.send)
        self._shown: Panel | None = None
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
        except Exception:
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
                self._panels.hear(self, request)
            else:
                self._views.hear(request)
        except Exception:
            LOG.debug("a request of a page failed", exc_info=True)


def _lasting(panel: Panel) -> Any:
    """A panel without the time."""
    return panel | {"dispatches": [d | {"state": d["state"] | {"now": 0.0}} for d in panel["dispatches"]]}


def _told(ok: bool, text: str, code: str = "") -> Told:
    return {"kind": "told", "ok": ok, "text": text, "code": code}
