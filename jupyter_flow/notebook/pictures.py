"""What a graph and a result look like to `render`."""

from datetime import datetime
from typing import Any, get_args

from ..executor import _executor_manager as names
from ..model.events import STATUS_OF
from ..model.graph import TransportGraph
from ..model.result import NodeResult, Result
from ..render import Picture
from ..render.picture import Kind

NUMBER_OF = {status: STATUS_OF.index(status) for status in STATUS_OF}
KINDS: tuple[Kind, ...] = get_args(Kind)


def picture_of_graph(graph: TransportGraph) -> Picture:
    """A graph that has not run; nodes that were given no executor show the default."""
    nodes = range(len(graph))
    return Picture(
        [graph.name_of(node) for node in nodes],
        [0] * len(graph),
        [label_of(graph.executor_of(node)) for node in nodes],
        [_kind(graph.versions[graph.version[node]].kind) for node in nodes],
        list(graph.edges()),
        title=graph.name,
    )


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


def _kind(kind: str) -> Kind:
    return next((known for known in KINDS if known == kind), "electron")


def _seconds(node: NodeResult) -> float | None:
    start: datetime | None = node.start_time
    end: datetime | None = node.end_time
    return (end - start).total_seconds() if start and end else None
