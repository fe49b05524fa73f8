"""What a page may do to a dispatch: cancel, run again from a node, debug a node, assign executors.

All of it is done for a page that may ask for anything at any time: a refusal is told in words, and nothing breaks.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from ..dispatch.resuming import check_resumable, told_taken
from ..executor.names import executors as names
from ..model.errors import FlowError, SecretNeeded
from ..model.events import COMPLETED
from ..model.graph import TransportGraph
from ..session import session
from ..verbs import DispatchId
from .assigned import assignments, inherit
from .debugging import debugging
from .facts import is_cell
from .messages import Answer
from .source import Source


class Done(NamedTuple):
    """What came of an action. ``code``: a cell to open. ``dispatch``: a run that was begun."""

    ok: bool
    text: str
    code: str = ""
    dispatch: str = ""


class Place(NamedTuple):
    """What a view looks at: the dispatch it was opened for, and the nodes of the sublattices it has gone into."""

    root: Source
    path: tuple[int, ...]
    shown: Source


def answer(place: Place, request: Any) -> Answer:
    """Do what a request asks for, and tell. Never raises."""
    try:
        done = ACTIONS[request["kind"]](place, request)
    except FlowError as error:
        done = Done(False, str(error))
    except Exception as error:  # the body of a lattice is run again: it may raise anything
        done = Done(False, f"{type(error).__name__}: {error}")
    return Answer(
        kind="answer", view=request["view"], action=request["kind"],
        ok=done.ok, text=done.text, code=done.code, dispatch=done.dispatch,
    )  # fmt: skip


def _cancel(place: Place, request: Any) -> Done:
    node = request["node"]
    source = place.root if node is None else place.shown
    if (stopped := source.stop(node)) is not None:
        return Done(bool(stopped), f"cancelled {stopped}" if stopped else "nothing is under way")
    what = source.title if node is None else _named(source.graph, node)
    if not source.id:
        return Done(False, f"{what} does not run")
    if session().status(source.id).final:
        return Done(False, f"{source.title} has ended already")
    if node is not None and source.facts.states()[node] >= COMPLETED:
        return Done(False, f"{what} has ended already")
    session().cancel(source.id, None if node is None else [node])
    return Done(True, f"cancelled {what}")


def _rerun(place: Place, request: Any) -> Done:
    graph, id = place.root.graph, place.root.id
    node = place.path[0] if place.path else request["node"]  # inside a sublattice: all of that
    what = _named(graph, node)
    if not id:
        return Done(False, "nothing has run yet: dispatch it")
    if not session().status(id).final:
        return Done(False, f"{graph.name} still runs: wait for it, or cancel it")
    if is_cell(graph):
        return Done(False, f"{graph.name} is a cell: run it again there, or with %flow run {graph.name}")
    place_them = partial(assignments(id).place, only=_due(place.root, node))
    new = DispatchId(session().resubmit(id, (), {}, None, True, {node}, place_them))
    inherit(new, id)
    return Done(True, f"{graph.name} again from {what} on: dispatch {new.partition('-')[0]}", "", new)


def _resume(place: Place, request: Any) -> Done:
    if not place.root.id:
        return Done(False, "nothing has run yet: dispatch it")
    if is_cell(place.root.graph):
        return Done(False, f"{place.root.title} is a cell: run it again there")
    return resumed(place.root.id)


def resumed(id: str) -> Done:
    """Run what is left of a dispatch. Raises FlowError."""
    here, short = session(), id.partition("-")[0]
    row = here.store.run(id)
    check_resumable(row)
    try:
        new = DispatchId(here.resubmit(row.id, (), {}, None, True))
    except SecretNeeded as error:
        return Done(False, f"{error}: %dispatch --resume {short} in a cell asks for it")
    begun = f"{row.name} goes on as dispatch {new.partition('-')[0]}"
    return Done(True, f"{begun}: {told_taken(here.run(new))}", "", new)


def _due(source: Source, node: int) -> set[int]:
    """Which nodes run if one is to: what depends on it, and what had not completed. Others are where they were."""
    states, (consumers, _) = source.facts.states(), source.graph.successors()
    due, found = [node], {other for other, state in enumerate(states) if state != COMPLETED} - {node}
    while due:
        one = due.pop()
        found.add(one)
        due += [other for other in consumers[one] if other not in found]
    return found


def _debug(place: Place, request: Any) -> Done:
    source, node = place.shown.behind(request["node"])
    what = _named(source.graph, node)
    if not source.id:
        return Done(False, f"{what} has not run, so there are no inputs to look at")
    return Done(True, f"a cell with the inputs and the code of {what}", debugging(source.id, source.graph, node))


def _assign(place: Place, request: Any) -> Done:
    graph, node, executor = place.shown.graph, request["node"], request["executor"]
    what = graph.name_of(node) if request["all"] and node < len(graph) else _named(graph, node)
    if executor:
        names.get_executor(executor)
    if place.path:
        inside = place.root.graph.name_of(place.path[0])
        return Done(
            False, f"{what} is built inside {inside} while that runs: assign {inside}, or {what} where it is made"
        )
    if graph.versions[graph.version[node]].kind == "glue":
        return Done(False, f"{what} is no electron: it runs beside those it belongs to")
    if not place.root.id:
        line = f"{graph.name_of(node)}.executor = {executor or None!r}"
        return Done(
            True, f"nothing has run from here; this cell assigns {graph.name_of(node)} for later dispatches", line
        )
    assignments(place.root.id).assign(graph, node, executor, request["all"])
    return Done(True, f"{what} {f'runs on {executor}' if executor else 'runs as before'} in the next run from here")


def _named(graph: TransportGraph, node: int) -> str:
    """Raises FlowError for a node that does not exist."""
    if node >= len(graph):
        raise FlowError(f"{graph.name} has no node {node}")
    return f"{graph.words_of(node)} (node {node})"


ACTIONS: dict[str, Callable[[Place, Any], Done]] = {
    "cancel": _cancel,
    "rerun": _rerun,
    "resume": _resume,
    "debug": _debug,
    "assign": _assign,
}
