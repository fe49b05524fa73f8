"""``%%electron``: a cell as a task. One def becomes an electron that lattices call; any other cell runs."""

import ast
import copy
from argparse import ArgumentTypeError, Namespace
from typing import Any

from IPython.core.error import UsageError

from ..model.electron import Electron
from ..model.errors import FlowError
from ..model.options import Options
from .cells import CellRefused, Names, names_of
from .definitions import Body, bind_def, is_def
from .displays import told
from .flow.book import GUESS, Function
from .flow.boundary import Boundary
from .flow.definition import Definition, Mapped
from .flow.flow import Flow
from .flow.reach import reach
from .parsing import argument, identifier
from .shell import Shell, cell_number, say

STATEMENTS = ("inputs", "outputs", "mapped", "after", "lazy", "show")  # options that mean nothing for a def


def names(text: str) -> tuple[str, ...]:
    """``X,y``: names with commas between them."""
    return tuple(identifier(name.strip()) for name in text.split(",") if name.strip())


def mapped(text: str) -> Mapped:
    """``fold=folds``."""
    variable, equals, iterable = (part.strip() for part in text.partition("="))
    if not equals:
        raise ArgumentTypeError(f"{text!r}: write VARIABLE=NAME, as in fold=folds")
    if not iterable.isidentifier():
        raise ArgumentTypeError(
            f"{iterable!r} is no name, and magic lines are never evaluated: write {variable}s = … in a cell above, "
            f"and here --map {variable}={variable}s"
        )
    return Mapped(identifier(variable), identifier(iterable))


ARGUMENTS = (
    argument("-i", "--in", dest="inputs", type=names, metavar="IN,..", help="inputs (unset: what it reads)"),
    argument("-o", "--out", dest="outputs", type=names, metavar="OUT,..", help="what it makes (unset: all it assigns)"),
    argument("--map", dest="mapped", type=mapped, metavar="VAR=NAME", help="run once for each element of NAME"),
    argument("--after", type=names, default=(), metavar="E,..", help="electron cells that are to end first"),
    argument("--lazy", action="store_true", help="start only when somebody needs what it makes"),
    argument("--show", action="store_true", help="show here what it prints and displays"),
)


class Electrons:
    """Makes electrons of cells."""

    def __init__(self, shell: Shell, flow: Flow, boundary: Boundary) -> None:
        self._shell, self._flow, self._boundary = shell, flow, boundary

    def make(self, given: Namespace, options: Options, body: Body) -> None:
        """What a cell's header asks for. Raises UsageError, and what reading and capturing the code raises."""
        given.quiet |= self._flow.quiet
        source = self._shell.transform_cell(_whole(body.source))
        tree = self._shell.compile.ast_parse(source, body.file, "exec")
        if not tree.body:
            raise UsageError("electron: this cell has no code")
        if is_def(tree):
            self._function(given, options, body, tree)
        else:
            self._statements(given, options, body, source, tree)

    def _function(self, given: Namespace, options: Options, body: Body, tree: ast.Module) -> None:
        wrong = [name for name in STATEMENTS if getattr(given, name)]
        if wrong:
            raise UsageError(
                "electron: -i, -o, --map, --after, --lazy and --show are for cells of statements, which run by "
                "themselves; this cell is one def, which runs where a lattice calls it"
            )
        needed = reach(names_of(_heads(tree)).reads, self._flow.space, self._flow.absent)
        self._flow.need(*needed.pending)
        made = bind_def(self._shell, "electron", body, given.name)
        if isinstance(made, Electron):
            options = options.under(made.options)
        electron = Electron(made, options, given.name)
        self._shell.user_ns[electron.name] = electron
        cell = self._boundary.cell
        if cell is not None and cell.key:
            self._flow.book.functions[cell.key] = Function(electron.name, body.file)
        if not given.quiet:
            say(told(electron))

    def _statements(self, given: Namespace, options: Options, body: Body, source: str, tree: ast.Module) -> None:
        try:
            found = names_of(tree, source)
        except CellRefused as error:
            raise UsageError(f"electron: {error.msg or error}") from None
        definition = self._defined(given, options, body, source, found)
        key = self._key(definition)
        try:
            for other in given.after:
                self._flow.execution_named(other)
        except FlowError as error:
            raise UsageError(f"electron: {error}") from None
        execution = self._flow.run(key, definition, cell_number(self._shell))
        if definition.named and definition.name not in execution.makes:
            self._shell.user_ns[definition.name] = Electron(execution.captured.task, options, definition.name)
        self._flow.show(execution)

    def _defined(self, given: Namespace, options: Options, body: Body, source: str, found: Names) -> Definition:
        return Definition(
            name=given.name or _name_of(given.outputs or found.writes or found.defines),
            source=source,
            raw=self._boundary.cell.raw if self._boundary.cell else body.source,
            file=body.file,
            names=found,
            options=options,
            inputs=given.inputs,
            outputs=given.outputs,
            mapped=given.mapped,
            after=given.after,
            lazy=given.lazy,
            quiet=given.quiet,
            show=given.show,
            named=given.name is not None,
        )

    def _key(self, definition: Definition) -> str:
        """What the cell that runs is known by, which is an electron's from now on."""
        cell, name = self._boundary.cell, definition.name
        key = (cell.key if cell else "") or (f"electron {name}" if definition.named else f"{GUESS}{name}")
        if cell is None:
            return key
        if cell.electron and cell.key:  # not its first: a loop that makes several
            key = f"{cell.key} {name}"
        cell.electron = True
        self._flow.book.functions.pop(cell.key, None)
        return key


def _heads(tree: ast.Module) -> ast.Module:
    """What happens when a def is run: its decorators and defaults are looked at, and not its body."""
    heads = copy.deepcopy(tree)
    for node in heads.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.copy_location(ast.Pass(), node)]
    return heads


def _whole(source: str) -> str:
    """The source with its empty first lines as comments: IPython's translation would drop them."""
    rest = source.lstrip("\n")
    return "#\n" * (len(source) - len(rest)) + rest


def _name_of(made: Any) -> str:
    """What a cell without a NAME is called: what it makes."""
    return "_".join(made[:3]) if made else "cell"
