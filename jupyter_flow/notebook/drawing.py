"""Pictures to display or to keep, and what ``%graph`` may be asked to draw."""

from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ..model.electron import Electron
from ..model.errors import DispatchError
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..render import Picture, draw_svg, draw_text
from ..render.palette import By
from . import calls
from .pictures import picture_of_graph, picture_of_result
from .targets import result_of


class Drawing:
    """A picture to display: as text, and as SVG."""

    def __init__(self, picture: Picture, by: By = "status") -> None:
        self.picture, self.by = picture, by

    def svg(self) -> str:
        """The picture as SVG."""
        return draw_svg(self.picture, by=self.by)

    def bundle(self) -> dict[str, str]:
        """The picture for a front end."""
        return {"text/plain": repr(self), "image/svg+xml": self.svg()}

    def save(self, path: Path) -> None:
        """Write it to a file, by its suffix as SVG or text. Raises UsageError for any other, OSError."""
        if path.suffix not in (".svg", ".txt"):
            raise UsageError(f"graph: {path} is neither .svg nor .txt")
        path.write_text(self.svg() if path.suffix == ".svg" else f"{self!r}\n", encoding="utf-8")

    def __repr__(self) -> str:
        return draw_text(self.picture)


def picture_meant(text: str, space: dict[str, Any]) -> Picture:
    """The picture of a dispatch, a lattice, a graph or a call of a lattice, which is built and not run.

    Raises UsageError for anything else, BuildError for what cannot be built.
    """
    if calls.is_call(text):
        call = calls.call_of(text, "graph", space)
        return picture_of_graph(as_lattice(call.lattice()).trace(call.args, call.kwargs))
    target = space.get(text)
    if isinstance(target, TransportGraph):
        return picture_of_graph(target)
    if isinstance(target, Lattice | Electron):
        if not calls.without_arguments(target):
            raise UsageError(f"graph: {target.name} takes arguments; write %graph {target.name}(…)")
        return picture_of_graph(as_lattice(target).trace((), {}))
    try:
        return picture_of_result(result_of(text, space))
    except DispatchError as error:
        raise UsageError(f"graph: {error}") from None


def as_lattice(workflow: Any) -> Lattice:
    """A workflow as a lattice."""
    return workflow if isinstance(workflow, Lattice) else Lattice(workflow)
