"""Which dispatch, and which node of it, a few characters mean."""

from collections.abc import Mapping
from typing import Any

from ..dispatch.listed import when
from ..dispatch.meant import ambiguous
from ..dispatch.strangers import left_out, none_yet
from ..model.errors import StoreUntrusted, UnknownDispatch
from ..model.result import NodeResult, Result
from ..model.visible import one_line
from ..session import session
from ..verbs import DispatchId
from .shell import say


def result_of(text: str, namespace: dict[str, Any]) -> Result:
    """The outcome so far of the dispatch that is meant: a variable, the beginning of an id, or "" for the last one.

    Raises UnknownDispatch, which says what there is.
    """
    text = named(text)
    found = namespace.get(text)
    if isinstance(found, Result):
        found = found.dispatch_id
    if isinstance(found, str) and text:
        return session().result(found)
    id = id_of(text, namespace)
    if not text and (whose := _whose(id)):
        say(whose)
    return session().result(id)


def _whose(id: str) -> str:
    """What is said of the last dispatch where that is not one of this kernel's; empty where it is."""
    here = session()
    if here.run(id) is not None or (row := here.store.run(id)).session == here.store.session_id:
        return ""
    short, name = id.partition("-")[0], one_line(row.name)
    return f"another kernel's last dispatch: {name}, {short}, of {when(row.created / 1e9)}"


def named(text: str) -> str:
    """``{run}`` is ``run``, as in other magics."""
    return text[1:-1] if text[:1] == "{" and text[-1:] == "}" else text


def id_of(text: str, namespace: Mapping[str, Any] = {}) -> DispatchId:
    """The dispatch whose id begins so; "" is the last one. Raises UnknownDispatch, StoreUntrusted."""
    if not text and (last := session().last) is not None:
        return DispatchId(last)
    strange: list[str] = []
    fits = [row.id for row in session().store.runs(None if text else 1, beginning=text, strange=strange)]
    if len(fits) == 1:
        return DispatchId(fits[0])
    if not text:
        raise UnknownDispatch(none_yet(strange))
    if strange and not fits:
        raise StoreUntrusted(left_out(strange))
    if fits:
        raise ambiguous(text, fits)
    raise UnknownDispatch(f"no dispatch is called {text!r}, and none has an id that begins so; {_there(namespace)}")


def _there(namespace: Mapping[str, Any]) -> str:
    """What could have been meant: names where there are any, for an id is another one in every run."""
    names = [n for n, v in list(namespace.items()) if isinstance(v, DispatchId | Result) and not n.startswith("_")]
    if names:
        return f"there are {', '.join(sorted(names))}"
    strange: list[str] = []
    last = session().store.runs(1, strange=strange)
    return f"the last one is {last[0].id}" if last else none_yet(strange)


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
