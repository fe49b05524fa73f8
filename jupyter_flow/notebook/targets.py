"""Which dispatch, and which node of it, a few characters mean."""

from typing import Any

from ..model.errors import UnknownDispatch
from ..model.result import NodeResult, Result
from ..session import session
from ..verbs import DispatchId


def result_of(text: str, namespace: dict[str, Any]) -> Result:
    """The outcome so far of the dispatch that is meant: a variable, the beginning of an id, or "" for the last one.

    Raises UnknownDispatch, which says what there is.
    """
    found = namespace.get(text)
    if isinstance(found, Result):
        found = found.dispatch_id
    if isinstance(found, str) and text:
        return session().result(found)
    return session().result(id_of(text))


def id_of(text: str) -> DispatchId:
    """The dispatch whose id begins so; "" is the last one. Raises UnknownDispatch."""
    if not text and (last := session().last) is not None:
        return DispatchId(last)
    known = [summary.id for summary in session().dispatches(None if text else 1)]
    if not known:
        raise UnknownDispatch("nothing has been dispatched yet")
    if not text:
        return DispatchId(known[0])
    fits = [id for id in known if id.startswith(text)]
    if len(fits) != 1:
        count = f"{len(fits)} dispatches have ids that begin" if fits else "no dispatch has an id that begins"
        raise UnknownDispatch(f"{count} with {text!r}; the last one is {known[0]}")
    return DispatchId(fits[0])


def split_target(text: str) -> tuple[str, str]:
    """``ID.NODE`` as (id, node), either of which may be missing."""
    id, _, node = text.partition(".")
    return id, node


def node_of(result: Result, text: str) -> NodeResult:
    """A node by number or by its electron's name. Raises UnknownDispatch, which says what there is."""
    name = result.lattice.name
    nodes = result.nodes
    if text.isdigit():
        if int(text) < len(nodes):
            return nodes[int(text)]
        raise UnknownDispatch(f"{name} has no electron {text}; it has {len(nodes)}, from 0")
    fits = [node for node in nodes if node.name == text]
    if len(fits) == 1:
        return fits[0]
    if fits:
        numbers = ", ".join(str(node.id) for node in fits[:10])
        raise UnknownDispatch(f"{name} has {len(fits)} electrons called {text!r}; choose by number: {numbers}")
    there = ", ".join(dict.fromkeys(node.name for node in nodes))
    raise UnknownDispatch(f"{name} has no electron called {text!r}; it has {there}")
