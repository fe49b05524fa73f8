"""The cells of a notebook for people: the table of ``%flow status``."""

from collections.abc import Callable, Sequence

from ...executor import _executor_manager as names
from .. import tables
from ..pictures import label_of
from .book import Book, Cell
from .execution import State
from .lines import how_far
from .staleness import Survey

HEAD = ("cell", "reads", "makes", "executor", "state")


class FlowTable:
    """The electron cells and the ordinary ones that matter to them, in order. A snapshot.

    aside: tells names that nobody wants to see here, like those of imported modules.
    """

    def __init__(
        self, book: Book, survey: Survey, aside: Callable[[str], bool], stale_only: bool = False
    ) -> None:  # fmt: skip
        feeding = {cell: _feeding(cell, book, aside) for cell in book}
        concerned = [cell for cell in book if cell.run and (cell.definition or feeding[cell])]
        if stale_only:
            concerned = [cell for cell in concerned if survey.reasons.get(cell)]
        self.rows = [_row(cell, feeding[cell], survey, aside) for cell in concerned]
        stale = sum(bool(survey.reasons.get(cell)) for cell in concerned)
        self.remark = f"{stale} stale: %flow run brings the notebook up to date" if stale else ""
        self._nothing = "nothing is stale" if stale_only else "no electron cell has been run yet: %%electron makes one"

    def plain(self) -> str:
        """As text."""
        if not self.rows:
            return self._nothing
        return "\n".join([tables.plain(HEAD, self.rows, len(self.rows)), *([self.remark] if self.remark else [])])

    def markdown(self) -> str:
        """As Markdown."""
        if not self.rows:
            return tables.escaped(self._nothing)
        return tables.markdown(HEAD, self.rows) + (f"\n\n{tables.escaped(self.remark)}" if self.remark else "")

    def __repr__(self) -> str:
        return self.plain()


def _feeding(cell: Cell, book: Book, aside: Callable[[str], bool]) -> list[str]:
    """Of what an ordinary cell makes, what electron cells read."""
    found: dict[str, None] = {}
    for reader in book:
        if reader.definition is not None and reader.run is not None:
            names = [name for name in reader.run.seen if not aside(name)]
            found |= dict.fromkeys(name for name in names if book.producer(name, reader) is cell)
    return list(found)


def _row(cell: Cell, feeding: Sequence[str], survey: Survey, aside: Callable[[str], bool]) -> Sequence[str]:
    run, execution = cell.run, cell.execution
    assert run is not None
    if execution is None:
        reads, makes, executor = [name for name in run.seen if not aside(name)], feeding, ""
    else:
        reads, makes = list(execution.captured.inputs), execution.captured.outputs
        executor = label_of(names.get_executor(execution.definition.options.executor))
    return cell.title, _listed(reads), _listed(makes), executor, _state(cell, survey)


def _state(cell: Cell, survey: Survey) -> str:
    execution, reasons = cell.execution, survey.reasons.get(cell, [])
    if execution is not None and execution.state in (State.WAITING, State.RUNNING):
        return how_far(execution)
    if execution is not None and execution.state is State.FAILED:
        return f"not run: {execution.cause.name} has failed" if execution.cause is not None else "failed"
    if execution is not None and execution.state is State.CANCELLED:
        return "cancelled"
    if reasons:
        return f"stale: {', '.join(reasons)}"
    return "up to date"


def _listed(names: Sequence[str]) -> str:
    most = 6
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
