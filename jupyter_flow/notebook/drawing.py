"""Pictures to display or to keep, and what ``%graph`` may be asked to draw."""

from functools import cached_property
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ..model.electron import Electron
from ..model.errors import DispatchError
from ..model.forgotten import plain_ones
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..model.result import Result
from ..model.status import Status
from ..render import Folding, Picture, draw_svg, draw_text, summary
from ..render.palette import By
from ..widgets.folded import Folded, drawn, foldings_of
from ..widgets.pictures import picture_of_graph, picture_of_result, with_states
from . import calls
from .flow.picture import FlowSource
from .resuming import way_on
from .shell import say
from .targets import result_of


class Drawing:
    """A picture to display: as text, and as SVG."""

    def __init__(
        self, picture: Picture, graph: TransportGraph, by: By = "status", dispatch: str = "",
        flow: FlowSource | None = None, folded: Folded | None = None,
    ) -> None:  # fmt: skip
        """dispatch, graph, flow: what it is a picture of, for who shows it live. folded: as it is known already."""
        self.picture, self.by, self.dispatch, self.graph, self.flow = picture, by, dispatch, graph, flow
        self._known = folded

    @cached_property
    def _folded(self) -> Folded:
        """The same as the live graph's, which is there or will be."""
        return self._known or foldings_of(self.graph).folded(bytes(self.picture.statuses))

    def svg(self) -> str:
        """The picture as SVG."""
        return drawn(self.picture, self._folded, self.by)

    def bundle(self) -> dict[str, str]:
        """The picture for a front end."""
        return {"text/plain": repr(self), "image/svg+xml": self.svg()}

    def save(self, path: Path) -> None:
        """Write it to a file, by its suffix as SVG or text. Raises UsageError for any other, OSError."""
        if path.suffix not in (".svg", ".txt"):
            raise UsageError(f"graph: {path} is neither .svg nor .txt")
        path.write_text(self.svg() if path.suffix == ".svg" else f"{self!r}\n", encoding="utf-8")

    def __repr__(self) -> str:
        return draw_text(self.picture, self._folded.folding)


def drawing_meant(text: str, space: dict[str, Any], by: By = "status") -> Drawing:
    """The picture of a dispatch, a lattice, a graph or a call of a lattice, which is built and not run.

    Raises UsageError for anything else, BuildError for what cannot be built.
    """
    graph = _graph_meant(text, space)
    if graph is not None:
        return drawing_of_graph(graph, by)
    try:
        result = result_of(text, space)
    except DispatchError as error:
        raise UsageError(f"graph: {error}") from None
    if rest := way_on(result):
        say(rest)
    return drawing_of_result(result, by)


def _graph_meant(text: str, space: dict[str, Any]) -> TransportGraph | None:
    if calls.is_call(text):
        call = calls.call_of(text, "graph", space)
        return _built(as_lattice(call.lattice()), call.args, call.kwargs)
    target = space.get(text)
    if isinstance(target, TransportGraph):
        return target
    if isinstance(target, Lattice | Electron):
        if not calls.without_arguments(target):
            raise UsageError(f"graph: {target.name} takes arguments; write %graph {target.name}(…)")
        return _built(as_lattice(target), (), {})
    return None


def _built(lattice: Lattice, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TransportGraph:
    graph = lattice.trace(args, kwargs)
    if not graph.electrons and (told := plain_ones(lattice.workflow_function, (*args, *kwargs.values()))):
        say(f"{lattice.name!r} calls no electron; {told}")
    return graph


def drawing_of_graph(graph: TransportGraph, by: By = "status") -> Drawing:
    """The picture of a graph."""
    return Drawing(foldings_of(graph).picture, graph, by)


def drawing_of_result(result: Result, by: By = "status") -> Drawing:
    """The picture of a dispatch, as far as it has got."""
    graph = result.lattice.transport_graph
    picture = picture_of_result(result, foldings_of(graph).picture, by)
    return Drawing(picture, graph, by, result.dispatch_id)


def outline(graph: TransportGraph) -> dict[str, str]:
    """What is told at once of a large graph that has begun to run: what is in it, without the picture."""
    picture = picture_of_graph(graph, edges=False)
    running = with_states(picture, picture.statuses, status=Status.RUNNING)
    nothing = Folding([-1] * len(graph), [], [])
    return {"text/plain": summary(running), "image/svg+xml": draw_svg(running, folding=nothing)}


def drawing_of_flow(flow: FlowSource, by: By = "status") -> Drawing:
    """The picture of a notebook's own electron cells, as they are now."""
    return Drawing(flow.drawn(), flow.graph, by, flow=flow)


def as_lattice(workflow: Any) -> Lattice:
    """A workflow as a lattice."""
    return workflow if isinstance(workflow, Lattice) else Lattice(workflow)
