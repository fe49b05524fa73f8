"""Code that looks names up by their text: ``eval("x")``, ``globals().get(name)``, ``df.query("a > @x")``, ``%who``."""

import ast
import re
from collections.abc import Iterable, Iterator

from . import commands

ANYWHERE = frozenset({"globals", "eval", "exec"})  # they see the notebook's names in functions as well
NAMESPACES = frozenset({"globals", "locals", "vars", "dir"})  # what they give, without arguments, has the names in it
QUERIES = frozenset({"query", "eval"})  # methods of pandas' that know names by an @
LISTS = frozenset({"who", "whos", "who_ls"})  # magics about every name
RUNS = frozenset({"time", "timeit", "prun", "capture", "debug", "memit", "lprun", "mprun"})  # magics that run Python
AT = re.compile(r"@([^\W\d]\w*)")
CALLS = re.compile(r"(?<![\w.])(?:(?:globals|locals|eval|exec)\s*\(|(?:vars|dir)\s*\(\s*\))")

Definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def looked_up(node: ast.AST) -> list[ast.expr] | None:
    """The names that a lookup is about, each placed where it stands; None where nobody can tell, or it is no lookup."""
    if isinstance(node, ast.Call):
        return _called(node)
    if isinstance(node, ast.Subscript):
        return _keyed(node.slice) if _is_namespace(node.value) else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        return _keyed(node.left) if _is_namespace(node.comparators[0]) else None
    return None


def looks_anywhere(tree: ast.Module) -> frozenset[str]:
    """The builtins through which a piece of code may look up any name when it runs; magics by their names."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    finder = _Finder({node.id for node in names if isinstance(node.ctx, ast.Load)})
    finder.follow(tree)
    return frozenset(finder.found)


class _Finder:
    """used: the names that are loaded; a function or class that is only defined does nothing yet."""

    def __init__(self, used: set[str]) -> None:
        self.found: set[str] = set()
        self._used = used
        self._depth = 0  # of functions
        self._outer = ""  # the outermost class or function

    def follow(self, node: ast.AST) -> None:
        parts = list(ast.iter_child_nodes(node))
        if looked_up(node) is not None:
            parts = [part for part in parts if not _asks(part, node)]
        else:
            self._note(node)
        if isinstance(node, Definitions):
            self._enter(node, parts)
        else:
            self._all(parts)

    def _enter(self, node: Definitions, parts: list[ast.AST]) -> None:
        before = self._outer, self._depth
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        self._all([part for part in parts if part not in body])
        self._outer = self._outer or getattr(node, "name", "")
        if not isinstance(node, ast.ClassDef):
            self._depth += 1
        if isinstance(node, ast.ClassDef) or not self._outer or self._outer in self._used:
            self._all(body)
        self._outer, self._depth = before

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.follow(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Call) and commands.method(node) in commands.MAGICS:
            self.found.update(_magic(node))
        elif isinstance(node, ast.Name) and node.id in ANYWHERE and isinstance(node.ctx, ast.Load):
            self.found.add(node.id)
        elif not self._depth and _is_namespace(node):
            self.found.update(part.id for part in ast.iter_child_nodes(node) if isinstance(part, ast.Name))


def _asks(node: ast.AST, lookup: ast.AST) -> bool:
    """Whether it is the asking part of a lookup: what it is about is known."""
    if isinstance(lookup, ast.Call) and node is not lookup.func:
        return False
    name = node.value if isinstance(node, ast.Attribute) else node
    return _is_namespace(name) or (isinstance(name, ast.Name) and name.id in ANYWHERE)


def _called(call: ast.Call) -> list[ast.expr] | None:
    called, first = call.func, call.args[0] if call.args else None
    if first is None:
        return None
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    if isinstance(called, ast.Attribute) and called.attr == "get" and _is_namespace(called.value):
        return _keyed(first)
    if isinstance(called, ast.Attribute) and called.attr in QUERIES and text is not None:
        return [_name(found, call) for found in AT.findall(text)]
    if isinstance(called, ast.Name) and called.id in ("eval", "exec"):
        alone = len(call.args) == 1 and not call.keywords  # else it looks where it is told to
        return [] if not alone else _parsed(text, call) if text is not None else None
    return None


def _keyed(key: ast.expr) -> list[ast.expr] | None:
    return [_name(key.value, key)] if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _parsed(text: str, call: ast.Call) -> list[ast.expr] | None:
    try:
        tree = ast.parse(text.strip())
    except SyntaxError:
        return None
    if looks_anywhere(tree):
        return None
    return [_name(node.id, call) for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _is_namespace(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return False
    return isinstance(node.func, ast.Name) and node.func.id in NAMESPACES


def _magic(call: ast.Call) -> Iterator[str]:
    texts = [part.value for part in call.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if not texts:
        return
    magic, _, rest = texts[0].partition(" ")
    if magic in LISTS or (magic in RUNS and any(map(CALLS.search, [rest, *texts[1:]]))):
        yield f"%{magic}"


def _name(name: str, place: ast.expr) -> ast.Name:
    return ast.copy_location(ast.Name(name, ast.Load()), place)
