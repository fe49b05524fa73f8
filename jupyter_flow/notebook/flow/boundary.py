"""What happens between cells and at their beginning: values are bound, and names that are still being made waited for.

An ordinary cell that needs such a name gets a wait as its first statement. So an interrupt, or the failure of
what it waits for, is an exception of the cell like any other, and nothing of the cell has run.
"""

import ast
import logging
from collections.abc import Sequence
from typing import Any

from ..cells import Names
from ..headless import request
from .execution import CellRun, State
from .flow import Flow
from .ordinary import Running, identities
from .reach import reach
from .syntax import NEED, analysed, insert, only_deleted, only_ours, wanted, without_ours, wrapped

LOG = logging.getLogger("jupyter_flow")
DELETABLE = object()  # stands where a name is still being made, so that it can be deleted


class Boundary:
    """The hooks of one shell. (The shell calls `visit` for every piece of code that it is about to compile.)"""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._running: list[Running] = []  # a cell may run another one

    @property
    def cell(self) -> Running | None:
        """The cell that runs now."""
        return self._running[-1] if self._running else None

    # before ------------------------------------------------------------------------------------------

    def before_cell(self, info: Any) -> None:
        """(pre_run_cell)"""
        flow = self.flow
        if self not in flow.shell.ast_transformers:  # ipyflow has a list of its own for every cell
            flow.shell.ast_transformers.insert(0, self)
        metadata = request(flow.shell).get("metadata", {})
        flow.book.forget(map(str, metadata.get("deletedCells") or ()))
        flow.bind()
        key, replayed = str(metadata.get("cellId") or ""), self._is_replay()
        if replayed and flow.replaying is not None:
            key = flow.replaying.key
        elif self._running:  # a cell within a cell has no id of its own
            key = ""
        self._running.append(Running(flow, info.raw_cell or "", flow.shell.execution_count, key, replayed))

    def _is_replay(self) -> bool:
        """Whether the flow runs this very cell again, rather than that one another."""
        cell = self.flow.replaying
        return cell is not None and not any(outer.replayed and outer.key == cell.key for outer in self._running)

    def visit(self, tree: ast.AST) -> ast.AST:
        """(a transformer of the shell's) See to it that a cell finds the names it needs."""
        try:
            if isinstance(tree, ast.Module) and not only_ours(tree):
                self._prepare(tree)
            elif self.cell is not None and not self.cell.visited:
                self.cell.visited = self.cell.ours = True
        except Exception:  # the shell would drop us for good
            LOG.exception("a cell's names could not be looked into")
        return tree

    def _prepare(self, tree: ast.Module) -> None:
        cell, waits = self.cell, self.flow.waits()
        if not waits and (cell is None or cell.visited):
            return
        code = self._unwrapped(without_ours(tree))
        names = analysed(code, cell.raw if cell else "")
        if cell is not None and not cell.visited:
            cell.begin(code, names)
        if waits:
            self._wait_first(tree, names, wanted(names, code))

    def _wait_first(self, tree: ast.Module, names: Names | None, reads: Sequence[str]) -> None:
        found = reach(reads, self.flow.space, self.flow.absent)
        for name in only_deleted(tree):
            if self.cell is not None and self.flow.pending(name) is not None and name not in found.pending:
                self.flow.space[name] = DELETABLE
                self.cell.deletes.append(name)
        for name in names.carries if names is not None else ():
            execution = found.pending.get(name)
            if execution is not None and execution.state in (State.FAILED, State.CANCELLED):
                del found.pending[name]
        if found.pending:
            self.flow.space[NEED] = self.need  # %reset may have taken it away
            insert(tree, sorted(found.pending))

    def need(self, *names: str) -> None:
        """(the cell's first statement) Wait until the notebook has these names. Raises what they failed with."""
        self.flow.need(*names)
        if self.cell is not None:
            self.cell.see()

    def _unwrapped(self, tree: ast.Module) -> ast.Module:
        """The code that a magic like ``%%time`` runs here and now; any other as it is."""
        body = wrapped(tree)
        if body is None:
            return tree
        try:
            return ast.parse(str(self.flow.shell.transform_cell(body)))
        except SyntaxError:
            return tree

    def explain(self, error: BaseException) -> str | None:
        """What to add to an error about a name that is still being made, and that nobody could see was needed."""
        name = error.name if isinstance(error, NameError) else error.args[0] if isinstance(error, KeyError) else None
        execution = self.flow.pending(name) if isinstance(name, str) else None
        if execution is None:
            return None
        return (
            f"{name!r} is made by electron {execution.name!r}, {execution.status}: name it in the cell to wait for it"
        )

    # after -------------------------------------------------------------------------------------------

    def after_cell(self, result: Any) -> None:
        """(post_run_cell)"""
        cell = self._running.pop() if self._running else None
        if cell is None:
            return
        cell.failed = result is not None and not result.success
        left = cell.watch.give_back()
        outer = self.cell
        part = outer is not None and not (outer.ours or outer.electron or cell.electron or cell.replayed)
        if part and outer is not None:  # of a magic's cell
            outer.within |= cell.made(left)
            outer.seen = {**cell.seen, **outer.seen}
        elif not cell.electron and not (cell.ours and "%flow" in cell.raw):
            self._note(cell, left)
        for around in self._running if not part else ():  # what a cell within it made is not its own
            around.before = identities(self.flow)
        self.flow.bind()
        if self.flow.auto and not self._running and self.flow.replaying is None:
            self._keep_up()

    def _note(self, cell: Running, left: set[str]) -> None:
        """An ordinary cell has run: whatever it made is the notebook's version of it."""
        flow = self.flow
        for name in list(cell.deletes):  # unless the cell got as far as that
            if flow.space.get(name) is DELETABLE:
                del flow.space[name]
                cell.deletes.remove(name)
        made = cell.made(left)
        if not made and not cell.seen:
            return
        known = flow.book.cell(cell.key or _key(tuple(sorted(made)), cell))
        made |= _made_before(known.run, cell)
        known.definition, known.raw = None, cell.raw
        run = CellRun(known, cell.count, cell.seen, tuple(sorted(made)))
        run.perhaps = cell.may_make(made)
        cell.keep(run)
        if cell.failed and known.run is not None:  # what it was to make is still its own to make
            run.makes = tuple(dict.fromkeys((*run.makes, *known.run.makes)))
        run.failed = cell.failed
        flow.book.ran(known, run, made)

    def _keep_up(self) -> None:
        try:
            self.flow.update()
        except Exception as error:
            self.flow.shell.showtraceback((type(error), error, error.__traceback__))


def _key(made: tuple[str, ...], cell: Running) -> str:
    """What an ordinary cell without an id is known by: what it makes, and whether out of an earlier version."""
    own = [name for name in made if name in cell.seen]
    return f"makes {','.join(made)} of {','.join(own)}" if made else f"source {cell.raw}"


def _made_before(run: CellRun | None, cell: Running) -> set[str]:
    """What a cell made before, and still names in a magic's text: that it is the same object tells nothing."""
    if run is None or cell.names is not None:
        return set()
    return {name for name in run.makes if name in cell.reads and name in cell.flow.space}
