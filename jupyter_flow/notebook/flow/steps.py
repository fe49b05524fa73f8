"""What a page does to bring a whole notebook up to date, one step after the other.

The flow can run ordinary cells again, but what they show would appear below what asked for it. A page can run them
where they stand: each as soon as what it reads is being made.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .book import Cell
from .staleness import FAILED, Survey

if TYPE_CHECKING:
    from .flow import Flow


class Step(NamedTuple):
    """Electron cells to bring up to date with what they need (none: all), and then an ordinary one to run."""

    electrons: list[Cell]
    cell: Cell | None


def outdated(survey: Survey) -> list[Cell]:
    """The ordinary cells that show what was, in order. One that failed and is not stale is its author's business."""
    return [
        cell
        for cell, reasons in survey.reasons.items()
        if cell.definition is None and cell.placed and any(reason != FAILED for reason in reasons)
    ]


def due(survey: Survey, wanted: Sequence[Cell] = ()) -> list[Cell]:
    """All cells to run, in order. Raises FlowError where that is ambiguous."""
    chosen = {*survey.plan(wanted), *(outdated(survey) if not wanted else ())}
    return [cell for cell in survey.reasons if cell in chosen]


def next_step(flow: "Flow", wanted: Sequence[Cell] = (), ran: Collection[str] = ()) -> Step:
    """What is to be done next, where these cells have been run, by their keys. Raises FlowError."""
    ahead = [cell for cell in due(flow.survey(), wanted) if cell.key not in ran]
    shown = next((cell for cell in ahead if cell.definition is None and in_place(flow, cell)), None)
    before = ahead[: ahead.index(shown)] if shown is not None else ahead
    return Step([cell for cell in before if cell.definition is not None], shown)


def in_place(flow: "Flow", cell: Cell) -> bool:
    """Whether a cell finds and leaves what it would in order: no later cell has made those names again."""
    book, run = flow.book, cell.run
    if run is None or not cell.raw:
        return False
    reads = all(book.last_maker(name) is book.producer(name, cell) for name in run.seen)
    return reads and all(book.last_maker(name) is cell for name in run.makes)
