"""The Python of ``%dispatch workflow(1, n=2)``: a call whose function and arguments are taken apart, not run."""

import ast
import re
import traceback
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, NamedTuple

from IPython.core.error import UsageError

from ..model.electron import Electron
from ..model.lattice import Lattice
from ..model.options import Options

Namespace = dict[str, Any]
FILE = "<dispatch>"  # where a line's Python stands; tracebacks leave it out, since the cell shows the line


class Call(NamedTuple):
    """A workflow and what it is to be called with."""

    workflow: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def lattice(self, executor: Any = None) -> Any:
        """What `dispatch` takes; with `executor`, a copy of the lattice with that default."""
        workflow = Lattice(self.workflow) if isinstance(self.workflow, Electron) else self.workflow
        if executor is None:
            return workflow
        if not isinstance(workflow, Lattice):
            return Lattice(workflow, Options(executor))
        return workflow.with_executor(executor)


def call_of(text: str, magic: str, globals: Namespace, locals: Namespace | None = None) -> Call:
    """The call that a text is. Only its function's name and its arguments are evaluated.

    Raises UsageError unless it is a call of a lattice, an electron or a function, and what the arguments raise.
    """
    tree = _parsed(text, magic)
    workflow = _evaluated(tree.func, globals, locals)
    if not isinstance(workflow, Lattice | Electron) and (not callable(workflow) or isinstance(workflow, type)):
        raise UsageError(
            f"%{magic}: {ast.unparse(tree.func)} is no lattice, electron or function, but {type(workflow).__name__}"
        )
    scope = {**globals, **(locals or {}), "__arguments__": _arguments}
    taken = ast.Call(ast.Name("__arguments__", ast.Load()), tree.args, tree.keywords)
    args, kwargs = _evaluated(ast.copy_location(taken, tree), scope, None)
    return Call(workflow, args, kwargs)


def is_call(text: str) -> bool:
    """Whether a text is a call in Python."""
    try:
        return isinstance(ast.parse(text.strip(), mode="eval").body, ast.Call)
    except (SyntaxError, ValueError):
        return False


def _parsed(text: str, magic: str) -> ast.Call:
    if not text.strip():
        raise UsageError(f"%{magic}: say what to call, as in %{magic} workflow(1, n=2); %{magic}? explains it")
    _check_order(text, magic)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"%{magic}: {text.strip()!r} is no call like workflow(1, n=2): {_why(error)}") from None
    if not isinstance(tree, ast.Call):
        raise UsageError(f"%{magic}: {text.strip()!r} is no call like workflow(1, n=2); nothing was run")
    if not isinstance(tree.func, ast.Name | ast.Attribute):
        raise UsageError(
            f"%{magic}: name what is called, as in workflow(1, n=2), instead of {ast.unparse(tree.func)!r}"
        )
    return tree


def _check_order(text: str, magic: str) -> None:
    """Refuse options after the call, which Python would take for a subtraction, or for nothing at all."""
    for found in re.finditer(r"(?<=\))\s+--?[A-Za-z]", text):
        call, options = text[: found.start()].strip(), text[found.start() :].strip()
        if is_call(call):
            raise UsageError(f"%{magic}: options come first: put {options} before {call}")


def _why(error: Exception) -> str:
    return str(getattr(error, "msg", error))


def _evaluated(tree: ast.expr, globals: Namespace, locals: Namespace | None) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(tree)), FILE, "eval")
    try:
        return eval(code, globals, locals)
    except NameError as error:
        if len(traceback.extract_tb(error.__traceback__)) > 2:  # raised further down, where it needs its traceback
            raise
        raise UsageError(f"{error}") from None


def _arguments(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


def without_arguments(workflow: Callable[..., Any]) -> bool:
    """Whether a workflow can be built with nothing given."""
    variadic = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    try:
        parameters = signature(workflow).parameters.values()
    except (TypeError, ValueError):
        return False
    return all(p.default is not p.empty or p.kind in variadic for p in parameters)
