"""What a cell does with the notebook's names: read off its syntax tree, without running anything."""

import ast
import dis
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from ...model.sources import codes_in
from . import commands
from .paths import Origin, Paths, Seen
from .scopes import Scope, imported_as
from .walker import CellRefused, Walker

LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
STORES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
BLANK = frozenset({tokenize.ENDMARKER, tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT})
Definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Names:
    """What a cell does with the notebook's names; each in the order of first appearance, without duplicates.

    `writes`, `targets`, `mutates` and `deletes` leave out names that begin with an underscore: those are the cell's
    own. Names like ``__name__`` are nowhere.
    """

    reads: tuple[str, ...] = ()  # on some path read before the cell assigns them, builtins' names among them
    writes: tuple[str, ...] = ()  # assigned at top level, or changed in place: the outputs
    targets: tuple[str, ...] = ()  # bound only as targets of with, for or except: outputs if asked for
    carries: tuple[str, ...] = ()  # of `writes`, those that some path leaves as they were before the cell
    mutates: tuple[str, ...] = ()  # of `reads`, those that may be changed in place
    deletes: tuple[str, ...] = ()  # by `del`, and on some path gone at the end
    imports: tuple[str, ...] = ()  # bound by top-level imports
    defines: tuple[str, ...] = ()  # bound by top-level def and class
    later: tuple[str, ...] = ()  # of `reads`, those of functions that the cell only defines
    awaits: bool = False  # await, async for or async with at top level
    shows: bool = False  # the last statement is an expression whose value is displayed


def names_of(tree: ast.Module, source: str = "") -> Names:
    """What the cell of this tree reads, writes and shows. Raises CellRefused.

    source: the cell's text, to know whether a semicolon at its end suppresses the display.
    """
    _check(tree)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    walker = Walker(Scope(), last, defined(tree))
    walker.block(tree.body)
    early = set(walker.paths.record.reads)
    walker.paths.finish()
    return _summary(walker.paths, early, shows=last is not None and not _semicolon(source))


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a cell defines or imports whatever happens."""
    for node in tree.body:
        if isinstance(node, Definitions):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from map(imported_as, node.names)


def mentions(tree: ast.AST) -> frozenset[str]:
    """Every name that a piece of code could reach by its text, the words of shell and magic lines included."""
    found = set(commands.words(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Global):
            found.update(node.names)
    return frozenset(found)


def mentioned_first(tree: ast.Module) -> frozenset[str]:
    """The same, without what its magic lines have made before anything mentions it."""
    found, made = set[str](), set[str]()
    for statement in tree.body:
        found |= mentions(statement) - made
        made |= commands.made(statement)
    return frozenset(found)


def reached(code: CodeType) -> frozenset[str]:
    """The global names that a compiled function reads, those of the functions inside it included."""
    return frozenset(name for name in _named(code, LOADS) if not _reserved(name))


def stored(code: CodeType) -> frozenset[str]:
    """The global names that a compiled function writes or deletes, those of the functions inside it included."""
    return frozenset(_named(code, STORES))


def _check(tree: ast.Module) -> None:
    """Refuse what nobody could run elsewhere, or know the names of. Raises CellRefused."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            module = "." * node.level + (node.module or "")
            why = "nobody could know which names it makes or hides; name what you import"
            raise CellRefused(f"line {node.lineno} is `from {module} import *`: {why}", node)
        if isinstance(node, ast.Call) and (line := commands.magic_line(node)) is not None:
            why = "which only the notebook can run: put it into a cell of its own"
            raise CellRefused(f"line {node.lineno} is a magic, {line}, {why}", node)


def _summary(paths: Paths, early: set[str], shows: bool) -> Names:
    record = paths.record
    left = {name: paths.held(name) for part in [record.mutates, *record.bound()] for name in part}
    there = {name for name, held in left.items() if held - {Origin.OUTSIDE, Origin.GONE}}
    assigned = {name: place for name, place in record.assigns.items() if name in there}
    mutated = {name: place for name, place in record.mutates.items() if left[name] != {Origin.GONE}}
    gone = {name: place for name, place in record.deletes.items() if Origin.GONE in left[name]}
    elsewhere = {*assigned, *mutated, *gone, *record.imports, *record.defines}
    return Names(
        reads=_ordered(record.reads),
        writes=_public(_both(assigned, mutated)),
        targets=_public({name: place for name, place in record.targets.items() if name not in elsewhere}),
        carries=_public({name: place for name, place in assigned.items() if Origin.OUTSIDE in left[name]}),
        mutates=_public(mutated),
        deletes=_public(gone),
        imports=_ordered(record.imports),
        defines=_ordered(record.defines),
        later=tuple(name for name in _ordered(record.reads) if name not in early),
        awaits=record.awaits,
        shows=shows,
    )


def _both(one: Seen, other: Seen) -> Seen:
    return {name: min(seen[name] for seen in (one, other) if name in seen) for name in one | other}


def _ordered(seen: Seen) -> tuple[str, ...]:
    return tuple(sorted(seen, key=seen.__getitem__))


def _public(seen: Seen) -> tuple[str, ...]:
    return tuple(name for name in _ordered(seen) if not name.startswith("_"))


def _semicolon(source: str) -> bool:
    """Whether a cell ends with a semicolon, comments aside, as IPython finds it."""
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in BLANK]
    except (tokenize.TokenError, SyntaxError):
        return False
    return bool(tokens) and tokens[-1].string == ";"


def _named(code: CodeType, operations: frozenset[str]) -> Iterator[str]:
    for one in codes_in(code):
        for instruction in dis.get_instructions(one):
            if instruction.opname in operations:
                yield instruction.argval


def _reserved(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
