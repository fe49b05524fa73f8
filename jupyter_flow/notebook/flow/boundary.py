"""What happens between cells and at their beginning: values are bound, and names that are still being made waited for.

An ordinary cell that needs such a name gets a wait as its first statement. So an interrupt, or the failure of
what it waits for, is an exception of the cell like any other, and nothing of the cell has run.
"""

import ast
import logging
from collections.abc import Iterable
from typing import Any

from ..cells import ANYWHERE, Names, looks_anywhere, reached
from ..headless import request
from ..shell import cell_number, say
from .book import SOURCE
from .execution import CellRun, State
from .flow import Flow
from .moments import here
from .ordinary import Running, identities
from .reach import Reach, functions_of, reach
from .syntax import NEED, analysed, insert, only_deleted, only_ours, resets, wanted, without_ours, wrapped

LOG = logging.getLogger("jupyter_flow")
UNDER_WAY = (State.WAITING, State.RUNNING)
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
        flow.lookout.cell_begins()
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
        number = cell_number(flow.shell, ahead=True)
        self._running.append(Running(flow, info.raw_cell or "", number, key, replayed))

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
            cell.resets = resets(tree)
            cell.begin(code, names)
        if waits:
            self._wait_first(tree, code, names)

    def _wait_first(self, tree: ast.Module, code: ast.Module, names: Names | None) -> None:
        cell = self.cell
        found = reach(wanted(names, code), self.flow.space, self.flow.absent)
        if cell is not None:
            cell.token, self.flow.space[NEED] = True, self.need  # a reset takes it away
            self._deletable(cell, found, self.flow.book.current if cell.resets else only_deleted(tree))
        for name in names.carries if names is not None else ():
            execution = found.pending.get(name)
            if execution is not None and execution.state in (State.FAILED, State.CANCELLED):
                del found.pending[name]
        everything = self._looks_anywhere(code, found)
        if found.pending or everything:
            self.flow.space[NEED] = self.need
            insert(tree, sorted(found.pending), everything)

    def _deletable(self, cell: Running, found: Reach, names: Iterable[str]) -> None:
        """Let a cell delete names that are still being made."""
        for name in list(names):
            if self.flow.pending(name) is not None and name not in found.pending:
                self.flow.space[name] = DELETABLE
                cell.deletes.append(name)

    def _looks_anywhere(self, code: ast.Module, found: Reach) -> bool:
        """Whether it, or a function of the notebook's that it reaches, may look up any name."""
        space = self.flow.space
        if any(name not in space for name in looks_anywhere(code)):
            return True
        functions = (f for value in (*found.code.values(), *found.data.values()) for f in functions_of(value, space))
        return any(reached(function.__code__) & ANYWHERE - space.keys() for function in functions)

    def need(self, *names: str, everything: bool = False) -> None:
        """(the cell's first statement) Wait until the notebook has these names. Raises what they failed with."""
        self.flow.need(*names, everything=everything)
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

    # after -------------------------------------------------------------------------------------------

    def after_cell(self, result: Any) -> None:
        """(post_run_cell)"""
        try:
            self._after_cell(result)
        finally:
            if not self._running:
                self.flow.lookout.cell_ended()

    def _after_cell(self, result: Any) -> None:
        cell = self._running.pop() if self._running else None
        if cell is None:
            return
        cell.failed = result is not None and not result.success
        left = cell.watch.give_back()
        self._undeleted(cell)
        outer = self.cell
        part = outer is not None and not (outer.ours or outer.electron or cell.electron or cell.replayed)
        if part and outer is not None:  # of a magic's cell
            outer.within |= cell.made(left)
            outer.seen = {**cell.seen, **outer.seen}
            outer.deletes += cell.deletes
            outer.token, outer.resets = outer.token or cell.token, outer.resets or cell.resets
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
        self._reset(cell)
        made, at = cell.made(left), here()
        moved = cell.at is not None and at is not None and at != cell.at
        if not made and not cell.seen and not moved:
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
        if cell.at is not None and at is not None:
            flow.moments.ran(known, cell.at, at)

    def _undeleted(self, cell: Running) -> None:
        """What a cell could have deleted, and did not, is still being made."""
        space = self.flow.space
        for name in [name for name in cell.deletes if space.get(name) is DELETABLE]:
            del space[name]
            cell.deletes.remove(name)

    def _reset(self, cell: Running) -> None:
        """All names have been deleted: those as well that come late. Who makes them goes on, for whoever needs it."""
        flow = self.flow
        if cell.token and NEED not in flow.space:
            cell.deletes += [name for name in flow.book.current if flow.pending(name) and name not in cell.deletes]
            cell.resets = True
        late = {name: run for name in cell.deletes if (run := flow.pending(name)) and run.status in UNDER_WAY}
        if cell.resets and late:
            electrons = " ".join(dict.fromkeys(run.name for run in late.values()))
            say(f"{', '.join(late)} will not come any more; to stop what makes it: {flow.magic()} cancel {electrons}")

    def _keep_up(self) -> None:
        try:
            self.flow.update(failed=False)
        except (Exception, KeyboardInterrupt) as error:  # the stop button ends the waiting
            self.flow.shell.showtraceback((type(error), error, error.__traceback__))


def _key(made: tuple[str, ...], cell: Running) -> str:
    """What an ordinary cell without an id is known by: what it makes, and whether out of an earlier version."""
    own = [name for name in made if name in cell.seen]
    return f"makes {','.join(made)} of {','.join(own)}" if made else f"{SOURCE}{cell.raw}"


def _made_before(run: CellRun | None, cell: Running) -> set[str]:
    """What a cell made before, and still names in a magic's text: that it is the same object tells nothing."""
    if run is None or cell.names is not None:
        return set()
    return {name for name in run.makes if name in cell.reads and name in cell.flow.space}
