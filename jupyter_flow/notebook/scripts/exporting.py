"""A notebook as a script of decorators that gives the same result.

Each electron cell becomes a function; electron cells that stand together become a lattice, which wires them by
the names of their values; ordinary cells stay as they are. What cannot be said faithfully is refused.
"""

import ast
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from ..cells import mentions
from ..cells.commands import magic_line
from ..definitions import is_def
from .cells import Plain, Source, plain, source_of
from .electrons import ElectronReader, show
from .executors import KINDS, Executors
from .flows import FlowGroup
from .imports import headed, spaced
from .names import BUILTINS, DEFINITIONS, Space, analysed, bound, code_of, is_literal
from .text import IMPORTS, Text, comment, joined

HISTORY = frozenset({"_", "__", "___", "In", "Out", "_i", "_ii", "_iii", "_ih", "_oh", "_dh"})
SHOW = '''
def {name}(value):
    """Print a value, as a cell displays it: None is nothing to see."""
    if value is not None:
        print(value)
'''


class Passage(NamedTuple):
    """A cell of a notebook."""

    text: str
    code: bool = True
    called: str = ""  # unset: cell and its number


def export(cells: Sequence[str], called: Sequence[str] = ()) -> str:
    """A script that does what these cells do. Raises NotExportable, which names the cell and the line.

    called: what people call the cells (unset: cell 1, cell 2, …).
    """
    return _Script([Passage(cell, True, name) for cell, name in zip_longest(cells, called, fillvalue="")]).text()


