"""Which nodes of a new graph an earlier dispatch has already computed.

A node's recipe is a digest of its code and of its inputs, literals by their bytes and outputs by the recipes
that made them. Same recipe, same value, as far as the electrons' code decides. Where a recipe occurs more than
once (two draws of a random number), the first stands for the first and so on.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from blake3 import blake3

from ..model.events import COMPLETED, BlobRef, Record
from ..model.graph import ATOM, OUTPUT, TransportGraph
from ..model.pickles import dumps


def reusable(
    new: TransportGraph, old: TransportGraph, outcome: Callable[[int], Record | None], renew: Callable[[BlobRef], bool]
) -> list[Record]:
    """Records for the nodes of `new` whose values `old`'s dispatch has; a producer comes before its consumers.

    renew: whether a file is there, and stays there now that another dispatch refers to it.
    """
    earlier: dict[bytes, list[int]] = defaultdict(list)
    for node, recipe in recipes(old).items():
        earlier[recipe].append(node)
    taken: dict[bytes, int] = defaultdict(int)
    found: dict[int, Record] = {}
    for node, recipe in recipes(new).items():
        same = earlier.get(recipe, [])
        nth = taken[recipe]
        taken[recipe] += 1
        if nth < len(same) and all(producer in found for producer in _before(new, node)):
            record = outcome(same[nth])
            if record is not None and _stands(record, renew):
                found[node] = record._replace(node=node)
    return list(found.values())


def recipes(graph: TransportGraph) -> dict[int, bytes]:
    """The recipe of every node, in an order in which they can be computed."""
    codes = [code_of(version) for version in graph.versions]
    made: dict[int, bytes] = {}
    for node in order(graph):
        digest = blake3(codes[graph.version[node]])
        for label, tag, item in graph.inputs_of(node):
            digest.update(label.encode() + b"\0")
            _update(digest, tag, item, made)
        made[node] = digest.digest()
    return made


def order(graph: TransportGraph) -> list[int]:
    """The nodes, producers first."""
    consumers, waiting = graph.successors()
    ready = [node for node in range(len(graph)) if not waiting[node]]
    for node in ready:
        for consumer in consumers[node]:
            waiting[consumer] -= 1
            if not waiting[consumer]:
                ready.append(consumer)
    return ready


def _stands(record: Record, renew: Callable[[BlobRef], bool]) -> bool:
    if record.status != COMPLETED or record.value is None:
        return False
    return all(renew(part) for part in (record.value, record.stdout, record.stderr) if isinstance(part, BlobRef))


def _before(graph: TransportGraph, node: int) -> list[int]:
    return [*graph.producers(node), *(parent for parent, child in graph.waits if child == node)]


def code_of(version: Any) -> bytes:
    """What a version does, as a digest: its code, its hooks and what they reach."""
    code = version.fingerprint or (version.code if isinstance(version.code, bytes) else version.code.digest)
    kind = f"{version.kind}:{version.name}:".encode()
    return kind + bytes(code)


def _update(digest: Any, tag: int, item: Any, made: Mapping[int, bytes]) -> None:
    if tag == OUTPUT:
        digest.update(b"o" + made[item])
    elif tag == ATOM:
        digest.update(b"a" + dumps(item))
    else:
        digest.update(b"l" + (item.data if isinstance(item.data, bytes) else item.data.digest))
        for node in item.refs:
            digest.update(made[node])
