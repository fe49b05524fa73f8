"""Displays that follow what they show while somebody looks on: one thread of the kernel changes what has changed."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from ..render.breath import breathing
from ..render.palette import By
from ..session import session
from ..verbs import DispatchId
from ..widgets.source import Source, source_of
from ..widgets.threads import OnDemandThread
from .drawing import drawing_of_flow
from .flow.picture import FlowSource
from .graphs import FollowedFlow, FollowedGraph, Graphs, request_of
from .shell import Shell

LOG = logging.getLogger("jupyter_flow")
PULSE = 0.1  # seconds between two looks at what is followed


class Followed(Protocol):
    """A display that changes with what it shows."""

    def draw(self, update: bool) -> None:
        """Display it, or change the display."""

    def keep_up(self) -> bool:
        """Change the display where something has changed; whether there is more to come."""


def _keeps_up(followed: Followed) -> bool:
    try:
        return followed.keep_up()
    except Exception:  # the session may have been closed under us
        LOG.debug("a display could not be kept up to date", exc_info=True)
        return False


class LivePictures:
    """The displays of a kernel that follow their dispatches."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._graphs = Graphs(shell)
        self._lock = threading.Lock()
        self._followed: list[Followed] = []
        self._flows: dict[str, tuple[str, FollowedFlow]] = {}  # that stay, by cell, with the request they are from
        self._thread = OnDemandThread("jupyter_flow pictures", self._work, self._lock)
        self._shown: set[str] = set()  # by the cell that runs

    def follow(self, id: DispatchId, by: By = "status") -> bool:
        """Display the graph of a dispatch and keep it up to date; False, and no graph, where that cannot be.

        It can in a kernel, whose displays may be changed later, and while the dispatch runs in it.
        """
        run = session().run(id)
        if run is None or run.ended.is_set() or getattr(self._shell, "kernel", None) is None:
            return False
        self._shown.add(id)
        source = source_of(id)
        widget = self._graphs.show(source, by)
        self.keep(FollowedGraph(run, source, self._shell.display_pub, widget, by))
        return True

    def show(self, source: Callable[[], Source], by: By = "status") -> None:
        """Display a graph as a widget where somebody looks on; the picture is for its caller to display next."""
        if self._graphs.possible:
            self._graphs.show(source(), by)

    def beside(self) -> AbstractContextManager[object]:
        """To draw a picture beside a live view in, which is drawn at the same time, and looked at sooner."""
        return breathing() if self._graphs.possible else nullcontext()

    def show_flow(self, flow: FlowSource, by: By = "status") -> dict[str, str]:
        """Display the notebook's own graph, and follow it as long as its cell shows it. What is left to display."""
        if not self._graphs.possible:
            return drawing_of_flow(flow, by).bundle()
        widget = self._graphs.show(flow, by)
        followed = FollowedFlow(flow, by, self._shell.display_pub, widget)
        cell, now = request_of(self._shell)
        if cell:
            self._flows[cell] = now, followed
        self.keep(followed)
        return {"text/plain": "the notebook's flow: %flow tells more"}

    def stir(self) -> None:
        """The notebook's own graph may have changed: have its pictures catch up."""
        with self._lock:
            resting = [followed for _, followed in self._flows.values() if followed not in self._followed]
        for followed in resting:
            self._keep(followed)

    def keep(self, followed: Followed) -> None:
        """Display something, and keep it up to date."""
        followed.draw(update=False)
        self._keep(followed)

    def follow_line(self, line: Followed) -> None:
        """Keep a display up to date that stands there already."""
        line.draw(update=True)
        self._keep(line)

    def shown(self, id: DispatchId) -> bool:
        """Whether the cell that runs shows such a picture already."""
        return id in self._shown

    def after_cell(self, result: Any) -> None:
        """(post_run_cell) What the next cell shows is its own."""
        self._shown.clear()
        cell, now = request_of(self._shell)
        if cell in self._flows and self._flows[cell][0] != now:  # it shows something else now
            with self._lock:
                del self._flows[cell]

    def catch_up(self) -> None:
        """Show everything as it is now. From a cell, while nothing else is displayed."""
        for followed in list(self._followed):
            _keeps_up(followed)

    def _keep(self, followed: Followed) -> None:
        with self._lock:
            self._followed.append(followed)
            self._thread.start()

    def _work(self) -> None:
        while True:
            time.sleep(PULSE)
            over = [followed for followed in list(self._followed) if not _keeps_up(followed)]
            with self._lock:
                self._followed = [followed for followed in self._followed if followed not in over]
                if not self._followed:
                    return self._thread.end()
