"""Why a node of a cached electron ran: what has changed since the value in the cache that is most like it."""

from ..model.events import Value
from ..model.node import NodeResult
from ..model.status import Status
from ..store.records import Cached
from ..store.runs import Store
from .caching import caches, opaque
from .keys import Contents, Parts, missed, parts_of

NEWEST = 100  # values of an electron that are looked at


def why(node: NodeResult, store: Store) -> str:
    """Where its value comes from, or why the cache did not have it; in words."""
    graph = node._view.graph
    version = graph.versions[graph.version[node.id]]
    if node.cached_from is not None:
        return (
            f"{node.name} was taken from the cache: {_of(node.cached_from.dispatch, node.cached_from.node)} computed it"
        )
    if not caches(version):
        return f"{node.name} is not cached" + (
            "" if version.kind == "glue" else ": its electron does not say cache=True"
        )
    if opaque(version):
        return f"{node.name} reaches something that cannot be pickled, so nobody can say whether it has changed"
    parts = _parts(node, store)
    if parts is None:
        return f"{node.name} lacks inputs, so nothing could be looked for"
    earlier = _others(node, store)
    if not earlier:
        return f"{node.name} is not in the cache: no other electron of this name has a value there"
    found = min(earlier, key=lambda cached: len(missed(parts, cached.parts)))
    reasons = missed(parts, found.parts)
    than = _of(found.origin.dispatch, found.origin.node)
    if not reasons:
        return f"{node.name} differs in nothing from {than}, whose value was not there yet, or is not whole"
    return f"{node.name} is not in the cache, compared with {than}: {'; '.join(reasons)}"


def _parts(node: NodeResult, store: Store) -> Parts | None:
    """What its key is made of; None where an input has no value."""
    view, values = node._view, dict[int, Value]()
    for producer in dict.fromkeys(view.graph.producers(node.id)):
        attempts = view.attempts(producer)
        if view.state_of(producer) is not Status.COMPLETED or not attempts or attempts[-1].value is None:
            return None
        values[producer] = attempts[-1].value
    return parts_of(view.graph, node.id, values, Contents(lambda ref: store.blobs.read(ref)[0]))


def _others(node: NodeResult, store: Store) -> list[Cached]:
    """Values of its name, newest first: of other dispatches, or where there are none, of other nodes of its own."""
    id = node._view.id
    found = [cached for cached in store.cached_as(node.name, NEWEST) if cached.origin != (id, node.id)]
    return [cached for cached in found if cached.origin.dispatch != id] or found


def _of(dispatch: str, node: int) -> str:
    return f"node {node} of dispatch {dispatch}"
