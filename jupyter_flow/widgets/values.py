"""The values of a dispatch's nodes, found and previewed."""

import threading
from collections.abc import Iterable

from ..model.events import Value
from ..model.graph import ATOM, LITERAL, OUTPUT
from ..session import Session, session
from ..worker.preview import Order
from . import messages
from .previews import Look, Previewer
from .source import Source

_previewers: dict[int, tuple[Session, Previewer]] = {}
_lock = threading.Lock()


def preview(source: Source, request: messages.Look) -> messages.Preview:
    """What a page asked to see of a value, or why it cannot be seen. Never raises for what the value does."""
    found = order_of(*source.behind(request["node"]), request["input"])
    look = Look(found) if isinstance(found, str) else previewer().look(found)
    return {
        "kind": "preview",
        "view": request["view"],
        "node": request["node"],
        "input": request["input"],
        "number": request["number"],
        "type": look.type,
        "note": look.note,
        "text": look.text,
        "rows": look.rows,
        "shown": look.shown,
    }


def order_of(source: Source, node: int, label: str) -> Order | str:
    """An input of a node by its parameter, its output by an empty one; or why there is no value."""
    graph = source.graph
    if node >= len(graph):
        return f"{graph.name} has no node {node}"
    if not label:
        return _order(source, OUTPUT, node, [node])
    for name, tag, item in graph.inputs_of(node):
        if name == label:
            needed = [item] if tag == OUTPUT else item.refs if tag == LITERAL else ()
            return Order(ATOM, item, {}) if tag == ATOM else _order(source, tag, item, needed)
    return f"{graph.words_of(node)} has no input {label!r}"


def _order(source: Source, tag: int, item: object, needed: Iterable[int]) -> Order | str:
    facts = source.facts
    values: dict[int, Value] = {}
    for node in needed:
        record = facts.record(node)
        if record is None or record.value is None:
            return f"{source.graph.words_of(node)} has no value" + ("" if facts.ended else " yet")
        values[node] = record.value
    return Order(tag, item, values)


def previewer() -> Previewer:
    """The session's; it ends with that."""
    here = session()
    with _lock:
        known = _previewers.get(here.process)
        if known is None or known[0] is not here:
            if known is not None:
                known[1].close()
            known = _previewers[here.process] = here, Previewer(here.store.blobs)
            here.endings.append(known[1].close)
        return known[1]
