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


def _differences(graph: TransportGraph, alike: Sequence[Group]) -> list[tuple[int, str]]:
    given = [_given(graph, group.first) for group in alike]
    labels = dict.fromkeys(label for one in given for label in one)
    differing = [label for label in labels if len({one.get(label) for one in given}) > 1]
    return [
        (group.number, ", ".join([f"{label}={one[label]}" for label in differing if label in one][:ARGUMENTS]))
        for group, one in zip(alike, given, strict=True)
        if group.count == 1
    ]


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
