"""Scopes inside a cell: whose variable a name is, the notebook's or that of a function, a class, a comprehension."""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Function = Definition | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(eq=False, slots=True)
class Scope:
    """One block of names. The cell's own is the one without `parent`."""

    kind: str = "cell"  # or function, class, comprehension
    parent: "Scope | None" = None
    own: frozenset[str] = frozenset()  # bound in this block
    outer: frozenset[str] = frozenset()  # declared global in it
    later: list[Any] = field(default_factory=list)  # what the methods of a class do once they are called

    def inner(self, kind: str, own: Iterable[str], outer: Iterable[str] = ()) -> "Scope":
        """A scope that stands in this one: it does not see the names of a class around it."""
        around = self.parent if self.kind == "class" else self
        return Scope(kind, around, frozenset(own), frozenset(outer))

    def keys(self, name: str) -> list[str]:
        """Where a name is looked up, in order, as keys of what is followed; none for a local variable.

        The notebook's names are their own keys; those of a class body have a key in which a dot stands.
        """
        if name.startswith("__") and name.endswith("__"):
            return []
        if self.parent is None or name in self.outer:
            return [name]
        if name not in self.own:
            return self.parent.keys(name)
        return [self.prefix + name, *self.parent.keys(name)] if self.kind == "class" else []

    def binding(self, name: str) -> str | None:
        """The key that an assignment to a name binds; None for a local variable."""
        return next(iter(self.keys(name)), None)

    @property
    def prefix(self) -> str:
        """How the keys of a class body begin."""
        return f"{id(self)}."

    @property
    def walrus(self) -> "Scope":
        """The scope that ``:=`` binds in: the one around comprehensions."""
        return self.parent.walrus if self.kind == "comprehension" and self.parent is not None else self


class Bindings(ast.NodeVisitor):
    """The names that a block binds, and those it declares global or nonlocal."""

    def __init__(self, body: Iterable[ast.AST]) -> None:
        self.bound: set[str] = set()
        self.outer: set[str] = set()
        self.between: set[str] = set()
        for node in body:
            self.visit(node)

    @property
    def own(self) -> set[str]:
        """The names that are the block's own."""
        return self.bound - self.outer - self.between

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.bound.add(node.id)

    def visit_Global(self, node: ast.Global) -> None:
        self.outer.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.between.update(node.names)

    def visit_alias(self, node: ast.alias) -> None:
        self.bound.add(imported_as(node))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._named(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self._named(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        self._named(node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self.bound.add(node.rest)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._block(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._block(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._block(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        # Its targets are its own; a walrus in the rest binds here.
        for part in (node.iter, *node.ifs):
            self.visit(part)

    def _named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self.bound.add(node.name)
        self.generic_visit(node)

    def _block(self, node: Definition | ast.ClassDef) -> None:
        self.bound.add(node.name)
        heads = [node.args] if not isinstance(node, ast.ClassDef) else [*node.bases, *node.keywords]
        for part in [*node.decorator_list, *heads]:
            self.visit(part)


def function_scope(function: Function, around: Scope) -> Scope:
    """The scope of a function's body."""
    body: list[Any] = [function.body] if isinstance(function, ast.Lambda) else function.body
    found = Bindings(body)
    given = {node.arg for node in arguments(function.args)}
    return around.inner("function", found.own | given, found.outer)


def class_scope(node: ast.ClassDef, around: Scope) -> Scope:
    """The scope of a class's body."""
    found = Bindings(node.body)
    return around.inner("class", found.own, found.outer)


def comprehension_scope(node: Comprehension, around: Scope) -> Scope:
    """The scope of a comprehension: its targets."""
    targets = [part for generator in node.generators for part in ast.walk(generator.target)]
    stored = (part.id for part in targets if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
    return around.inner("comprehension", stored)


def imported_as(alias: ast.alias) -> str:
    """The name that an import binds: ``os`` for ``import os.path``."""
    return alias.asname or alias.name.partition(".")[0]


def arguments(given: ast.arguments) -> list[ast.arg]:
    """All arguments that a function takes."""
    starred = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *starred]
