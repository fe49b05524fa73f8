"""Imports of an electron cell, in the notebook as well."""

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from ..cells import imported_as
from .definition import Definition

if TYPE_CHECKING:
    from .execution import Execution


def bind_imports(execution: "Execution", space: dict[str, Any]) -> None:
    """Imports that cost nothing are bound at once: of modules that are loaded, where a name is only that."""
    definition = execution.definition
    more = _otherwise(definition)
    for statement, name, module in _imports(definition):
        if module in sys.modules and module != "__future__" and name not in more:
            exec(compile(ast.Module([statement], []), definition.file, "exec"), space)
            execution.early.add(name)


def modules_of(definition: Definition) -> frozenset[str]:
    """The names that a cell binds to modules and to nothing else: known before anybody has loaded them."""
    found = {
        name
        for statement, name, module in _imports(definition)
        if isinstance(statement, ast.Import) or _is_module(module, statement.names[0].name)
    }
    return frozenset(found - _otherwise(definition))


def _otherwise(definition: Definition) -> set[str]:
    """What a cell reads, or binds by anything but an import."""
    names = definition.names
    return {*names.reads, *names.writes, *names.targets, *names.defines, *names.deletes}


def _imports(definition: Definition) -> Iterator[tuple[ast.Import | ast.ImportFrom, str, str]]:
    """The imports at top level, name by name: a statement for it alone, the name, and the module that is loaded."""
    for node in ast.parse(definition.source).body:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            name = imported_as(alias)
            if isinstance(node, ast.Import):
                yield ast.copy_location(ast.Import([alias]), node), name, alias.name
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield ast.copy_location(ast.ImportFrom(node.module, [alias], 0), node), name, node.module


def _is_module(package: str, name: str) -> bool:
    """Whether ``from package import name`` gives a module, as far as files tell: nothing is imported for it."""
    if (loaded := sys.modules.get(f"{package}.{name}")) is not None:
        return getattr(sys.modules.get(package), name, loaded) is loaded
    path: Any = None
    try:
        for part in (*package.split("."), name):
            spec = PathFinder.find_spec(part, path)
            if spec is None:
                return False
            path = spec.submodule_search_locations or []
    except Exception:  # whatever is wrong with it, the import will tell
        return False
    return True
