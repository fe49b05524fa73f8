"""A graph before it is written down: nothing of a secret is in it, also of one that became known late."""

import re
from collections.abc import Mapping
from typing import Any

from .graph import ATOM, LITERAL, MIXED, OUTPUTS, TransportGraph
from .literal import Literal
from .pickles import holed, loads, pack
from .secret import discover
from .secretnames import holds_secret, like_a_key, sure_of
from .vault import VAULT

SPELLED = re.compile(
    r"""([A-Za-z_]\w{0,60})["']?\]?\s*(?:[:=]|:\s*\w{1,20}\s*=)\s*([\[(]?)\s*[rbu]?(["'])([^"'\\\n]{6,300})\3(?=\s*(,?))"""
)


def conceal(graph: TransportGraph, noted: Mapping[bytes, str]) -> None:
    """Mask the texts of a graph, and put holes where its arguments and code hold secrets.

    noted: the secrets that were met when it was built.
    """
    texts = [graph.source, *graph.sources.values(), *(version.source for version in graph.versions)]
    with VAULT.noting() as late:
        for text in dict.fromkeys(texts):
            written(text)
        for executor in graph.executors:
            if hasattr(executor, "describe"):
                executor.describe()  # which finds the secrets in its settings
        if not VAULT.needles and not noted:
            return
        graph.source, graph.doc = VAULT.masked(graph.source), VAULT.masked(graph.doc)
        graph.sources = {file: VAULT.masked(text) for file, text in graph.sources.items()}
        for version in graph.versions:
            version.source = VAULT.masked(version.source)
            version.code = without(version.code)
        for node in range(len(graph)):
            _conceal_call(graph, node)
        if graph.result is not None:
            graph.result = _item(*graph.result)
    graph.secrets = _distinct({**noted, **late})


def revealed(data: bytes) -> TransportGraph:
    """A graph that a worker has built, the secrets that it met first known from now on."""
    graph: TransportGraph = loads(data)
    VAULT.unseal(graph.sealed)
    graph.sealed = b""
    return graph


def _distinct(names: Mapping[bytes, str]) -> dict[bytes, str]:
    """The same, no two with one name."""
    made: dict[str, bytes] = {}
    for id, name in names.items():
        told, count = name, 1
        while told in made:
            count += 1
            told = f"{name}_{count}"
        made[told] = id
    return {id: name for name, id in made.items()}


def written(text: str) -> None:
    """Remember the secrets that a program's text spells out: ``password = "…"``, ``"token": "…"``, addresses."""
    for name, opens, _, value, comma in SPELLED.findall(text):
        one_of_many = opens == "[" or (opens and comma)
        if holds_secret(name, value) and (not one_of_many or sure_of(name) or like_a_key(value)):
            VAULT.keep(value, name)
    discover(text)


def _conceal_call(graph: TransportGraph, node: int) -> None:
    kind, call = graph.kinds[node], graph.calls[node]
    if kind == OUTPUTS:
        return
    tags, items, names = call if kind == MIXED else (bytes([ATOM]) * len(call), call, ())
    found = [_item(tag, item) for tag, item in zip(tags, items, strict=True)]
    if any(new is not old for (_, new), old in zip(found, items, strict=True)):
        graph.kinds[node] = MIXED
        graph.calls[node] = bytes([tag for tag, _ in found]), tuple([item for _, item in found]), names


def _item(tag: int, item: Any) -> tuple[int, Any]:
    if tag == ATOM and isinstance(item, str | bytes) and VAULT.in_text(item):
        return LITERAL, Literal(pack(item))
    if tag == LITERAL:
        data = without(item.data)
        if data is not item.data:
            return tag, type(item)(data, item.refs)
    return tag, item


def without(data: Any) -> Any:
    """An inline pickle with holes where it holds secrets that became known later; one in a file is left."""
    return holed(data) if isinstance(data, bytes) and VAULT.touches(data) else data
