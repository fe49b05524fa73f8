"""Following a cell in the order in which Python would: which names are read, bound and changed on its paths."""

import ast
import sys
from collections.abc import Iterable
from typing import Any

from . import changes, commands
from .assignments import Assignments
from .lookups import looked_up
from .paths import MADE, Call, Held, Later
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


class Walker(Assignments, ast.NodeVisitor):
    """Walks one block, the cell or one function in it; the record says what it does, once it is run.

    last: the statement whose value is displayed.
    known: names that the cell defines whatever happens: code that is only handed on does not need them from outside.
    """

    def __init__(self, scope: Scope, last: ast.stmt | None = None, known: Iterable[str] = ()) -> None:
        super().__init__(scope)
        self.last = last
        self.known = frozenset(known)
        self.functions: dict[ast.AST, Later] = {}  # by their node: loops come by more than once
        self.defers = scope.kind == "cell"  # elsewhere a function is taken to run where it is defined

    def value(self, value: ast.expr, target: ast.expr) -> Held:
        """Follow what is assigned; a lambda with a name is a function as any other."""
        if not (isinstance(value, ast.Lambda) and isinstance(target, ast.Name) and self.scope.kind == "cell"):
            self.visit(value)
            return MADE
        self._defaults(value.args)
        return frozenset({self._later(value, target.id)})

    # Expressions

    def visit_Expr(self, node: ast.Expr) -> None:
        self.visit(node.value)
        self.mutate(changes.changed_as_statement(node, node is self.last))

    def visit_Call(self, node: ast.Call) -> None:
        if commands.method(node) not in commands.SHELL:
            self.visit(node.func)
        else:
            self.block(commands.expressions(node))
        self.block([*node.args, *node.keywords, *(looked_up(node) or ())])
        for name in changes.changed_by(node, self.parents[-2]):
            self.mutate(name)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        self.block(looked_up(node) or ())

    def visit_Compare(self, node: ast.Compare) -> None:
        super().visit_Compare(node)
        self.block(looked_up(node) or ())

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """A sum of a thousand terms is no deeper than one of two."""
        rights: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            rights.append(left.right)
            left = left.left
        self.block([left, *reversed(rights)])

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
        self.annotate([*(argument.annotation for argument in arguments(node.args)), node.returns])
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

    def annotate(self, nodes: list[ast.expr | None]) -> None:
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
