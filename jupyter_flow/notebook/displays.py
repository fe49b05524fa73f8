"""How our values look in a cell: text that is the same every time, and our own SVG or Markdown. Never HTML.

nbconvert prefers HTML to SVG, and GitHub strips SVG from HTML; so there is none.
"""

from collections.abc import Callable
from typing import Any

from ..model.electron import Electron
from ..model.graph import TransportGraph
from ..model.lattice import Lattice
from ..model.result import NodeResult, Result
from ..render import Picture, draw_svg, draw_text, summary
from ..render.palette import By
from ..session import DispatchId, session
from . import tables
from .definitions import signature
from .executors import ExecutorTable
from .pictures import label_of, picture_of_graph, picture_of_result
from .shell import Shell
from .unattended import Unattended

Bundle = dict[str, str]
LONGEST = 2000  # characters of a value
HEAD = ("node", "electron", "status", "executor", "resource")


class Drawing:
    """A picture to display: as text, and as SVG."""

    def __init__(self, picture: Picture, by: By = "status") -> None:
        self.picture, self.by = picture, by

    def svg(self) -> str:
        """The picture as SVG."""
        return draw_svg(self.picture, by=self.by)

    def __repr__(self) -> str:
        return draw_text(self.picture)


def register(shell: Shell, unattended: Unattended) -> None:
    """Teach a shell's formatters our values. Doing it again changes nothing."""
    for kind, bundle in _bundles(unattended).items():
        shell.display_formatter.mimebundle_formatter.for_type(kind, bundle)


def unregister(shell: Shell) -> None:
    """Take it back."""
    for kind in _bundles(Unattended(shell)):
        shell.display_formatter.mimebundle_formatter.type_printers.pop(kind, None)


def _bundles(unattended: Unattended) -> dict[type, Callable[[Any], Bundle]]:
    return {
        DispatchId: lambda id: of_dispatch(id, unattended),
        Result: of_result,
        TransportGraph: lambda graph: of_drawing(Drawing(picture_of_graph(graph))),
        Drawing: of_drawing,
        ExecutorTable: of_table,
        Lattice: of_lattice,
        Electron: lambda electron: {"text/plain": told(electron)},
    }


def of_drawing(drawing: Drawing) -> Bundle:
    """A picture."""
    return {"text/plain": repr(drawing), "image/svg+xml": drawing.svg()}


def of_dispatch(id: DispatchId, unattended: Unattended) -> Bundle:
    """Where nobody looks on, the dispatch when it has ended; else as it is now."""
    ended = unattended.wait_for(id)
    picture = picture_of_result(session().result(id))
    if not ended and not picture.status.final:
        print(follow(id))
    return {"text/plain": summary(picture), "image/svg+xml": draw_svg(picture)}


def follow(id: DispatchId) -> str:
    """How to follow a dispatch that runs."""
    short = id.partition("-")[0]
    return f"running in the background as {short}: %graph and %result show how far it is, .result() waits, .cancel() stops it"


def of_lattice(lattice: Lattice) -> Bundle:
    """Its signature; with the graph where it was built last, which displaying it does not do."""
    if lattice.transport_graph is None:
        return {"text/plain": told(lattice)}
    picture = picture_of_graph(lattice.transport_graph)
    return {"text/plain": f"{told(lattice)}\n{draw_text(picture)}", "image/svg+xml": draw_svg(picture)}


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
    return " · ".join(parts)


def of_table(table: ExecutorTable) -> Bundle:
    """The executors by resource."""
    return {"text/plain": table.plain(), "text/markdown": table.markdown()}


def of_result(result: Result) -> Bundle:
    """Status, value or error, and what each electron ran on."""
    name, status, what, value = result.lattice.name, str(result.status), *_outcome(result)
    rows = [_row(node) for node in result.nodes]
    plain = f"{name} · {status}\n{what}: {value}\n{tables.plain(HEAD, rows)}"
    shown = f"\n\n```text\n{value}\n```" if "\n" in value else f" {tables.code(value)}"
    title = f"**{tables.escaped(name)}** · {status}\n\n{what}:{shown}"
    return {"text/plain": plain, "text/markdown": f"{title}\n\n{tables.markdown(HEAD, rows)}"}


def _outcome(result: Result) -> tuple[str, str]:
    if result.error is not None:
        return "error", result.error
    value = repr(result.result)
    return "result", value if len(value) <= LONGEST else value[:LONGEST] + "…"


def _row(node: NodeResult) -> list[str]:
    return [str(node.id), node.name, str(node.status), label_of(node.executor), node.resource]
