"""Which nodes of a new graph an earlier dispatch has already computed.

A node's recipe is a digest of its code and of its inputs, literals by their bytes and outputs by the recipes
that made them. Same recipe, same value, as far as the electrons' code decides. Where a recipe occurs more than
once (two draws of a random number), the first stands for the first and so on.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeGuard

from blake3 import blake3

from ..model.events import COMPLETED, BlobRef, Record, Value
from ..model.graph import ATOM, OUTPUT, TransportGraph
from ..model.pickles import dumps

Pairs = list[tuple[int, int | None]]  # the nodes of a new graph, producers first, and those of an earlier one


def counterparts(new: TransportGraph, old: TransportGraph) -> Pairs:
    """The nodes of `new`, each with the node of `old` that has the same recipe."""
    earlier: dict[bytes, list[int]] = defaultdict(list)
    for node, recipe in recipes(old).items():
        earlier[recipe].append(node)
    taken: dict[bytes, int] = defaultdict(int)
    pairs: Pairs = []
    for node, recipe in recipes(new).items():
        same, nth = earlier.get(recipe, []), taken[recipe]
        taken[recipe] += 1
        pairs.append((node, same[nth] if nth < len(same) else None))
    return pairs


class Taken(NamedTuple):
    """What a new graph takes over."""

    records: list[Record]  # for nodes whose values are there
    alike: dict[int, int]  # for nodes that are to run: the earlier one that had the same code and inputs


def taken_over(
    graph: TransportGraph, pairs: Pairs, outcome: Callable[[int], Record | None],
    renew: Callable[[BlobRef], bool], anew: Collection[int] = (),
) -> Taken:  # fmt: skip
    """What an earlier dispatch has for the nodes of `graph`.

    renew: whether a file is there, as it was written, and stays there now that another dispatch refers to it. A
    value that is lost is computed again, and only it: what was made from it stands, since its recipe is the same.
    anew: nodes of `graph` that are to run in any case (`renewed`).
    """
    found = Taken([], {})
    for node, same in standing(graph, pairs, outcome, anew).items():
        record, whole = outcome(same), None
        if _completed(record):
            whole = _whole(record, renew)
        if whole is not None:
            found.records.append(whole._replace(node=node))
        else:
            found.alike[node] = same
    return found


def standing(
    graph: TransportGraph, pairs: Pairs, outcome: Callable[[int], Record | None], anew: Collection[int] = ()
) -> dict[int, int]:
    """The nodes of `graph` that an earlier dispatch has had, with all that they need completed. As `taken_over`."""
    done: set[int] = set()  # completed then, whether or not the value still is there
    found: dict[int, int] = {}
    for node, same in pairs:
        if same is None or node in anew or not all(producer in done for producer in _before(graph, node)):
            continue
        found[node] = same
        if _completed(outcome(same)):
            done.add(node)
    return found


def renewed(graph: TransportGraph, pairs: Pairs, anew: Collection[int]) -> set[int]:
    """The nodes of `graph` that are to be computed because nodes of the earlier one are, and all that needs them."""
    found: set[int] = set()
    if anew:
        for node, same in pairs:
            if same in anew or not found.isdisjoint(_before(graph, node)):
                found.add(node)
    return found


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


def _completed(record: Record | None) -> TypeGuard[Record]:
    return record is not None and record.status == COMPLETED and record.value is not None


def _whole(record: Record, renew: Callable[[BlobRef], bool]) -> Record | None:
    """The record if its value is there, with what was printed as far as that is."""

    def kept(value: Value | None) -> Value | None:
        return None if isinstance(value, BlobRef) and not renew(value) else value

    if kept(record.value) is None:
        return None
    return record._replace(stdout=kept(record.stdout), stderr=kept(record.stderr), displays=kept(record.displays))


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
