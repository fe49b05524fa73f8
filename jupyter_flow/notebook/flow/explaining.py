"""What to add to an error about a name that an electron cell makes, where nobody could see that it was needed."""

import ast
import re
from collections.abc import Iterable, Iterator

from .flow import Flow

MISSED = re.compile(r"name '(\w+)' is not defined")
# What these bind inside is theirs.
OWN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def explain(flow: Flow, error: BaseException) -> str | None:
    """A remark on an error: who is still making the name, or keeps it."""
    name = _missed(error)
    if name is None:
        return None
    execution = flow.pending(name)
    if execution is not None:
        who = f"{name!r} is made by electron {execution.name!r}, {execution.status}"
        return f"{who}: name it in the cell to wait for it"
    if isinstance(error, NameError) and name not in flow.space:
        return _kept(flow, name, getattr(error, "__notes__", ()))
    return None


def _missed(error: BaseException) -> str | None:
    """The name that an error is about. Of a worker's NameError only the text has come here."""
    if isinstance(error, NameError):
        told = MISSED.match(str(error))
        return error.name or (told[1] if told else None)
    given = error.args[0] if isinstance(error, KeyError) and error.args else None
    return given if isinstance(given, str) else None


def _kept(flow: Flow, name: str, notes: Iterable[str]) -> str | None:
    """About the target of a loop, a ``_name`` and the like: a plain cell would have left them here.

    notes: of the error; they name the electron that it is from, whose own business that is.
    """
    runs = [cell.execution for cell in flow.book if cell.execution is not None]
    others = [run for run in runs if not any(note.startswith(f"in electron {run.name!r},") for note in notes)]
    for execution in sorted(others, key=lambda run: -run.number):
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
