"""Following a cell in the order in which Python would: which names are read, bound and changed on its paths."""

import ast
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from . import changes, commands
from .branches import Branches
from .paths import GONE, MADE, Call, Held, Later, Origin, Place, Seen
from .scopes import (
    Comprehension,
    Definition,
    Function,
    Scope,
    arguments,
    class_scope,
    comprehension_scope,
    function_scope,
)

LAZY_ANNOTATIONS = sys.version_info >= (3, 14)


class CellRefused(SyntaxError):
    """A cell that cannot be an electron: the message says why and what to do, `lineno` says where."""

    def __init__(self, message: str, node: Any) -> None:
        super().__init__(message)
        self.lineno, self.offset = node.lineno, node.col_offset + 1

    def __str__(self) -> str:
        return self.msg


class Walker(Branches, ast.NodeVisitor):
    """Walks one block, the cell or one function in it; the record says what it does, once it is run.

    last: the statement whose value is displayed.
    known: names that the cell defines whatever happens: code that is only handed on does not need them from outside.
    """

    def __init__(self, scope: Scope, last: ast.stmt | None = None, known: Iterable[str] = ()) -> None:
        super().__init__()
        self.scope = scope
        self.last = last
        self.known = frozenset(known)
        self.annotations = True
        self.parents: list[ast.AST] = [ast.Module([], [])]
        self.functions: dict[ast.AST, Later] = {}  # by their node: loops come by more than once
        self.defers = scope.kind == "cell"  # elsewhere a function is taken to run where it is defined

    def visit(self, node: ast.AST) -> None:
        """Follow one piece of code."""
        self.parents.append(node)
        super().visit(node)
        self.parents.pop()

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.bind(node.id, node, self.paths.record.assigns)
            return
        # A class is not there while its body runs, and its methods do not ask for it before.
        call = Call(known=frozenset(around.name for around in self.parents if isinstance(around, ast.ClassDef)))
        for key in self._sought(node.id):
            self.paths.read(key, _place(node), call)
        if isinstance(node.ctx, ast.Del):
            self.bind(node.id, node, self.paths.record.deletes, GONE)

    def bind(self, name: str | None, node: Any, seen: Seen, held: Held = MADE) -> None:
        key = self.scope.binding(name) if name is not None else None
        if key is not None:
            self.paths.bind(key, seen, _place(node), held)

    def store(self, target: ast.expr, seen: Seen, held: Held = MADE) -> None:
        if isinstance(target, ast.Name):
            self.bind(target.id, target, seen, held)
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self.store(part, seen)
        elif isinstance(target, ast.Starred):
            self.store(target.value, seen)
        else:
            self.visit(target)
            self._mutate(changes.root(target))

    def _mutate(self, name: ast.Name | None) -> None:
        if name is not None:
            for key in self._sought(name.id):
                self.paths.mutate(key, _place(name))

    def _sought(self, name: str) -> Iterator[str]:
        """Where a name is found on some path."""
        for key in self.scope.keys(name):
            yield key
            if not self.paths.held(key) & {Origin.OUTSIDE, Origin.GONE}:
                break

    # Assignments

    def visit_Assign(self, node: ast.Assign) -> None:
        held = self._value(node.value, node.targets[0])
        for target in node.targets:
            self.store(target, self.paths.record.assigns, held)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            held = self._value(node.value, node.target)
            self.store(node.target, self.paths.record.assigns, held)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
        if self.scope.kind != "function":
            self._annotate([node.annotation])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.visit(read)
            self._mutate(read)
        self.visit(node.value)
        self.store(node.target, self.paths.record.assigns)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inside, self.scope = self.scope, self.scope.walrus
        self.store(node.target, self.paths.record.assigns)
        self.scope = inside

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Tuple | ast.List):
                self.visit_Delete(ast.Delete(target.elts))
            else:
                self.visit(target)
            if isinstance(target, ast.Attribute | ast.Subscript):
                self._mutate(changes.root(target))

    def _value(self, value: ast.expr, target: ast.expr) -> Held:
        """Follow what is assigned; a lambda with a name is a function as any other."""
        if not (isinstance(value, ast.Lambda) and isinstance(target, ast.Name) and self.scope.kind == "cell"):
            self.visit(value)
            return MADE
        self._defaults(value.args)
        return frozenset({self._later(value, target.id)})

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0], alias, self.paths.record.imports)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "__future__" and any(alias.name == "annotations" for alias in node.names):
            self.annotations = False
        self.visit_Import(node)

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self.store(item.optional_vars, self.paths.record.targets)
        self.block(node.body)

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self.paths.record.awaits = True
        self.visit_With(node)

    # Expressions

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        self._mutate(changes.changed_as_statement(node, node is self.last))

    def visit_Call(self, node: ast.Call) -> None:
        if commands.method(node) not in commands.SHELL:
            self.visit(node.func)
        else:
            self.block(commands.expressions(node))
        self.block([*node.args, *node.keywords])
        for name in changes.changed_by(node, self.parents[-2]):
            self._mutate(name)

    def visit_Await(self, node: ast.Await) -> None:
        self.paths.record.awaits = True
        self.visit(node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self.paths.run(self._later(node), Call(known=self.known))

    def visit_ListComp(self, node: Comprehension) -> None:
        self.visit(node.generators[0].iter)
        outside, awaits = self.scope, self.paths.record.awaits
        self.scope = comprehension_scope(node, outside)
        self.paths.perhaps(lambda: self._element(node))
        self.scope = outside
        if isinstance(node, ast.GeneratorExp):  # whoever takes its elements awaits
            self.paths.record.awaits = awaits

    visit_SetComp = visit_ListComp  # noqa: N815  # the name is ast's
    visit_DictComp = visit_ListComp  # noqa: N815  # the same
    visit_GeneratorExp = visit_ListComp  # noqa: N815  # the same

    def _element(self, node: Comprehension) -> None:
        for number, generator in enumerate(node.generators):
            self.paths.record.awaits |= bool(generator.is_async)
            self.block([generator.iter] if number else [])
            self.store(generator.target, {})
            for condition in generator.ifs:
                self.paths.state, _ = self.test(condition)
        self.block([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

    # Definitions

    def visit_FunctionDef(self, node: Definition) -> None:
        self.block(node.decorator_list)
        self._defaults(node.args)
        outside = self._parameters(node)
        self._annotate([*(argument.annotation for argument in arguments(node.args)), node.returns])
        later = self._later(node, node.name if outside.kind == "cell" else "")
        self.scope = outside
        self._define(node, later)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # the same

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.block(node.decorator_list)
        outside = self._parameters(node)
        self.block([*node.bases, *node.keywords])
        self.scope = body = class_scope(node, self.scope)
        self.block(node.body)
        self.paths.drop(body.prefix)
        self.scope = outside
        later = self.functions.setdefault(node, Later(name=node.name if outside.kind == "cell" else ""))
        for method in body.later:
            later.add(method)
        self._define(node, later)

    def visit_TypeAlias(self, node: Any) -> None:
        outside = self._parameters(node)
        self._lazily([node.value])
        self.scope = outside
        self.bind(node.name.id, node, self.paths.record.defines)

    def visit_Return(self, node: ast.Return) -> None:
        if self.scope.kind != "function":
            raise CellRefused(f"line {node.lineno}: 'return' outside function", node)
        self.block([node.value])
        self.paths.state = None

    def visit_Yield(self, node: ast.Yield | ast.YieldFrom) -> None:
        if self.scope.kind != "function":
            raise CellRefused(f"line {node.lineno}: 'yield' outside function", node)
        self.block([node.value])

    visit_YieldFrom = visit_Yield  # noqa: N815  # the same

    def _define(self, node: Definition | ast.ClassDef, later: Later) -> None:
        """Bind a function or class; a decorator may call it at once."""
        if not self.defers:
            self.paths.run(later, Call())
        elif node.decorator_list:
            self.paths.run(later, Call(known=self.known))
        self.scope.later.append(later)
        self.bind(node.name, node, self.paths.record.defines, frozenset({later}) if self.defers else MADE)

    def _later(self, function: Function, name: str = "") -> Later:
        """What a function does when it is called."""
        if function not in self.functions:
            inside = Walker(function_scope(function, self.scope))
            inside.annotations = self.annotations
            inside.parents.append(function)
            inside.block([function.body] if isinstance(function, ast.Lambda) else function.body)
            self.functions[function] = Later(inside.paths.record, name)
        return self.functions[function]

    def _defaults(self, given: ast.arguments) -> None:
        self.block([*given.defaults, *given.kw_defaults])

    def _annotate(self, nodes: list[ast.expr | None]) -> None:
        if LAZY_ANNOTATIONS:
            self._lazily(nodes if self.annotations else [])
        elif self.annotations:
            self.block(nodes)

    def _lazily(self, nodes: Iterable[ast.AST | None]) -> None:
        """Follow what is evaluated only when somebody asks for it."""
        inside = Walker(self.scope.inner("function", ()))
        inside.block(nodes)
        self.paths.run(Later(inside.paths.record), Call(known=self.known))

    def _parameters(self, node: Any) -> Scope:
        """Enter the scope of a definition's type parameters; the scope around it."""
        outside, parameters = self.scope, getattr(node, "type_params", [])
        if parameters:
            self.scope = Scope("parameters", outside, frozenset(parameter.name for parameter in parameters))
            self._lazily(getattr(parameter, "bound", None) for parameter in parameters)
        return outside


def _place(node: Any) -> Place:
    if isinstance(node, ast.MatchAs | ast.MatchMapping):  # their name stands last
        return node.end_lineno, node.end_col_offset
    return node.lineno, node.col_offset
