"""Electron cells as functions with a decorator, lattice cells likewise."""

import ast
from argparse import Namespace
from dataclasses import dataclass, field
from typing import Any

from IPython.core.error import UsageError

from ..cells import CellRefused, Names, changes, mentions, names_of
from ..definitions import only_def
from ..flow.definition import Mapped
from ..parsing import parsed
from .cells import Source
from .executors import Executors
from .names import BUILTINS, DEFINITIONS, Space, apart, bound, code_of, globals_assigned
from .shell import literal
from .text import IMPORTS, STEP, Text, call, first_line, indented, unpacked, values

SPACES = frozenset({"eval", "exec", "globals", "locals", "vars", "dir"})  # they ask for a namespace


@dataclass
class ElectronCell:
    """A cell of statements as a function."""

    source: Source
    name: str  # of the function
    called: str  # the NAME of its header, or what it is called by without one
    decorator: str
    params: list[str]
    outputs: list[str]
    body: str
    names: Names
    asynchronous: bool
    prelude: list[str] = field(default_factory=list)  # definitions that stand in front of it
    defines: dict[str, frozenset[str]] = field(default_factory=dict)  # by the prelude
    mapped: Mapped | None = None
    after: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    mutates: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()  # what it uses by name
    reaches: frozenset[str] = frozenset()  # data that it comes by through code
    shares: bool = False  # its executor has no copies of its own
    apart: frozenset[str] = frozenset()  # outputs that share nothing with others
    unsure: frozenset[str] = frozenset()  # outputs that some path leaves unassigned
    bundles: dict[str, tuple[str, ...]] = field(default_factory=dict)  # parameters that hold several names

    def text(self) -> str:
        """The function."""
        head = "async def " if self.asynchronous else "def "
        held = {name for names in self.bundles.values() for name in names}
        params = [name for name in self.params if name not in held] + list(self.bundles)
        lines = [self.decorator, call(head + self.name, params, ":")]
        lines += [unpacked(names, bundle, STEP) for bundle, names in self.bundles.items()]
        lines += [indented(self.body)] if self.body else []
        lines += [values("return ", self.outputs, STEP)] if self.outputs else [] if self.body else [f"{STEP}pass"]
        return "\n".join(lines)


