"""How our values look in a cell: text that is the same every time, and our own SVG or Markdown. Never HTML.

nbconvert prefers HTML to SVG, and GitHub strips SVG from HTML; so there is none.
"""

from collections.abc import Callable
from typing import Any

from ..dispatch.listed import HEAD as LISTED
from ..dispatch.listed import Dispatches
from ..dispatch.strangers import NONE
from ..model.electron import Electron
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..model.result import NodeResult, Result
from ..model.vault import VAULT
from ..render import summary
from ..session import session
from ..verbs import DispatchId
from ..widgets.pictures import label_of, picture_of_result
from ..widgets.source import source_of, source_of_graph
from . import reports, tables
from .definitions import signature
from .drawing import Drawing, drawing_of_graph, drawing_of_result
from .executors import ExecutorTable
from .flow.report import FlowTable
from .live import LivePictures
from .shell import Shell, say
from .unattended import Unattended

Bundle = dict[str, str]
LONGEST = 2000  # characters of a value
HEAD = ("node", "electron", "status", "executor", "resource")


def register(shell: Shell, unattended: Unattended, live: LivePictures) -> None:
    """Teach a shell's formatters our values. Doing it again changes nothing."""
    for kind, bundle in _bundles(unattended, live).items():
        shell.display_formatter.mimebundle_formatter.for_type(kind, bundle)
    shell.display_formatter.formatters["text/plain"].for_type(DispatchId, _in_words)


def unregister(shell: Shell) -> None:
    """Take it back."""
    for kind in _bundles(Unattended(shell), LivePictures(shell)):
        shell.display_formatter.mimebundle_formatter.type_printers.pop(kind, None)
    shell.display_formatter.formatters["text/plain"].type_printers.pop(DispatchId, None)


def _bundles(unattended: Unattended, live: LivePictures) -> dict[type, Callable[[Any], Bundle]]:
    return {
        DispatchId: lambda id: of_dispatch(id, unattended, live),
        Result: of_result,
        TransportGraph: lambda graph: of_drawing(drawing_of_graph(graph), live),
        Drawing: lambda drawing: of_drawing(drawing, live),
        ExecutorTable: of_table,
        Dispatches: of_dispatches,
        FlowTable: FlowTable.bundle,
        Lattice: lambda lattice: of_lattice(lattice, live),
        Electron: lambda electron: {"text/plain": told(electron)},
    }


def of_dispatch(id: DispatchId, unattended: Unattended, live: LivePictures) -> Bundle:
    """Where nobody looks on, the dispatch when it has ended; else a picture that follows it, and a line of text."""
    ended = unattended.wait_for(id)
    if not ended and (live.shown(id) or live.follow(id)):
        _said[id] = handle(id)
        return {}
    result = session().result(id)
    if not ended:
        live.show(lambda: source_of(id))
        if not result.status.final:
            say(follow(id))
    with live.beside():
        drawing = drawing_of_result(result)
        _said[id] = summary(drawing.picture)
        return {"image/svg+xml": drawing.svg()}


_said: dict[str, str] = {}  # of the dispatch that is being displayed: both of its formatters tell one moment


def _in_words(id: DispatchId, printer: Any, cycle: bool) -> None:
    """A dispatch as text. A formatter of its own, since IPython's for strings would come before a bundle."""
    if len(printer.stack) > 1:  # inside a list it is the string it is
        printer.text(repr(str(id)))
    else:
        printer.text(_said.pop(id, None) or summary(picture_of_result(session().result(id))))


def handle(id: DispatchId) -> str:
    """What can be done with a dispatch whose picture follows it. Still true when it has ended."""
    return f"dispatch {id.partition('-')[0]}: .result() waits for its value, .cancel() stops it, %result tells more"


def follow(id: DispatchId) -> str:
    """How to follow a dispatch whose picture stays as it is."""
    short = id.partition("-")[0]
    return f"{short} runs in the background: %graph and %result show how far, .result() waits, .cancel() stops it"


