"""What happens between cells and at their beginning: values are bound, and names that are still being made waited for.

An ordinary cell that needs such a name gets a wait as its first statement. So an interrupt, or the failure of
what it waits for, is an exception of the cell like any other, and nothing of the cell has run.
"""

import ast
import logging
from collections.abc import Iterable
from typing import Any

from ..cells import ANYWHERE, CellRefused, Names, looks_anywhere, mentions, names_of, reached
from ..headless import request
from ..shell import say
from .execution import CellRun, Seen, State
from .flow import Flow
from .moments import here
from .reach import Reach, functions_of, reach
from .trees import NEED, insert, only_deleted, only_ours, resets, without_ours, wrapped

LOG = logging.getLogger("jupyter_flow")
UNDER_WAY = (State.WAITING, State.RUNNING)
DELETABLE = object()  # stands where a name is still being made, so that it can be deleted


class Cell:
    """The cell that runs now."""

    def __init__(self, raw: str, count: int, key: str, before: dict[str, int]) -> None:
        self.raw, self.count, self.key, self.before = raw, count, key, before
        self.names: Names | None = None
        self.seen: dict[str, Seen] = {}
        self.deletes: list[str] = []  # names that are still being made
        self.at = here()
        self.visited = self.electron = self.ours = self.failed = self.token = self.resets = False


class Boundary:
    """The hooks of one shell. (The shell calls `visit` for every piece of code that it is about to compile.)"""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._running: list[Cell] = []  # a cell may run another one

    @property
    def cell(self) -> Cell | None:
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
        key = flow.replaying.key if flow.replaying else str(metadata.get("cellId") or "")
        count = flow.shell.execution_count
        if self._running:  # a cell within a cell has no id of its own
            key = flow.replaying.key if flow.replaying else ""
        self._running.append(Cell(info.raw_cell or "", count, key, self._identities()))

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
        cell = self.cell
        code = self._unwrapped(without_ours(tree))
        names = _analysed(code, cell.raw if cell else "")
        wanted = sorted(mentions(code)) if names is None else [n for n in names.reads if n not in only_deleted(tree)]
        if cell is not None and not cell.visited:
            cell.visited, cell.names = True, names
            cell.seen = {name: Seen(run, None) for name in wanted if (run := self._version(name)) is not None}
        if not self.flow.waits():
            return
        found = reach(wanted, self.flow.space, self.flow.absent)
        if cell is not None:
            cell.token, self.flow.space[NEED] = True, self.flow.need  # a reset takes it away
            cell.resets = resets(tree)
            self._deletable(cell, found, self.flow.book.current if cell.resets else only_deleted(tree))
        for name in names.carries if names is not None else ():
            execution = found.pending.get(name)
            if execution is not None and execution.state in (State.FAILED, State.CANCELLED):
                del found.pending[name]
        everything = self._looks_anywhere(code, found)
        if found.pending or everything:
            self.flow.space[NEED] = self.flow.need
            insert(tree, sorted(found.pending), everything)

    def _deletable(self, cell: Cell, found: Reach, names: Iterable[str]) -> None:
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

    def _version(self, name: str) -> CellRun | None:
        """Who made what the cell reads; of a cell that is run again, in its order."""
        if self.flow.replaying is None:
            return self.flow.book.current.get(name)
        producer = self.flow.book.producer(name, self.flow.replaying)
        return producer.run if producer is not None else None

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
        cell = self._running.pop() if self._running else None
        if cell is None:
            return
        cell.failed = result is not None and not result.success
        if not cell.electron and not (cell.ours and "%flow" in cell.raw):
            self._note(cell)
        for outer in self._running:  # what a cell within it made is not its own
            outer.before = self._identities()
        self.flow.bind()
        if self.flow.auto and not self._running and self.flow.replaying is None:
            self._keep_up()

    def _note(self, cell: Cell) -> None:
        """An ordinary cell has run: whatever it made is the notebook's version of it."""
        flow = self.flow
        for name in list(cell.deletes):  # unless the cell got as far as that
            if flow.space.get(name) is DELETABLE:
                del flow.space[name]
                cell.deletes.remove(name)
        self._reset(cell)
        now = self._identities()
        makes = dict.fromkeys(name for name in {*now, *cell.before} if self._changed(name, cell, now))
        makes |= dict.fromkeys(name for name in cell.deletes if name not in now)
        names = cell.names
        if names is not None and not cell.failed:
            there = (*names.writes, *names.defines, *names.imports, *names.targets)
            makes |= dict.fromkeys(name for name in there if name in now and flow.pending(name) is None)
        made = tuple(sorted(makes))
        at = here()
        moved = cell.at is not None and at is not None and at != cell.at
        if not made and not cell.seen and not moved:
            return
        known = flow.book.cell(cell.key or _key(made, cell))
        known.definition, known.raw = None, cell.raw
        run = CellRun(known, cell.count, cell.seen, made)
        if cell.failed and known.run is not None:  # what it was to make is still its own to make
            run.makes = tuple(dict.fromkeys((*made, *known.run.makes)))
        run.failed = cell.failed
        flow.book.ran(known, run, made)
        if cell.at is not None and at is not None:
            flow.moments.ran(known, cell.at, at)

    def _reset(self, cell: Cell) -> None:
        """All names have been deleted: those as well that come late. Who makes them goes on, for whoever needs it."""
        flow = self.flow
        if cell.token and NEED not in flow.space:
            cell.deletes += [name for name in flow.book.current if flow.pending(name) and name not in cell.deletes]
            cell.resets = True
        late = {name: run for name in cell.deletes if (run := flow.pending(name)) and run.status in UNDER_WAY}
        if cell.resets and late:
            electrons = " ".join(dict.fromkeys(run.name for run in late.values()))
            say(f"{', '.join(late)} will not come any more; to stop what makes it: {flow.magic()} cancel {electrons}")

    def _changed(self, name: str, cell: Cell, now: dict[str, int]) -> bool:
        """Whether an ordinary cell changed a name, and not we in the meantime."""
        if name not in now and self.flow.pending(name) is not None:
            return False
        return now.get(name) not in (cell.before.get(name), self.flow.bound.get(name))

    def _keep_up(self) -> None:
        try:
            self.flow.update()
        except Exception as error:
            self.flow.shell.showtraceback((type(error), error, error.__traceback__))

    def _identities(self) -> dict[str, int]:
        hidden = self.flow.shell.user_ns_hidden
        return {
            name: id(value) for name, value in list(self.flow.space.items())
            if not name.startswith("_") and name not in hidden
        }  # fmt: skip


def _key(made: tuple[str, ...], cell: Cell) -> str:
    """What an ordinary cell without an id is known by: what it makes, and whether out of an earlier version."""
    own = [name for name in made if name in cell.seen]
    return f"makes {','.join(made)} of {','.join(own)}" if made else f"source {cell.raw}"


def _analysed(tree: ast.Module, raw: str) -> Names | None:
    try:
        return names_of(tree, raw)
    except (CellRefused, SyntaxError):  # magics in it: whatever is mentioned counts
        return None
