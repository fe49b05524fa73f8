"""What a page is told of what it asked for: how it went, and what is to be run next."""

from collections.abc import Sequence

from ..widgets.messages import Told
from .flow.book import Cell
from .flow.flow import Flow
from .flow.steps import next_step

SAYS = "running what is stale"


def next_told(flow: Flow, cell: Cell | None, ran: list[str]) -> Told:
    """The next step of bringing a notebook, or one cell of it, up to date."""
    step = next_step(flow, [cell] if cell is not None else [], ran)
    names = [_meant(flow, electron) for electron in step.electrons]
    if step.cell is not None:
        return told(True, SAYS, _run(*names) if names else "", [step.cell.key])
    if cell is None:
        return told(True, SAYS, _run())
    if cell.definition is not None:
        return told(True, f"running {cell.title}", _run(_meant(flow, cell)))
    return told(True, "", "", [cell.key] if cell.key not in ran else [])


def _run(*names: str) -> str:
    return " ".join(("%jupyter_flow flow run", *names))


def _meant(flow: Flow, cell: Cell) -> str:
    """What a cell is called in a line of code."""
    named = cell.definition.name if cell.definition is not None else ""
    return named if flow.book.named(named) is cell or cell.run is None else str(cell.run.count)


def told(ok: bool, text: str, code: str = "", cells: Sequence[str] = ()) -> Told:
    """An answer; code and then cells are to be run."""
    return {"kind": "told", "ok": ok, "text": text, "code": code, "cells": list(cells)}
