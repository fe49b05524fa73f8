"""What of a dispatch is on which executor. Names do not tell: one may have been given to another executor since."""

from collections import Counter
from typing import Any, NamedTuple

from ..executor.names import executors as names
from ..model.errors import BuildError
from ..model.events import COMPLETED
from ..model.graph import TransportGraph
from .facts import lent
from .source import Source


class Used(NamedTuple):
    """An executor of a dispatch."""

    executor: Any
    called: str  # in the picture of the dispatch
    electrons: "Counter[str]"  # by name


def used_by(source: Source) -> dict[Any, Used]:
    """The executors of a dispatch by their keys."""
    graph, picture = source.graph, source.picture
    electrons = graph.electrons
    pairs = Counter(
        zip(graph.version[:electrons], picture.names[:electrons], picture.executors[:electrons], strict=True)
    )
    executors = _executors(graph)
    found: dict[Any, Used] = {}
    for (version, name, called), count in pairs.items():
        executor = executors[version]
        if executor is not None:
            found.setdefault(executor.key(), Used(executor, called, Counter())).electrons[name] += count
    return found


def completed(source: Source) -> "Counter[Any]":
    """How many electrons of a dispatch that the store has have run to their end on each resource, by what names it."""
    facts, graph = source.facts, source.graph
    executors, since = _executors(graph), facts.started
    records = [(node, facts.record(node)) for node in range(graph.electrons)]
    ran = Counter(
        graph.version[n] for n, r in records if r is not None and r.status == COMPLETED and not lent(r, since)
    )
    found: Counter[Any] = Counter()
    for version, count in ran.items():
        if executors[version] is not None:
            found[executors[version].resource()] += count
    return found


def _executors(graph: TransportGraph) -> list[Any]:
    """Of each version; None where it has none that there is."""
    known = {index: _executor(graph, index) for index in {version.executor for version in graph.versions}}
    return [known[version.executor] for version in graph.versions]


def _executor(graph: TransportGraph, index: int) -> Any:
    """A graph that has not been dispatched may know its executors by name; -1 is the default."""
    asked = graph.executors[index] if index >= 0 else names.default
    try:
        return names.get_executor(asked) if isinstance(asked, str) else asked
    except BuildError:
        return None
