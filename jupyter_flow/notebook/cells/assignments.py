"""Following what binds, changes and deletes names, one target after the other."""

import ast
from collections.abc import Iterator
from typing import Any

from . import changes
from .branches import Branches
from .paths import GONE, MADE, Call, Held, Origin, Place, Seen
from .scopes import Scope, imported_as


class Assignments(Branches, ast.NodeVisitor):
    """The part of a `Walker` that knows names, and the statements that bind them."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope
        self.parents: list[ast.AST] = [ast.Module([], [])]
        self.annotations = True  # they are evaluated

    def visit(self, node: ast.AST) -> None:
        """Follow one piece of code."""
        self.parents.append(node)
        super().visit(node)
        self.parents.pop()

    def value(self, value: ast.expr, target: ast.expr) -> Held:
        """Follow what is assigned; what its name then holds."""
        raise NotImplementedError

    def annotate(self, nodes: list[ast.expr | None]) -> None:
        """Follow annotations."""
        raise NotImplementedError

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
            self.mutate(changes.root(target))

    def mutate(self, name: ast.Name | None) -> None:
        """The object that a name holds is changed in place."""
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
        held = self.value(node.value, node.targets[0])
        for target in node.targets:
            self.store(target, self.paths.record.assigns, held)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            held = self.value(node.value, node.target)
            self.store(node.target, self.paths.record.assigns, held)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
        if self.scope.kind != "function":
            self.annotate([node.annotation])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
            self.visit(read)
            self.mutate(read)
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
                self.mutate(changes.root(target))

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.bind(imported_as(alias), alias, self.paths.record.imports)

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


def _place(node: Any) -> Place:
    if isinstance(node, ast.MatchAs | ast.MatchMapping):  # their name stands last
        return node.end_lineno, node.end_col_offset
    return node.lineno, node.col_offset
