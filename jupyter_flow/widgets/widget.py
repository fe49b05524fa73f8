"""The live graph as a widget: for the notebook, and for whatever else shows anywidgets.

The synced state holds the picture twice, as it was at the start and as it is at the end, so that a saved notebook
has it; all between are messages of a channel. Importing this imports ipywidgets, which is done when the first
picture is shown.
"""

import json
import logging
import threading
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

from ..render.breath import breathing
from ..render.palette import By
from . import assets
from .channel import FOLDING, Channel
from .folded import drawn
from .hub import hub
from .source import Source
from .subshells import by_sender
from .views import LARGE, DispatchView

LOG = logging.getLogger("jupyter_flow")
LARGEST = 512 * 1024  # bytes of a picture in the saved state
# The picture beside a live view is for saved notebooks: while the view is in the page, it is hidden.
HIDING = """
.jp-OutputArea-child:has(.jf-view) + .jp-OutputArea-child:has(.jp-RenderedSVG) { display: none; }
"""
VIEW = "application/vnd.jupyter.widget-view+json"


class FlowGraph(anywidget.AnyWidget):
    """A dispatch, or a graph before it runs, live."""

    _esm: ClassVar[str | Path] = assets.view()
    _css: ClassVar[str] = assets.style() + HIDING
    snapshot = traitlets.Dict().tag(sync=True)

    def __init__(self, source: Source, by: By = "status") -> None:
        self._source, self._by = source, by
        self._kept = threading.Lock()
        large = len(source.graph) > LARGE
        super().__init__(snapshot={} if large else _snapshot(source, by))
        self._channel = Channel(self.send, source, by)
        by_sender(self.comm)
        self.comm.on_close(lambda message: self._channel.close())
        self.on_msg(lambda widget, content, buffers: self._channel.hear(content))
        if large:
            hub().errand(FOLDING, self._begin)

    def _begin(self) -> None:
        """(a lane of the hub's) Make what all its pictures need; who asks for one meanwhile has it before the state."""
        if not self._channel.closed:
            foldings = self._source.foldings
            foldings.placed(foldings.folded(self._source.look()[0]), "down")
        hub().errand(FOLDING, self._keep)

    def _keep(self) -> None:
        """(the same) Let the state have the picture, unless it has a later one."""
        with self._kept:
            if not self.snapshot and not self._channel.closed:
                self.snapshot = _snapshot(self._source, self._by)

    @property
    def opened(self) -> bool:
        """Whether any page has shown it."""
        return self._channel.opened

    def finish(self) -> None:
        """Let the state have the picture as it is now."""
        with self._kept, breathing():
            self._source = self._source.renewed()
            self.snapshot = _snapshot(self._source, self._by)

    def close(self) -> None:
        """Show nothing more."""
        channel = getattr(self, "_channel", None)
        if channel is not None:
            channel.close()
        super().close()

    def set_state(self, sync_data: Any) -> None:
        """(from the page) Nothing of the state is the page's to change."""

    def _handle_msg(self, msg: Any) -> None:
        """(from the page) Only what is for us: of the rest ipywidgets would show a traceback under some cell."""
        try:
            if msg["content"]["data"]["method"] in ("custom", "request_state"):
                super()._handle_msg(msg)
        except Exception:  # a page may send anything
            LOG.debug("a message of a page was none", exc_info=True)

    def svg(self) -> str:
        """The picture as it is now."""
        picture, folded = self._source.drawing(self._by)
        return drawn(picture, folded, self._by)

    def bundle(self) -> dict[str, Any]:
        """For a front end that has the static picture beside it: the view, and one line of text."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": repr(self), VIEW: view}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return {**self.bundle(), "image/svg+xml": self.svg()}

    def __repr__(self) -> str:
        return f"live graph of {self._source.title}"


def _snapshot(source: Source, by: By) -> dict[str, Any]:
    """The picture as a message, small enough to be saved with a notebook; empty where it cannot be had."""
    try:
        view = DispatchView(source, "", by=by)
        (graph,) = view.handle({"kind": "open", "view": ""}) or view.pulse()  # that of a large one is made then
        return _bounded(dict(graph))
    except Exception:  # the notebook is saved without it
        LOG.debug("a picture could not be kept", exc_info=True)
        return {}


def _bounded(graph: dict[str, Any]) -> dict[str, Any]:
    """The same, without the thinnest of its edges where they are so many that nobody can follow one."""
    if len(json.dumps(graph)) <= LARGEST:
        return graph
    room = LARGEST - len(json.dumps({**graph, "edges": []}))
    if room < 0:
        return {}
    thickest = sorted(graph["edges"], key=lambda edge: -edge["count"])
    sizes = accumulate([len(json.dumps(edge)) + 2 for edge in thickest])
    return {**graph, "edges": [edge for edge, size in zip(thickest, sizes, strict=True) if size <= room]}