def of_drawing(drawing: Drawing, live: LivePictures) -> Bundle:
    """A picture; where somebody looks on, what it is a picture of, live, and the picture below it."""
    id, graph = drawing.dispatch, drawing.graph
    if drawing.flow is not None:
        return live.show_flow(drawing.flow, drawing.by)
    if id and (live.shown(DispatchId(id)) or live.follow(DispatchId(id), drawing.by)):
        return {"text/plain": handle(DispatchId(id))}
    live.show(lambda: source_of(id) if id else source_of_graph(graph), drawing.by)
    with live.beside():
        return drawing.bundle()


def of_lattice(lattice: Lattice, live: LivePictures) -> Bundle:
    """Its signature; with the graph where it was built last, which displaying it does not do."""
    graph = lattice.transport_graph
    if graph is None:
        return {"text/plain": told(lattice)}
    live.show(lambda: source_of_graph(graph))
    drawing = drawing_of_graph(graph)
    return {"text/plain": f"{told(lattice)}\n{drawing!r}", "image/svg+xml": drawing.svg()}


def told(thing: Electron | Lattice) -> str:
    """An electron or lattice in one line: ``fit(X, y) · cpu · 2 retries``."""
    function = thing.workflow_function if isinstance(thing, Lattice) else thing.function
    options = thing.options
    parts = [signature(thing.name, function)]
    if isinstance(thing, Lattice):
        parts.append("lattice")
    if options.executor is not None:
        parts.append(label_of(options.executor))
    elif isinstance(thing, Electron):
        parts.append("its lattice's executor")
    parts += [f"{options.retries} retries"] if options.retries else []
    parts += [f"at most {options.timeout:g} s"] if options.timeout else []
    parts += [f"{options.cores} cores"] if options.cores and options.cores > 1 else []
    parts += [f"at most {options.memory}"] if options.memory else []
    parts += [f"{options.gpus} GPU{'s' if options.gpus > 1 else ''}"] if options.gpus else []
    parts += ["cached"] if options.cache else []
    return " · ".join(parts)


def of_table(table: ExecutorTable) -> Bundle:
    """Executors by resource."""
    return {"text/plain": table.plain(), "text/markdown": table.markdown()}


def of_dispatches(listed: Dispatches) -> Bundle:
    """Dispatches as a table."""
    return {"text/plain": repr(listed), "text/markdown": tables.markdown(LISTED, listed.rows()) if listed else NONE}


def of_result(result: Result) -> Bundle:
    """Status, value or error, and what each electron ran on."""
    name, status, what, value = result.lattice.name, str(result.status), *_outcome(result)
    rows = _rows(result.nodes)
    plain = f"{name} · {status}\n{what}: {value}\n{tables.plain(HEAD, rows)}"
    shown = f"\n\n```text\n{value}\n```" if "\n" in value else f" {tables.code(value)}"
    title = f"**{tables.escaped(name)}** · {status}\n\n{what}:{shown}"
    return {"text/plain": plain, "text/markdown": f"{title}\n\n{tables.markdown(HEAD, rows)}"}


def _outcome(result: Result) -> tuple[str, str]:
    if failures := reports.failures(result):
        return "failed", "\n".join(failures)
    if result.error is not None:
        return "error", result.error
    value = VAULT.masked(repr(result.result))
    return "result", value if len(value) <= LONGEST else value[:LONGEST] + "…"


def _rows(nodes: list[NodeResult]) -> list[list[str]]:
    """A row for each node; those that are alike share one."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for node in nodes:
        facts = (node.name, node.standing, label_of(node.executor), node.resource)
        alike.setdefault(facts, []).append(node.id)
    return [
        [tables.numbers(ids), f"{name} ×{len(ids)}" if len(ids) > 1 else name, *more]
        for (name, *more), ids in alike.items()
    ]
