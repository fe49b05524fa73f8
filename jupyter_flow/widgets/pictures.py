"""What a graph and a result look like to `render`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, get_args

from ..dispatch.endings import given_up
from ..executor.names import executors as names
from ..model.graph import TransportGraph
from ..model.result import NodeResult, Result
from ..model.status import Status
from ..render import Picture
from ..render.breath import paced
from ..render.palette import By
from ..render.picture import Kind
from ..render.standing import STANDING_OF, Standing
from ..session import session

NUMBER_OF: dict[Standing, int] = {status: STANDING_OF.index(status) for status in STANDING_OF}
KINDS: tuple[Kind, ...] = get_args(Kind)
_KINDS: dict[str, Kind] = {kind: kind for kind in KINDS}


Looks = tuple[list[str], list[str], list[Kind]]


def looks_of(graph: TransportGraph) -> Looks:
    """What the nodes of each version show: their name, their executor's label, their kind."""
    labels = {index: _label(graph, index) for index in {version.executor for version in graph.versions}}
    kind_of = _KINDS.get
    return (
        [version.name.lstrip(":") for version in graph.versions],
        [labels[version.executor] for version in graph.versions],
        [kind_of(version.kind, "electron") for version in graph.versions],
    )


def picture_of_graph(graph: TransportGraph, looks: Looks | None = None, *, edges: bool = True) -> Picture:
    """A graph that has not run; nodes that were given no executor show the default. It may do without its edges."""
    names, labels, kinds = looks or looks_of(graph)
    return Picture(
        [*map(names.__getitem__, graph.version)],
        bytes(len(graph)),
        [*map(labels.__getitem__, graph.version)],
        [*map(kinds.__getitem__, graph.version)],
        list(paced(graph.edges())) if edges else [],
        title=graph.name,
    )


def _label(graph: TransportGraph, executor: int) -> str:
    return label_of(graph.executors[executor] if executor >= 0 else None)


def picture_of_result(result: Result, picture: Picture | None = None, by: By = "status") -> Picture:
    """A dispatch as far as it has got; ``picture`` is its graph's, where that is known.

    by: what it is to be coloured by: run times, which are many to look up, are in it where they are its colours.
    """
    graph = result.lattice.transport_graph
    return with_states(
        picture or picture_of_graph(graph),
        [*map(NUMBER_OF.__getitem__, result.statuses)],
        [_seconds(result.node(node)) for node in range(len(graph))] if by == "duration" else (),
        result.status,
        _given_up(result),
    )


def _given_up(result: Result) -> set[int]:
    """The nodes that were given up in this kernel: another's threads have ended with it."""
    if session().run(result.dispatch_id) is None:
        return set()
    ended = [node for node, status in enumerate(result.statuses) if status in (Status.FAILED, Status.CANCELLED)]
    return {node for node in ended if given_up(result.node(node).error)}


def label_of(executor: Any) -> str:
    """What to call an executor: the name it was given, else its kind and settings; None is the default."""
    if executor is None:
        executor = names.default
    if isinstance(executor, str):
        return executor
    return names.name_of(executor) if hasattr(executor, "key") else repr(executor)  # which a dispatch will refuse


def assignable() -> list[str]:
    """What an electron may be assigned to: the executors by name, then the kinds."""
    return [*sorted(names.named), *(kind for kind in names.kinds if kind != "futures")]  # which needs a pool


def with_states(
    picture: Picture,
    statuses: Sequence[int],
    seconds: Sequence[float | None] = (),
    status: Standing = STANDING_OF[0],
    given_up: Collection[int] = (),
) -> Picture:
    """The same picture with other states; ``status`` is the dispatch's own, ``given_up`` are nodes that may run on."""
    return picture.standing(statuses, seconds, status, given_up)


def _seconds(node: NodeResult) -> float | None:
    start: datetime | None = node.start_time
    end: datetime | None = node.end_time
    return (end - start).total_seconds() if start and end else None
