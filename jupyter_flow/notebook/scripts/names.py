"""The names of a notebook while its script is written: which are data, which are code, and which may share objects."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..cells import CellRefused, Names, imported_as, names_of, reached
from .text import IMPORTS

DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
SCOPES = DEFINITIONS | ast.Lambda
# Calls that give a value of their own, which shares nothing with what they were given.
COUNTS = frozenset({"len", "int", "float", "str", "bool", "sum", "round", "range", "abs", "repr", "format"})
BUILTINS = frozenset(dir(builtins))


@dataclass
class Space:
    """What the notebook's names stand for after the cells so far."""

    data: dict[str, int] = field(default_factory=dict)  # by name: the origin; names of one origin may share objects
    code: dict[str, frozenset[str]] = field(default_factory=dict)  # by name: the names that it reads
    classes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)  # statements
    _origins: int = 0

    def __contains__(self, name: object) -> bool:
        return name in self.data or name in self.code

    def origin(self) -> int:
        """A new origin."""
        self._origins += 1
        return self._origins

    def bind_code(self, code: dict[str, frozenset[str]]) -> None:
        """Functions, classes, modules."""
        for name, reads in code.items():
            self.data.pop(name, None)
            self.code[name] = reads

    def bind_data(self, names: Iterable[str], origin: int) -> None:
        """Anything else."""
        for name in names:
            self.code.pop(name, None)
            self.data[name] = origin

    def delete(self, names: Iterable[str]) -> None:
        """Forget names."""
        for name in names:
            self.data.pop(name, None)
            self.code.pop(name, None)

    def reach(self, names: Iterable[str]) -> tuple[set[str], set[str]]:
        """The data and the code that code of these names comes by."""
        data: set[str] = set()
        code: set[str] = set()
        ahead = [name for name in names if name in self.code]
        while ahead:
            name = ahead.pop()
            code.add(name)
            for other in self.code[name]:
                if other in self.data:
                    data.add(other)
                elif other in self.code and other not in code:
                    ahead.append(other)
        return data, code

    def run(self, tree: ast.Module) -> None:
        """An ordinary cell is run."""
        for statement in tree.body:
            self.classes |= {node.name for node in ast.walk(statement) if isinstance(node, ast.ClassDef)}
            code = code_of(statement)
            self.imports |= {ast.unparse(statement)} if isinstance(statement, IMPORTS) else set()
            names = [name for name in bound(statement) if name not in code]
            self._share(statement, names)
            if isinstance(statement, ast.Delete):
                self.delete(target.id for target in statement.targets if isinstance(target, ast.Name))
            self.bind_code(code)

    def _share(self, statement: ast.stmt, names: list[str]) -> None:
        """What a statement binds may be parts of what it reads."""
        if is_literal(statement):
            for name in names:  # separate constants share nothing
                self.bind_data([name], self.origin())
            return
        used = [name for name in shared_names(statement) if name in self.data]
        if not names and not _mutates(statement):
            return
        origin, old = self.origin(), {self.data[name] for name in used}
        for name, known in self.data.items():
            if known in old:
                self.data[name] = origin
        self.bind_data(names, origin)


def _mutates(statement: ast.stmt) -> bool:
    names = analysed(ast.Module([statement], []))
    return names is None or bool(names.mutates)


def shared_names(statement: ast.stmt) -> Iterator[str]:
    """The names in a statement whose objects may go into what it makes."""
    ahead: list[ast.AST] = [statement]
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.Name):
            yield node.id
        if not _counts(node) and not isinstance(node, ast.Compare | ast.JoinedStr):
            ahead += ast.iter_child_nodes(node)


def is_literal(statement: ast.stmt) -> bool:
    """Whether a statement binds nothing but a constant."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    try:
        ast.literal_eval(statement.value)
    except (ValueError, SyntaxError):
        return False
    parts = targets[0].elts if isinstance(targets[0], ast.Tuple) else targets
    return len(targets) == 1 and all(isinstance(part, ast.Name) for part in parts)


def apart(tree: ast.Module) -> frozenset[str]:
    """The names that hold values of their own: numbers and the like, which share nothing with anything."""
    own: dict[str, bool] = {}
    for statement in tree.body:
        alone = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        alone = alone and isinstance(statement, ast.Assign) and _immutable(statement.value)
        for name in bound(statement):
            own[name] = own.get(name, True) and alone
    return frozenset(name for name, alone in own.items() if alone)


def _immutable(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr) or _counts(node)


def _counts(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COUNTS - {"sum"}


def analysed(tree: ast.Module) -> Names | None:
    """What a piece of code does with names; None where nobody can know."""
    try:
        return names_of(tree)
    except CellRefused:
        return None


def bound(tree: ast.AST) -> dict[str, ast.AST]:
    """Every name that a piece of code binds or deletes at its top, whatever happens; with the first place."""
    found: dict[str, ast.AST] = {}
    for node in _same_scope(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.setdefault(node.id, node)
        elif isinstance(node, DEFINITIONS):
            found.setdefault(node.name, node)
        elif isinstance(node, IMPORTS):
            for alias in node.names:
                found.setdefault(imported_as(alias), node)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.setdefault(node.name, node)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.setdefault(node.rest, node)
    return found


def _same_scope(tree: ast.AST, top: bool = True) -> Iterator[ast.AST]:
    yield tree
    if isinstance(tree, SCOPES) and not isinstance(tree, ast.Module):
        return
    hidden: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        for inner in _same_scope(node, False):
            if isinstance(tree, ast.comprehension) and isinstance(inner, ast.Name) and inner.ctx.__class__ is ast.Store:
                hidden.add(inner.id)
                continue
            yield inner


def code_of(tree: ast.AST) -> dict[str, frozenset[str]]:
    """The functions, classes and modules that a piece of code binds, with the names that each reads."""
    found: dict[str, frozenset[str]] = {}
    for node in _same_scope(tree):
        if isinstance(node, DEFINITIONS):
            found[node.name] = found.get(node.name, frozenset()) | _reads(node)
        elif isinstance(node, IMPORTS):
            for alias in node.names:
                found.setdefault(imported_as(alias), frozenset())
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            found |= {target.id: _reads(node) for target in node.targets if isinstance(target, ast.Name)}
    return found


def _reads(node: ast.stmt) -> frozenset[str]:
    code = compile(ast.fix_missing_locations(ast.Module([node], [])), "<script>", "exec")
    return reached(code) - set(bound(node))


def globals_assigned(tree: ast.AST) -> dict[str, ast.Global]:
    """The names that functions assign in the notebook, by `global`."""
    return {name: node for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
