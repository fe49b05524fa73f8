"""The code of an ordinary cell as the shell is about to compile it: which of it is ours, and what a magic wraps."""

import ast
from collections.abc import Collection

from ..cells import CellRefused, Names, defined, mentioned_first, names_of

NEED = "_jupyter_flow_need"  # in the notebook's namespace: what the first statement calls
OURS = frozenset({"electron", "lattice", "flow", "executor", "result", "jupyter_flow"})  # they wait by themselves
RESETS = frozenset({"reset", "reset_selective"})  # magics that delete whatever there is
RUNS = frozenset({"time"})  # magics that run their code once, in the notebook's names
CALLS = frozenset({"run_line_magic", "run_cell_magic"})


def analysed(tree: ast.Module, raw: str) -> Names | None:
    """What a piece of code does with names; None where magics in it leave that open."""
    try:
        return names_of(tree, raw)
    except (CellRefused, SyntaxError):  # magics in it: whatever is mentioned counts
        return None


def only_deleted(tree: ast.Module) -> set[str]:
    """The names that a piece of code deletes, and does nothing else with."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    used = {node.id for node in names if not isinstance(node.ctx, ast.Del)}
    return {node.id for node in names} - used


def _is_magic(node: ast.AST, which: Collection[str]) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
        return False
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Constant) and first.value in which


def wrapped(tree: ast.Module) -> str | None:
    """What stands below a ``%%time`` or behind a ``%time``."""
    statement = tree.body[0] if len(tree.body) == 1 else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CALLS):
        return None
    texts = [argument.value if isinstance(argument, ast.Constant) else None for argument in call.args]
    return texts[-1] if len(texts) > 1 and texts[0] in RUNS and isinstance(texts[-1], str) else None


def wanted(names: Names | None, tree: ast.Module, now: bool = False) -> list[str]:
    """The names that a piece of code wants of the notebook; now: not those of functions that it only defines."""
    if names is None:
        return sorted(mentioned_first(tree))
    aside = {*only_deleted(tree), *(names.later if now else ())}
    return [name for name in names.reads if name not in aside]


def perhaps(names: Names, tree: ast.Module) -> list[str]:
    """The names that a piece of code makes on some paths only."""
    always = set(defined(tree))
    there = (*names.defines, *names.imports, *names.targets)
    return [*names.carries, *(name for name in there if name not in always)]


def only_ours(tree: ast.Module) -> bool:
    """Whether all of a cell is magics of ours."""
    return bool(tree.body) and all(isinstance(s, ast.Expr) and _is_magic(s.value, OURS) for s in tree.body)


def without_ours(tree: ast.Module) -> ast.Module:
    """The statements that wait for what they name."""
    apart = OURS | RESETS
    return ast.Module([s for s in tree.body if not (isinstance(s, ast.Expr) and _is_magic(s.value, apart))], [])


def resets(tree: ast.Module) -> bool:
    """Whether it may delete names that it does not name."""
    return any(_is_magic(node, RESETS) for node in ast.walk(tree))


def insert(tree: ast.Module, names: list[str], everything: bool) -> None:
    """``_jupyter_flow_need("model", …)`` as the first statement, after a docstring and imports of the future."""
    call = ast.Call(ast.Name(NEED, ast.Load()), [ast.Constant(name) for name in names], [])
    call.keywords = [ast.keyword("everything", ast.Constant(True))] if everything else []
    statement = ast.Expr(call)
    place = 0
    while place < len(tree.body) - 1 and _comes_first(tree.body[place]):
        place += 1
    ast.copy_location(statement, tree.body[place])
    ast.fix_missing_locations(statement)
    tree.body.insert(place, statement)


def _comes_first(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