class ElectronReader:
    """Reads the cells with a header, one after the other, as the names stand then."""

    def __init__(
        self, jf: str, space: Space, executors: Executors, taken: set[str], others: set[str], show: str
    ) -> None:
        self._jf, self._space, self._executors, self._taken, self._show = jf, space, executors, taken, show
        self._bound = others  # names that cells bind
        self._names: set[str] = set()  # of the functions so far

    def given(self, source: Source) -> Namespace:
        """The header's options. Raises NotExportable."""
        from ..magics import FlowMagics

        try:
            return parsed(FlowMagics.electron if source.magic == "electron" else FlowMagics.lattice, source.line)
        except UsageError as error:
            source.refuse(str(error))

    def decorator(self, kind: str, given: Namespace) -> str:
        """``@jf.electron(executor="cpu", retries=2)``."""
        options = [f"executor={self._executors.named(given.executor)}"] if given.executor else []
        for name in ("retries", "timeout", "cores", "cache", "memory", "gpus"):
            value = getattr(given, name, None)
            if value is not None and value is not False:
                options.append(f"{name}={value:g}" if isinstance(value, float) else f"{name}={value!r}")
        head = f"@{self._jf}.{kind}"
        return call(head, options, "") if options else head

    def function(self, source: Source, text: str) -> str:
        """A cell that is one def, decorated."""
        given = self.given(source)
        tree = source.parse(text)
        definition = only_def(tree)
        assert definition is not None
        cell = Text(text)
        if given.name and given.name != definition.name:
            if definition.name in mentions(tree):
                source.refuse(f"{definition.name} calls itself and is renamed: give both one name", definition.lineno)
            cell.replace_word(definition.lineno, definition.name, given.name, after="def ")
        cell.insert_line(first_line(definition), self.decorator(source.magic, given))
        return cell.edited()

    def lattice(self, source: Source, text: str) -> tuple[str, str]:
        """A lattice of statements: its name and the function."""
        given = self.given(source)
        if not given.name:
            source.refuse("a lattice of statements needs a name")
        tree, cell = source.parse(text), Text(text)
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            cell.drop_semicolon()
            cell.replace(tree.body[-1], f"return {cell.part(tree.body[-1])}")
        params = [p.name for p in given.parameter if p.default is None]
        params += [f"{p.name}={_default(p.default)}" for p in given.parameter if p.default is not None]
        head = call(f"def {given.name}", params, ":")
        return given.name, "\n".join([self.decorator("lattice", given), head, indented(cell.edited())])

    def statements(self, source: Source, text: str, shows: bool, used_later: frozenset[str]) -> ElectronCell:
        """A cell of statements. Raises NotExportable. used_later: what the cells below mention."""
        given = self.given(source)
        tree = source.parse(text)
        names = self._checked(source, tree, text)
        outputs = self._outputs(given, names)
        made = given.name or "_".join((given.outputs or names.writes or names.defines)[:3]) or "cell"
        cell = ElectronCell(
            source, self._name(given.name, made), made, self.decorator("electron", given),
            self._params(source, given, names), outputs, "", names, names.awaits, mapped=given.mapped,
            after=given.after, deletes=self._deletes(source, tree, names), mutates=frozenset(names.mutates),
            shares=self._executors.shares(given.executor),
        )  # fmt: skip
        cell.code = frozenset(name for name in names.reads if name in self._space.code)
        cell.reaches = frozenset(self._space.reach(cell.code)[0])
        self._check_helpers(cell)
        self._check_rebinding(cell, tree)
        cell.unsure = frozenset(n for n in names.carries if n not in self._space.data and n not in used_later)
        cell.outputs = [name for name in outputs if name not in cell.unsure]
        cell.apart = apart(tree)
        cell.body = self._body(cell, tree, text, shows, used_later)
        return cell

    # the parts ---------------------------------------------------------------------------------------

    def _checked(self, source: Source, tree: ast.Module, text: str) -> Names:
        """What a cell does with names; refuses what a function could not do in its place."""
        try:
            names = names_of(tree, text)
        except CellRefused as error:
            source.refuse(str(error))
        for name, declared in globals_assigned(tree).items():
            told = f"`global {name}` would not reach the notebook from a function: return {name}"
            source.refuse(told, declared.lineno)
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in SPACES and called.id in names.reads:
                source.refuse(f"{called.id}() finds other names in a function than in a cell", called.lineno)
        return names

    def _check_helpers(self, cell: ElectronCell) -> None:
        """In a cell, its functions see what it assigns; from a function they see the script's."""
        changed = {*cell.names.writes, *bound_data(cell)} & cell.reaches
        for name in sorted(changed):
            by = next(code for code in sorted(cell.code) if name in self._space.reach([code])[0])
            cell.source.refuse(f"{by} reads the {name!r} that this cell changes: give it to {by} as an argument")

    def _check_rebinding(self, cell: ElectronCell, tree: ast.Module) -> None:
        """What a function binds is its own from the first line on."""
        params = {*cell.params, cell.mapped.variable if cell.mapped else ""}
        for name, node in bound(tree).items():
            known = name in self._space.code or name in BUILTINS
            if known and name in (*cell.names.reads, *cell.names.carries) and name not in params:
                line = getattr(node, "lineno", 1)
                cell.source.refuse(f"{name} is used and then bound anew: choose another name for one", line)

    def _outputs(self, given: Namespace, names: Names) -> list[str]:
        if given.outputs is not None:
            return list(given.outputs)
        skipped = {name for name in names.mutates if name not in self._space.data}
        skipped -= {name for name in names.writes if name not in names.mutates or name not in names.reads}
        if given.mapped:
            skipped.add(given.mapped.variable)
        return [name for name in names.writes if name not in skipped]

    def _params(self, source: Source, given: Namespace, names: Names) -> list[str]:
        variable = given.mapped.variable if given.mapped else ""
        wanted = dict.fromkeys((*names.reads, *names.carries))
        data = [name for name in wanted if name in self._space.data or name == variable]
        if given.inputs is not None:
            lacking = [n for n in data if n not in given.inputs and n != variable and n in names.reads]
            if lacking:
                source.refuse(f"it reads {', '.join(lacking)}, which -i leaves out")
            data = list(given.inputs)
        return list(dict.fromkeys([*data, *([variable] if variable else [])]))

    def _deletes(self, source: Source, tree: ast.Module, names: Names) -> tuple[str, ...]:
        sure = [t.id for s in tree.body if isinstance(s, ast.Delete) for t in s.targets if isinstance(t, ast.Name)]
        for name in names.deletes:
            if name not in sure or name in names.writes:
                source.refuse(f"{name} is deleted on some paths only")
        return tuple(name for name in names.deletes if name in self._space)

    def _name(self, given: str | None, made: str) -> str:
        name = given if given and given not in self._bound else f"make_{made}"
        number, unique = 1, name
        while unique in self._taken and not (unique == given and unique not in self._names):
            number += 1
            unique = f"{name}_{number}"
        self._taken.add(unique)
        self._names.add(unique)
        return unique

    def _body(self, cell: ElectronCell, tree: ast.Module, text: str, shows: bool, used_later: frozenset[str]) -> str:
        body = Text(text)
        own = {*bound(tree), *cell.params, *([cell.mapped.variable] if cell.mapped else [])}
        code = {n for s in tree.body if isinstance(s, IMPORTS | DEFINITIONS) for n in bound(s)}
        moved: list[ast.stmt] = []
        for statement in tree.body:
            if isinstance(statement, IMPORTS) and set(bound(statement)) & used_later:
                self._move(cell, body, statement, moved)
            elif isinstance(statement, DEFINITIONS):
                self._lift(cell, body, tree, statement, own - code, used_later, moved)
        last = tree.body[-1]
        if shows and isinstance(last, ast.Expr):
            show(body, last, self._show)
        return body.edited()

    def _move(self, cell: ElectronCell, body: Text, statement: ast.stmt, moved: list[ast.stmt]) -> None:
        """Let an import or definition stand in front of the function."""
        if ast.unparse(statement) not in self._space.imports and statement not in moved:
            cell.prelude.append(body.take_lines(statement))
            cell.defines |= code_of(statement)
            moved.append(statement)

    def _lift(
        self, cell: ElectronCell, body: Text, tree: ast.Module, node: Any, own: set[str], used_later: frozenset[str],
        moved: list[ast.stmt],
    ) -> None:  # fmt: skip
        """Move a class, or a function that the cells below use, in front of the function."""
        if isinstance(node, ast.ClassDef) or node.name in used_later:
            stuck = sorted(mentions(node) & own - set(bound(ast.Module(getattr(node, "body", []), []))))
            if not stuck:
                for other in tree.body:
                    if isinstance(other, IMPORTS) and set(bound(other)) & mentions(node):
                        self._move(cell, body, other, moved)
                self._move(cell, body, node, moved)
            elif node.name in used_later:
                why = f"cells below use {node.name}, which reads {', '.join(stuck)} of this cell"
                cell.source.refuse(f"{why}: give it a cell of its own", node.lineno)


def bound_data(cell: ElectronCell) -> set[str]:
    """What a cell changes."""
    return {*cell.mutates, *cell.names.deletes}


def show(text: Text, last: ast.Expr, helper: str) -> None:
    """Print a value that a cell would display. helper: prints what may be None, which no cell displays."""
    value = last.value
    if isinstance(value, ast.Constant) and value.value is None:
        return
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if name in ("print", "display", "show") or name in changes.SILENT:
            return
    head = helper if isinstance(value, ast.Call | ast.Await | ast.IfExp | ast.BoolOp) else "print"
    whole, part = text.part(last), text.part(value)
    if "\n" not in part:
        text.replace(last, call(head, [part], ""))
    elif whole.startswith("(\n") and whole != part:
        text.replace(last, head + whole)
    else:
        text.replace(last, f"{head}(\n{indented(part)}\n)")


def _default(tree: ast.expr) -> str:
    return literal(tree.value) if isinstance(tree, ast.Constant) else ast.unparse(tree)