def export_notebook(path: Path) -> str:
    """The script of a notebook's file; its texts become comments. Raises NotExportable, OSError."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    kinds = ("code", "markdown")
    cells = [cell for cell in notebook.cells if cell.cell_type in kinds and cell.source.strip()]
    return _Script([Passage(cell.source, cell.cell_type == "code") for cell in cells]).text()


class Glance(NamedTuple):
    """What a cell does with names, before anything is translated."""

    mentions: frozenset[str]
    reads: frozenset[str]
    kills: frozenset[str]  # whatever they were, they are others afterwards
    reached: frozenset[str]  # by its functions, whenever they are called


class _Script:
    def __init__(self, passages: Sequence[Passage]) -> None:
        numbers = iter(range(1, len(passages) + 1))
        self._cells = [
            source_of(p.called or f"cell {next(numbers)}", p.text) if p.code else p.text
            for p in passages
            if p.text.strip()
        ]
        self._glances = [_glance(cell) for cell in self._cells]
        taken = {name for glance in self._glances for name in glance.mentions}
        bound_names = {n for c in self._cells if isinstance(c, Source) for n in bound(c.parse(_without_ours(c)))}
        self._taken = taken | bound_names | BUILTINS
        self._jf = "jf" if "jf" not in bound_names else "jupyter_flow"
        self._show = next(name for name in ("show", "show_value", "show_value_of_cell") if name not in self._taken)
        self._space, self._executors = Space(), Executors(_strings(self._cells))
        self._space.bind_code({self._jf: frozenset()})
        self._reader = ElectronReader(self._jf, self._space, self._executors, self._taken, bound_names, self._show)
        self._blocks: list[str] = []
        self._imports: set[str] = set()
        self._at_end: list[str] = []
        self._group = self._new_group()

    def text(self) -> str:
        """The script."""
        for place, cell in enumerate(self._cells):
            if isinstance(cell, str):
                self._put(comment(cell))
            elif cell.magic == "electron":
                self._electron(place, cell)
            elif cell.magic == "lattice":
                self._lattice(place, cell)
            else:
                self._ordinary(place, cell)
        self._close(len(self._cells))
        return self._whole([*self._blocks, *self._at_end])

    def _whole(self, blocks: list[str]) -> str:
        script = "\n".join(blocks)
        imports = {*self._imports}
        if self._executors.used:
            order = sorted(self._executors.used, key=lambda name: (name[0] == "_", name))
            imports.add(f"from jupyter_flow.executor import {', '.join(order)}")
        names = {n.id for n in ast.walk(ast.parse(script)) if isinstance(n, ast.Name)}
        if self._jf in names:
            imports.add("import jupyter_flow as jf" if self._jf == "jf" else "import jupyter_flow")
        helper = [SHOW.format(name=self._show)] if self._show in names else []
        return spaced(joined(headed(sorted(imports), helper, blocks)))

    # cells -------------------------------------------------------------------------------------------

    def _electron(self, place: int, source: Source) -> None:
        for node in ast.walk(source.parse()):
            if isinstance(node, ast.Call) and (line := magic_line(node)) is not None:
                source.refuse(f"{line} is a magic, which no electron runs", node.lineno)
        cell = self._plain(source)
        tree = source.parse(cell.text)
        if not tree.body:
            source.refuse("this cell has no code")
        if is_def(tree):
            self._define(place, source, self._reader.function(source, cell.text))
            return
        made = self._reader.statements(source, cell.text, cell.shows, self._later(place))
        if self._group and not self._group.takes(made):
            self._close(place)
        self._group.add(made)
        # Where it makes a value of its own name, that is what the name means further down.
        if made.bundles and made.called in self._later(place) and made.called not in made.outputs:
            source.refuse(f"{made.called} changes values that may share objects, and is called by name elsewhere")

    def _lattice(self, place: int, source: Source) -> None:
        cell = self._plain(source)
        tree = source.parse(cell.text)
        if is_def(tree):
            text = self._reader.function(source, cell.text)
        else:
            _, text = self._reader.lattice(source, cell.text)
        self._define(place, source, text)

    def _define(self, place: int, source: Source, text: str) -> None:
        tree = source.parse(text)
        self._let_pass(place, tree)
        self._put("\n".join([*source.notes, text]))
        self._space.run(tree)

    def _ordinary(self, place: int, source: Source) -> None:
        cell = self._plain(source)
        tree = source.parse(cell.text)
        self._check_ordinary(source, tree)
        if not _inert(tree, cell.shows, self._jf):
            self._close(place)
        self._let_pass(place, tree)
        text = Text(cell.text)
        last = tree.body[-1] if tree.body else None
        if cell.shows and isinstance(last, ast.Expr):
            show(text, last, self._show)
        for statement in tree.body:
            if ast.unparse(statement) == f"import jupyter_flow as {self._jf}":
                text.replace(statement, "")
        self._put("\n".join([*source.notes, text.edited()]))
        self._space.run(tree)

    def _plain(self, source: Source) -> Plain:
        cell = plain(source, self._space, self._jf, self._executors)
        self._imports |= cell.imports
        self._at_end += cell.at_end
        for line in cell.imports:
            self._space.bind_code({line.rpartition(" ")[2]: frozenset()})
        if "display" not in self._space and "display" in mentions(source.parse(cell.text)):
            self._imports.add("from IPython.display import display")
        return cell

    def _check_ordinary(self, source: Source, tree: ast.Module) -> None:
        names = analysed(tree)
        for node in ast.walk(tree):
            asked = node.id if isinstance(node, ast.Name) and node.id in HISTORY else ""
            if asked and asked not in self._space and names is not None and asked in names.reads:
                source.refuse(f"only the notebook has {asked}", getattr(node, "lineno", 1))
        if names is not None and names.awaits:
            source.refuse("a script cannot await outside of functions: make it an electron, or use asyncio.run")

    # the groups --------------------------------------------------------------------------------------

    def _new_group(self) -> FlowGroup:
        return FlowGroup(self._jf, self._space, self._taken)

    def _let_pass(self, place: int, tree: ast.Module) -> None:
        names = analysed(tree)
        reads = names.reads if names is not None else mentions(tree)
        if self._group and not self._group.passes(bound(tree), reads):
            self._close(place)

    def _put(self, text: str) -> None:
        if self._group:
            self._group.put(text)
        else:
            self._blocks.append(text)

    def _close(self, place: int) -> None:
        if self._group:
            self._blocks += self._group.close(lambda name: self._needed(name, place))
            self._group = self._new_group()

    def _needed(self, name: str, place: int) -> bool:
        """Whether a cell from here on needs a name as it is now, or the end of the script does."""
        if any(name in glance.reached for glance in self._glances):
            return True
        for glance in self._glances[place:]:
            if name in glance.reads:
                return True
            if name in glance.kills:
                return False
        return True

    def _later(self, place: int) -> frozenset[str]:
        return frozenset().union(*(glance.mentions for glance in self._glances[place + 1 :]))


def _without_ours(source: Source) -> str:
    lines = source.text.splitlines()
    return "\n".join("" if line.strip() == "import jupyter_flow as jf" else line for line in lines)


def _glance(cell: Source | str) -> Glance:
    if isinstance(cell, str):
        return Glance(frozenset(), frozenset(), frozenset(), frozenset())
    tree = cell.parse()
    names = analysed(tree)
    told = mentions(ast.parse(f"get_ipython().run_line_magic({cell.line!r})"))  # the header's words
    reached = frozenset().union(*code_of(tree).values())
    every = mentions(tree) | told
    if names is None:
        return Glance(every, every, frozenset(), reached)
    reads = frozenset((*names.reads, *names.carries)) | told
    return Glance(every, reads, frozenset((*names.writes, *names.deletes)) - reads, reached)


def _strings(cells: Iterable[Source | str]) -> frozenset[str]:
    trees = [cell.parse() for cell in cells if isinstance(cell, Source)]
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


def _inert(tree: ast.Module, shows: bool, jf: str) -> bool:
    """Whether nothing but names comes of a cell: definitions and constants."""
    last = tree.body[-1] if tree.body else None
    if shows and isinstance(last, ast.Expr):
        return False
    return all(_defines(statement, jf) for statement in tree.body)


def _defines(statement: ast.stmt, jf: str) -> bool:
    if isinstance(statement, ast.ClassDef):
        return not statement.decorator_list and all(_defines(s, jf) for s in statement.body)
    if isinstance(statement, DEFINITIONS):
        return all(_root(decorator) == jf for decorator in statement.decorator_list)
    if isinstance(statement, ast.Assign):
        made = statement.value
        executor = isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id in KINDS.values()
        return is_literal(statement) or isinstance(made, ast.Lambda) or executor
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return (
        text
        or isinstance(statement, IMPORTS | ast.Pass)
        or (isinstance(statement, ast.AnnAssign) and is_literal(statement))
    )


def _root(decorator: ast.expr) -> str:
    while isinstance(decorator, ast.Attribute | ast.Call):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    return decorator.id if isinstance(decorator, ast.Name) else ""
