"""Pictures that follow their dispatch while somebody looks on: one thread of the kernel redraws what has changed."""

import logging
import threading
import time
from typing import Any, Protocol
from uuid import uuid4

from ..dispatch.run import Run
from ..session import Session, session
from ..verbs import DispatchId
from .drawing import Drawing
from .pictures import picture_of_result
from .shell import Shell

LOG = logging.getLogger("jupyter_flow")
PULSE = 0.1  # seconds between two looks at what is followed
REST = 0.5  # seconds between two pictures of a dispatch, at least
LARGE = 2000  # nodes, from where on its pictures are rarer:
REST_LARGE = 2.0
SHARE = 10.0  # and never so frequent that drawing takes more than a tenth of the time


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
        self._lock = threading.Lock()
        self._followed: list[Followed] = []
        self._thread: threading.Thread | None = None
        self._shown: set[str] = set()  # by the cell that runs

    def follow(self, id: DispatchId) -> bool:
        """Display the picture of a dispatch and keep it up to date; False, and no picture, where that cannot be.

        It can in a kernel, whose displays may be changed later, and while the dispatch runs in it.
        """
        run = session().run(id)
        if run is None or run.ended.is_set() or getattr(self._shell, "kernel", None) is None:
            return False
        self._shown.add(id)
        self.keep(_Followed(run, session(), self._shell.display_pub))
        return True

    def keep(self, followed: "Followed") -> None:
        """Display something, and keep it up to date."""
        followed.draw(update=False)
        self._keep(followed)

    def shown(self, id: DispatchId) -> bool:
        """Whether the cell that runs shows such a picture already."""
        return id in self._shown

    def after_cell(self, result: Any) -> None:
        """(post_run_cell) What the next cell shows is its own."""
        self._shown.clear()

    def catch_up(self) -> None:
        """Show everything as it is now. From a cell, while nothing else is displayed."""
        for followed in list(self._followed):
            _keeps_up(followed)

    def _keep(self, followed: "Followed") -> None:
        with self._lock:
            self._followed.append(followed)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="jupyter_flow pictures", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            time.sleep(PULSE)
            over = [followed for followed in list(self._followed) if not _keeps_up(followed)]
            with self._lock:
                self._followed = [followed for followed in self._followed if followed not in over]
                if not self._followed:
                    self._thread = None
                    return


class _Followed:
    """One display of one dispatch."""

    def __init__(self, run: Run, here: Session, publisher: Any) -> None:
        # The session and the publisher are those of now: a session that was closed must not be opened again,
        # and a later cell that captures its output has another publisher.
        self._run, self._here, self._publisher = run, here, publisher
        self._display = uuid4().hex
        self._drawn: Any = None
        self._due = 0.0

    def draw(self, update: bool) -> None:
        """Show the dispatch as it is."""
        began = time.monotonic()
        self._drawn = self._state()  # before it is looked at: what happens meanwhile is drawn the next time
        drawing = Drawing(picture_of_result(self._here.result(self._run.id)))
        self._publisher.publish(drawing.bundle(), {}, transient={"display_id": self._display}, update=update)
        self._rest(time.monotonic() - began)

    def keep_up(self) -> bool:
        """Draw what has changed, and the end at once; whether there is more to come. Nothing is ever printed."""
        ended = self._run.ended.is_set()
        try:
            if ended or (time.monotonic() >= self._due and self._state() != self._drawn):
                self.draw(update=True)
        except Exception:  # the session may have been closed under us
            LOG.debug("the picture of dispatch %s could not be drawn", self._run.id, exc_info=True)
            self._rest(0.0)
        return not ended

    def _state(self) -> Any:
        """What a picture tells. Compared rather than listened for: that a node starts is no event of a run."""
        return bytes(self._run.published), dict(self._run.begun)

    def _rest(self, taken: float) -> None:
        rest = REST_LARGE if len(self._run.graph) > LARGE else REST
        self._due = time.monotonic() + max(rest, SHARE * taken)
