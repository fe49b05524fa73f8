"""Cells whose body is one function: compiled where they stand, so that tracebacks show the cell's own lines."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError

from .shell import Shell

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_UNSET: Any = object()


def define(shell: Shell, magic: str, head: str, body: str, name: str | None) -> Any:
    """Run a cell that is one def; what the def made, decorators applied.

    Its imports are bound in the notebook; the function is too, unless it is to have another `name`.
    Raises UsageError for any other cell, SyntaxError, and what its decorators and imports raise.
    """
    source = commented(head) + body
    file = shell.compile.cache(source, shell.execution_count, raw_code=head + body)
    tree = shell.compile.ast_parse(source, file, "exec")
    function = only_def(magic, tree)
    space = shell.user_ns
    before = space.get(function.name, _UNSET)
    exec(shell.compile(tree, file, "exec"), space)
    made = space[function.name]
    if name is not None and name != function.name:
        _restore(space, function.name, before)
    return made


def header_of(raw: str, magic: str, line: str, body: str) -> str:
    """What stands above the body in the cell: its lines count, so that line numbers are the cell's."""
    whole = raw if raw.endswith("\n") else raw + "\n"
    if body and whole.endswith(body) and len(whole) > len(body):
        return whole[: -len(body)]
    return f"%%{magic} {line}".rstrip() + "\n"


def commented(head: str) -> str:
    """The header as comments: a traceback shows it, Python passes over it."""
    return "".join(f"# {line}" if line.strip() else line for line in head.splitlines(keepends=True))


def only_def(magic: str, tree: ast.Module) -> Definition:
    """The one def of a cell, imports and comments aside. Raises UsageError."""
    functions = [node for node in tree.body if isinstance(node, Definition)]
    other = next((node for node in tree.body if not isinstance(node, Definition) and not _aside(node)), None)
    if len(functions) == 1 and other is None:
        return functions[0]
    if other is not None:
        found = f"line {other.lineno} is {_kind(other)}"
    else:
        found = f"it has {len(functions)} of them" if functions else "it has none"
    raise UsageError(
        f"%%{magic} takes a cell that is one def, with imports and comments beside it, and {found}. "
        "Cells of statements cannot be electrons yet: put the code into one function"
    )


def signature(name: str, function: Callable[..., Any]) -> str:
    """``fit(X, y, *more)``: names only, since defaults may be long, or differ from run to run."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return f"{name}(…)"
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return f"{name}({', '.join(stars.get(p.kind, '') + p.name for p in parameters)})"


def _aside(node: ast.stmt) -> bool:
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom)


def _kind(node: ast.stmt) -> str:
    words = {"ClassDef": "a class", "Assign": "an assignment", "AugAssign": "an assignment", "Expr": "an expression"}
    return words.get(type(node).__name__, "another statement")


def _restore(space: dict[str, Any], name: str, before: Any) -> None:
    if before is _UNSET:
        space.pop(name, None)
    else:
        space[name] = before
