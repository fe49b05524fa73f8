"""What to add to an error about a name that an electron cell makes, where nobody could see that it was needed."""

import ast
from collections.abc import Iterator

from .flow import Flow

# What these bind inside is theirs.
OWN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def explain(flow: Flow, error: BaseException) -> str | None:
    """A remark on an error: who is still making the name, or keeps it."""
    given = error.args[0] if isinstance(error, KeyError) and error.args else None
    name = error.name if isinstance(error, NameError) else given
    if not isinstance(name, str):
        return None
    execution = flow.pending(name)
    if execution is not None:
        who = f"{name!r} is made by electron {execution.name!r}, {execution.status}"
        return f"{who}: name it in the cell to wait for it"
    if isinstance(error, NameError) and name not in flow.space:
        return _kept(flow, name)
    return None


def _kept(flow: Flow, name: str) -> str | None:
    """About the target of a loop, a ``_name`` and the like: a plain cell would have left them here."""
    runs = [cell.execution for cell in flow.book if cell.execution is not None]
    for execution in sorted(runs, key=lambda run: -run.number):
        if name not in execution.makes and name in _bound(ast.parse(execution.definition.source)):
            outputs = ",".join([*execution.captured.outputs, name])
            return f"{name!r} stays on the worker of {execution.name!r}, as it is none of its outputs: -o {outputs}"
    return None


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a cell binds for itself."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.ExceptHandler | ast.MatchAs) and part.name is not None:
            yield part.name
        if not isinstance(part, OWN):
            yield from _bound(part)
