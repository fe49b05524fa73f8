"""The cells of a notebook for people: the table of ``%flow status``."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from ...executor.names import executors as names
from ...widgets.pictures import label_of
from .. import tables
from .book import Book, Cell
from .execution import Execution, State
from .lines import clock, how_far, skipped
from .staleness import Survey
from .steps import outdated

MOST = 6  # names in a cell of the table
HEAD = ("cell", "reads", "makes", "executor", "state")


class FlowTable:
    """The electron cells and the ordinary ones that matter to them, in order. A snapshot.

    aside: tells names that nobody wants to see here, like those of imported modules. refusal: why the notebook cannot
    be brought up to date.
    """

    def __init__(
        self, book: Book, survey: Survey, aside: Callable[[str], bool], stale_only: bool = False,
        refusal: str = "",
    ) -> None:  # fmt: skip
        feeding = _feeding(book, aside)
        behind = [cell for cell in outdated(survey) if not feeding.get(cell)]
        matter = {*behind, *(cell for cell in book if cell.definition or feeding.get(cell))}
        concerned = [cell for cell in book if cell.run and cell in matter]
        if stale_only:
            concerned = [cell for cell in concerned if survey.reasons.get(cell)]
        self._stale_only, self._behind, self._refusal = stale_only, behind, refusal
        self._heads = [_row(cell, list(feeding.get(cell, ())), aside) for cell in concerned]
        self._runs = [(cell.execution, survey.reasons.get(cell, [])) for cell in concerned]
        self.rows: list[Sequence[str]] = []
        self.remark = ""
        self.look()

    def look(self) -> None:
        """See anew how far its cells are; what else it tells stays that of its moment."""
        states = [_state(execution, reasons) for execution, reasons in self._runs]
        self.rows = [[*head, state] for head, state in zip(self._heads, states, strict=True)]
        self.remark = self._remark()

    def _remark(self) -> str:
        rest = "; ordinary cells that feed no electron are yours to run" if self._behind else ""
        stale = sum(bool(reasons) or _unmade(execution) for execution, reasons in self._runs)
        if self._refusal:
            return f"{f'{stale} stale; ' if stale else ''}%flow run refuses: {self._refusal}"
        return f"{stale} stale: %flow run brings the notebook up to date{rest}" if stale else ""

    @property
    def under_way(self) -> bool:
        """Whether any of its cells runs, or is to run by itself."""
        return any(execution is not None and is_under_way(execution) for execution, _ in self._runs)

    def plain(self) -> str:
        """As text."""
        if not self.rows:
            return self._nothing
        return "\n".join([tables.plain(HEAD, self.rows, len(self.rows)), *([self.remark] if self.remark else [])])

    def markdown(self) -> str:
        """As Markdown."""
        if not self.rows:
            return tables.escaped(self._nothing)
        return tables.markdown(HEAD, self.rows, quoted=True) + (
            f"\n\n{tables.escaped(self.remark)}" if self.remark else ""
        )

    def bundle(self) -> dict[str, str]:
        """The table for a front end."""
        return {"text/plain": self.plain(), "text/markdown": self.markdown()}

    @property
    def _nothing(self) -> str:
        if self._refusal:
            return f"nothing is stale, but {self.remark}"
        return "nothing is stale" if self._stale_only else "no electron cell has been run yet: %%electron makes one"

    def __repr__(self) -> str:
        return self.plain()


class FollowedTable:
    """A table in its cell, followed until its cells have ended: so a saved notebook tells how they did."""

    def __init__(self, table: FlowTable, publisher: Any) -> None:
        self._table, self._publisher = table, publisher
        self._display = uuid4().hex
        self._shown: list[Sequence[str]] = []

    def draw(self, update: bool) -> None:
        """Show it as it is."""
        self._shown = self._table.rows
        bundle = self._table.bundle()
        if self._table.under_way:  # a kernel may end before its cells
            bundle = {kind: f"{text}\n\n{clock()}" for kind, text in bundle.items()}
        self._publisher.publish(bundle, {}, transient={"display_id": self._display}, update=update)

    def keep_up(self) -> bool:
        """Change it where a cell has got further; whether there is more to come."""
        more = self._table.under_way  # before it is looked at
        self._table.look()
        if self._table.rows != self._shown:
            self.draw(update=True)
        return more


def is_under_way(execution: Execution) -> bool:
    """Whether an execution will end by itself."""
    return not execution.state.over and execution.state is not State.LAZY


def _feeding(book: Book, aside: Callable[[str], bool]) -> dict[Cell, dict[str, None]]:
    """By cell: of what it makes, what electron cells read."""
    found: dict[Cell, dict[str, None]] = {}
    for reader in book:
        if reader.definition is None or reader.run is None:
            continue
        for name in reader.run.seen:
            producer = book.producer(name, reader)
            if producer is not None and not aside(name):
                found.setdefault(producer, {})[name] = None
    return found


def _row(cell: Cell, feeding: Sequence[str], aside: Callable[[str], bool]) -> Sequence[str]:
    run, execution = cell.run, cell.execution
    assert run is not None
    if execution is None:
        reads, makes, executor = [name for name in run.seen if not aside(name)], feeding, ""
    else:
        reads, makes = list(execution.captured.inputs), execution.captured.outputs
        executor = label_of(names.get_executor(execution.definition.options.executor))
    return cell.title, _listed(reads), _listed(makes), executor


def _unmade(execution: Execution | None) -> bool:
    return execution is not None and execution.state in (State.FAILED, State.CANCELLED)


def _state(execution: Execution | None, reasons: Sequence[str]) -> str:
    if execution is not None and execution.state in (State.WAITING, State.RUNNING):
        return how_far(execution)
    if execution is not None and execution.state is State.FAILED:
        return skipped(execution) if execution.cause is not None else "failed"
    if execution is not None and execution.state is State.CANCELLED:
        return "cancelled"
    if reasons:
        return f"stale: {', '.join(reasons)}"
    return "up to date"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST]) + (", …" if len(names) > MOST else "")
