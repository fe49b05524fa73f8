"""What a graph and a result look like to `render`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

from ..executor import _executor_manager as names
from ..model.graph import TransportGraph
from ..model.result import NodeResult, Result
from ..render import Picture
from ..render.picture import Kind
from ..render.standing import STANDING_OF, Standing

NUMBER_OF: dict[Standing, int] = {status: STANDING_OF.index(status) for status in STANDING_OF}
KINDS: tuple[Kind, ...] = get_args(Kind)


def picture_of_graph(graph: TransportGraph) -> Picture:
    """A graph that has not run; nodes that were given no executor show the default."""
    versions = [(v.name, _label(graph, v.executor), _kind(v.kind)) for v in graph.versions]
    return Picture(
        [versions[version][0] for version in graph.version],
        bytes(len(graph)),
        [versions[version][1] for version in graph.version],
        [versions[version][2] for version in graph.version],
        list(graph.edges()),
        title=graph.name,
    )


def _label(graph: TransportGraph, executor: int) -> str:
    return label_of(graph.executors[executor] if executor >= 0 else None)


def picture_of_result(result: Result) -> Picture:
    """A dispatch as far as it has got."""
    graph = result.lattice.transport_graph
    nodes = [result.node(node) for node in range(len(graph))]
    return Picture(
        [node.name for node in nodes],
        [NUMBER_OF[node.status] for node in nodes],
        [label_of(node.executor) for node in nodes],
        [_kind(node.kind) for node in nodes],
        list(graph.edges()),
        [_seconds(node) for node in nodes],
        title=graph.name,
        status=result.status,
    )


def label_of(executor: Any) -> str:
    """What to call an executor: the name it was given, else its kind and settings; None is the default."""
    if executor is None:
        executor = names.default
    return executor if isinstance(executor, str) else names.name_of(executor)


def assignable() -> list[str]:
    """What an electron may be assigned to: the executors by name, then the kinds."""
    return [*sorted(names.named), *names.kinds]


def with_states(
    picture: Picture,
    statuses: Sequence[int],
    seconds: Sequence[float | None] = (),
    status: Standing = STANDING_OF[0],
) -> Picture:
    """The same picture with other states; ``status`` is the dispatch's own."""
    kinds, edges, title = picture.kinds, picture.edges, picture.title
    return Picture(picture.names, statuses, picture.executors, kinds, edges, seconds, title=title, status=status)


def _kind(kind: str) -> Kind:
    return next((known for known in KINDS if known == kind), "electron")


def _seconds(node: NodeResult) -> float | None:
    start: datetime | None = node.start_time
    end: datetime | None = node.end_time
    return (end - start).total_seconds() if start and end else None
