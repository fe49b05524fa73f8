"""The end of building: glue gets its numbers, after the electrons, and its executors."""

from dataclasses import replace
from typing import Any

from .errors import BuildError
from .graph import LITERAL, MIXED, OUTPUT, OUTPUTS, PLAIN, TransportGraph
from .output import INSTEAD, call_method


def settle(graph: TransportGraph, glue: TransportGraph) -> None:
    """Append the glue, which was known as ~0, ~1, … so far, to the electrons of a graph."""
    electrons = graph.electrons
    if not glue.calls:
        return
    graph.version.extend(glue.version)
    graph.kinds.extend(glue.kinds)
    graph.calls += glue.calls
    for node, call in enumerate(graph.calls):
        if graph.kinds[node] == OUTPUTS:
            if min(call) < 0:
                graph.calls[node] = tuple([_number(ref, electrons) for ref in call])
        elif graph.kinds[node] == MIXED:
            tags, items, names = call
            graph.calls[node] = (tags, tuple(map(_settled, tags, items, [electrons] * len(items))), names)
    graph.waits = [(_number(parent, electrons), _number(child, electrons)) for parent, child in graph.waits]
    tag, item = graph.result
    graph.result = (tag, _settled(tag, item, electrons))
    _refuse_lost_changes(graph)


def _refuse_lost_changes(graph: TransportGraph) -> None:
    """Raise BuildError for `x.append(2)` as a statement: glue works on a copy, so that it would change nothing."""
    methods = {index for index, version in enumerate(graph.versions) if version.function is call_method}
    if not methods:
        return
    unused = {node for node in range(graph.electrons, len(graph)) if graph.version[node] in methods}
    for node, kind in enumerate(graph.kinds):
        if kind != PLAIN:
            unused.difference_update(graph.calls[node] if kind == OUTPUTS else graph.producers(node))
    for pair in graph.waits:
        unused.difference_update(pair)
    tag, item = graph.result
    unused.difference_update((item,) if tag == OUTPUT else item.refs if tag == LITERAL else ())
    if unused:
        node = origin = min(unused)
        while origin >= graph.electrons:
            origin = next(iter(graph.producers(origin)))
        raise BuildError(
            f"{graph.name_of(node)} is called on the output of electron {graph.name_of(origin)!r}, and nothing uses "
            f"what it returns: it works on a copy, so what it changes there is lost; {INSTEAD}"
        )


def _number(ref: int, electrons: int) -> int:
    return ref if ref >= 0 else electrons + ~ref


def _settled(tag: int, item: Any, electrons: int) -> Any:
    if tag == OUTPUT:
        return _number(item, electrons)
    if tag == LITERAL and item.refs:
        return type(item)(item.data, tuple([_number(ref, electrons) for ref in item.refs]))
    return item


def place_glue(graph: TransportGraph) -> None:
    """Glue runs where its producer ran; between several executors, the first producer's."""
    place = [graph.versions[version].executor for version in graph.version]
    used = set(place[: graph.electrons])
    if len(used) <= 1:
        for version in graph.versions:
            version.executor = version.executor if version.kind != "glue" else next(iter(used), -1)
        return
    copies: dict[int, dict[int, int]] = {}  # by version, then executor: the version to use
    for node in range(graph.electrons, len(graph)):
        place[node] = next(place[producer] for producer in graph.producers(node))
        index = graph.version[node]
        graph.version[node] = _copy(graph, index, place[node], copies.setdefault(index, {}))


def _copy(graph: TransportGraph, index: int, executor: int, copies: dict[int, int]) -> int:
    """The version of glue for an executor: the first one takes the version itself, so that none is left unused."""
    if executor not in copies:
        if not copies:
            graph.versions[index].executor, copies[executor] = executor, index
        else:
            copies[executor] = len(graph.versions)
            graph.versions.append(replace(graph.versions[index], executor=executor))
    return copies[executor]
