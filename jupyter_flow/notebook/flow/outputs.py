"""What an electron cell printed and displayed, for its own cell."""

import html
from collections.abc import Iterator
from typing import Any

from ...model.display import Display
from ...model.node import NodeResult
from ...session import session
from .execution import Execution

Bundle = dict[str, Any]
NOTHING: Bundle = {"text/plain": ""}
IMAGES = ("image/png", "image/jpeg")


def nodes_of(execution: Execution) -> Iterator[NodeResult]:
    """The nodes of an execution that ran code of the cell: one, or one for each element of a mapped cell."""
    if execution.run is None:
        return
    for node in session().result(execution.run.id).nodes:
        inside = node.sublattice_result
        yield from inside.nodes if inside is not None else [node]


def printed(execution: Execution) -> str:
    """What it wrote to standard output."""
    return "".join(node.stdout for node in nodes_of(execution)).rstrip("\n")


def shown(execution: Execution) -> tuple[Bundle, Bundle]:
    """What it displayed, as one display: its data and metadata.

    One display is shown as it is. Several are put below each other as Markdown: a display that is still to come
    has one place in its cell.
    """
    displays = [display for node in nodes_of(execution) for display in node.displays]
    if len(displays) == 1:
        return displays[0].data, displays[0].metadata
    if not displays:
        return NOTHING, {}
    plain = "\n".join(str(display.data.get("text/plain", "")) for display in displays)
    return {"text/plain": plain, "text/markdown": "\n\n".join(map(_markdown, displays))}, {}


def _markdown(display: Display) -> str:
    data = display.data
    for kind in IMAGES:
        if kind in data:
            alternative = html.escape(str(data.get("text/plain", "figure")).replace("\n", " "))
            return f'<img src="data:{kind};base64,{"".join(str(data[kind]).split())}" alt="{alternative}">'
    for kind in ("text/markdown", "text/html", "text/latex"):
        if kind in data:
            return str(data[kind])
    return f"```text\n{data.get('text/plain', '')}\n```"
