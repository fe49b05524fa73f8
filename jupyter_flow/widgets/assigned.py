"""Executors that people assign in a view, for the next run from there."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.graph import TransportGraph
from ..session import session


@dataclass
class Assignments:
    """By electron for all its calls, and by node for one of them."""

    electrons: dict[str, str] = field(default_factory=dict)
    nodes: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of the electrons those nodes called

    def assign(self, graph: TransportGraph, node: int, executor: str, every: bool) -> None:
        """Give a node, or every call of its electron, another executor; an empty one takes that back."""
        name = graph.name_of(node)
        if every:
            _put(self.electrons, name, executor)
            for other in [other for other in self.nodes if self.names[other] == name]:
                del self.nodes[other]
        else:
            _put(self.nodes, node, executor)
            self.names[node] = name

    def of(self, graph: TransportGraph, node: int) -> str:
        """What a node is to run on; empty: as it was."""
        return self.nodes.get(node) or self.electrons.get(graph.name_of(node), "")

    def place(self, graph: TransportGraph, only: Collection[int]) -> None:
        """Let nodes of a graph that was just built ask for these; one that has another electron by now does not."""
        copies: dict[tuple[int, str], int] = {}
        indices: dict[str, int] = {}
        for node in sorted(only) if self.electrons else ():
            if node >= len(graph):
                break
            executor = self.electrons.get(graph.name_of(node))
            if executor is not None and graph.versions[graph.version[node]].kind != "glue":
                _move(graph, node, executor, copies, indices)
        for node, executor in self.nodes.items():
            if node in only and node < len(graph) and graph.name_of(node) == self.names[node]:
                _move(graph, node, executor, copies, indices)

    def __bool__(self) -> bool:
        return bool(self.electrons or self.nodes)


def _put(known: dict[Any, str], key: Any, executor: str) -> None:
    if executor:
        known[key] = executor
    else:
        known.pop(key, None)


def _move(
    graph: TransportGraph, node: int, executor: str, copies: dict[tuple[int, str], int], indices: dict[str, int]
) -> None:
    version = graph.version[node]
    if executor not in indices:
        indices[executor] = len(graph.executors)
        graph.executors.append(executor)
    copy = copies.get((version, executor))
    if copy is None:
        copy = copies[version, executor] = len(graph.versions)
        graph.versions.append(replace(graph.versions[version], executor=indices[executor]))
    graph.version[node] = copy


_assigned: dict[tuple[str, str], Assignments] = {}  # by store and dispatch


def assignments(dispatch: str) -> Assignments:
    """What is assigned for the next run from a dispatch; it lasts as long as the kernel."""
    return _assigned.setdefault((str(session().store.root), dispatch), Assignments())


def inherit(dispatch: str, earlier: str) -> None:
    """A dispatch was run from an earlier one: what is run from it is placed as it was."""
    mine = assignments(earlier)
    if mine:
        _assigned[str(session().store.root), dispatch] = Assignments(
            dict(mine.electrons), dict(mine.nodes), dict(mine.names)
        )
