"""Cells whose body is one function: compiled where they stand, so that tracebacks show the cell's own lines."""

import ast
import inspect
import linecache
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from .shell import Shell, cell_number

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_UNSET: Any = object()


class Body(NamedTuple):
    """The code below a cell magic."""

    source: str  # with what stands above it as comments, so that line numbers are the cell's
    file: str  # as tracebacks and linecache know it


def body_of(shell: Shell, raw: str, magic: str, line: str, cell: str) -> Body:
    """The code of a magic's cell, in the cell's own file where the magic stands in one.

    raw: the cell that runs, as it was written; it does not end with the magic's code where that comes
    from a call of ``run_cell_magic``.
    """
    whole = raw if raw.endswith("\n") else raw + "\n"
    file = _running_cell() if cell and whole.endswith(cell) and whole.lstrip().startswith("%%") else None
    if file is None:
        source = f"# %%{magic} {line}".rstrip() + "\n" + cell
        return Body(source, shell.compile.cache(source, cell_number(shell)))
    source = commented(whole[: -len(cell)]) + cell
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return Body(source, file)


def _running_cell() -> str | None:
    """The file of the cell that runs: that of the frame which IPython's magic was called from."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and not _is_magic_call(frame):
        frame = frame.f_back
    caller = frame.f_back if frame is not None else None
    return caller.f_code.co_filename if caller is not None and caller.f_code.co_name == "<module>" else None


def _is_magic_call(frame: FrameType) -> bool:
    return frame.f_code.co_name == "run_cell_magic" and frame.f_globals.get("__name__", "").startswith("IPython.")


def bind_def(shell: Shell, magic: str, body: Body, name: str | None) -> Any:
    """Run a cell that is one def; what the def made, decorators applied.

    Its imports are bound in the notebook; the function is too, unless it is to have another `name`.
    Raises SyntaxError, and what its decorators and imports raise.
    """
    source, file = body
    tree = shell.compile.ast_parse(source, file, "exec")
    function = only_def(tree)
    assert function is not None, magic
    space = shell.user_ns
    before = space.get(function.name, _UNSET)
    exec(shell.compile(tree, file, "exec"), space)
    made = space[function.name]
    if name is not None and name != function.name:
        _restore(space, function.name, before)
    return made


def commented(head: str) -> str:
    """The header as comments: a traceback shows it, Python passes over it."""
    return "".join(f"# {line}" if line.strip() else line for line in head.splitlines(keepends=True))


def is_def(tree: ast.Module) -> bool:
    """Whether a cell is one def, imports and comments aside."""
    return only_def(tree) is not None


def only_def(tree: ast.Module) -> Definition | None:
    """The one def of a cell; None where there are others, or other statements."""
    functions = [node for node in tree.body if isinstance(node, Definition)]
    others = [node for node in tree.body if not isinstance(node, Definition) and not _aside(node)]
    return functions[0] if len(functions) == 1 and not others else None


def signature(name: str, function: Callable[..., Any]) -> str:
    """``fit(X, y, *more)``: names only, since defaults may be long, or differ from run to run."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return f"{name}(…)"
    stars: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return f"{name}({', '.join(stars.get(p.kind, '') + p.name for p in parameters)})"


def _aside(node: ast.stmt) -> bool:
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom)


def _restore(space: dict[str, Any], name: str, before: Any) -> None:
    if before is _UNSET:
        space.pop(name, None)
    else:
        space[name] = before
