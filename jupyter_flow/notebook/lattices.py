"""``%%lattice`` over statements: the cell becomes the body of a function, its last expression what that returns."""

import ast
from argparse import ArgumentTypeError
from typing import Any, NamedTuple

from IPython.core.error import UsageError

from .definitions import Body
from .parsing import identifier
from .shell import Shell


class Parameter(NamedTuple):
    """``-p name=default``."""

    name: str
    default: ast.expr | None


def parameter(text: str) -> Parameter:
    """A parameter and its default: a literal, or a variable of the notebook. Nothing is evaluated here."""
    name, equals, default = (part.strip() for part in text.partition("="))
    if not equals:
        return Parameter(identifier(name), None)
    try:
        tree = ast.parse(default, mode="eval").body
        if not isinstance(tree, ast.Name):
            ast.literal_eval(tree)
    except (SyntaxError, ValueError):
        raise ArgumentTypeError(f"{text!r}: the default is to be a literal, like 0.1, or a variable") from None
    return Parameter(identifier(name), tree)


def bind_lattice(shell: Shell, body: Body, name: str | None, parameters: list[Parameter]) -> Any:
    """The function that a cell of statements is the body of. Raises UsageError, SyntaxError."""
    if name is None:
        raise UsageError("lattice: a lattice of statements needs a name: %%lattice NAME [-p PARAMETER=DEFAULT]")
    tree = shell.compile.ast_parse(body.source, body.file, "exec")
    if not tree.body:
        raise UsageError("lattice: this cell has no code")
    tree.body = [_function(name, parameters, _returning(tree.body))]
    ast.fix_missing_locations(tree)
    space: dict[str, Any] = {}
    exec(shell.compile(tree, body.file, "exec"), shell.user_ns, space)
    return space[name]


def _returning(statements: list[ast.stmt]) -> list[ast.stmt]:
    last = statements[-1]
    if not isinstance(last, ast.Expr):
        return statements
    return [*statements[:-1], ast.copy_location(ast.Return(last.value), last)]


def _function(name: str, parameters: list[Parameter], statements: list[ast.stmt]) -> ast.stmt:
    required = [p for p in parameters if p.default is None]
    optional = [p for p in parameters if p.default is not None]
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(p.name) for p in (*required, *optional)], kwonlyargs=[], kw_defaults=[],
        defaults=[p.default for p in optional if p.default is not None],
    )  # fmt: skip
    function = ast.FunctionDef(name, arguments, statements, [])
    if "type_params" in ast.FunctionDef._fields:  # Python 3.12 and later
        setattr(function, "type_params", [])  # noqa: B010  # unknown to the types of 3.11
    return ast.copy_location(function, statements[0])
