"""What tells calls of one electron apart where they stand one by one: the arguments in which they differ."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..model.graph import ATOM, OUTPUT, TransportGraph
from ..model.secretnames import holds_secret
from ..render import Group
from ..render.lettering import clean, cut
from .briefs import atom, brief

LONGEST = 24  # characters of one argument
ARGUMENTS = 2  # that are said
MOST = 200  # boxes of one name; among more, nobody looks for one by its argument


def told_apart(graph: TransportGraph, groups: Sequence[Group]) -> list[str]:
    """For each group what it is called with, as ``fold=3``; nothing for several nodes, and for a name that is alone."""
    by_name: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.kind != "glue":
            by_name[group.name].append(group)
    said = [""] * len(groups)
    for alike in by_name.values():
        if 1 < len(alike) <= MOST:
            for number, text in _differences(graph, alike):
                said[number] = text
    return said


class Calls:
    """The same for single nodes: what each was called with where calls of its name differ, among the first of them."""

    def __init__(self, graph: TransportGraph) -> None:
        self._graph = graph
        self._alike: dict[str, list[int]] = defaultdict(list)
        for node in range(graph.electrons):
            alike = self._alike[graph.name_of(node)]
            if len(alike) < MOST:
                alike.append(node)
        self._differing: dict[str, list[str]] = {}
        self._known: dict[int, str] = {}

    def of(self, node: int) -> str:
        """What tells a node from others of its name; nothing for one that is alone."""
        if node not in self._known:
            self._known[node] = self._differing_text(node)
        return self._known[node]

    def _differing_text(self, node: int) -> str:
        name = self._graph.name_of(node)
        if len(self._alike.get(name, ())) < 2:
            return ""
        if name not in self._differing:
            self._differing[name] = _differing([_given(self._graph, other) for other in self._alike[name]])
        return _told(_given(self._graph, node), self._differing[name])


def _differences(graph: TransportGraph, alike: Sequence[Group]) -> list[tuple[int, str]]:
    given = [_given(graph, group.first) for group in alike]
    differing = _differing(given)
    return [(group.number, _told(one, differing)) for group, one in zip(alike, given, strict=True) if group.count == 1]


def _differing(given: Sequence[dict[str, str]]) -> list[str]:
    labels = dict.fromkeys(label for one in given for label in one)
    return [label for label in labels if len({one.get(label) for one in given}) > 1]


def _told(given: dict[str, str], differing: Sequence[str]) -> str:
    return ", ".join([f"{label}={given[label]}" for label in differing if label in given][:ARGUMENTS])


def _given(graph: TransportGraph, node: int) -> dict[str, str]:
    """The arguments of a node that can be said in a few letters."""
    found = {}
    for label, tag, item in graph.inputs_of(node):
        text = None if tag == ATOM and holds_secret(label, item) else _said(graph, tag, item)
        if text:
            found[cut(clean(label), LONGEST)] = cut(clean(text), LONGEST)
    return found


def _said(graph: TransportGraph, tag: int, item: Any) -> str | None:
    if tag == ATOM:
        return atom(item)
    if tag == OUTPUT:
        return graph.name_of(item).lstrip(":")
    return None if item.refs else brief(item.data)
