"""Imports of an electron cell, in the notebook as well."""

import ast
import sys
from typing import Any

from .execution import Execution


def bind_imports(execution: Execution, space: dict[str, Any]) -> None:
    """Imports that cost nothing are bound at once: of modules that are loaded, where a name is only that."""
    definition, names = execution.definition, execution.definition.names
    more = {*names.reads, *names.writes, *names.targets, *names.defines, *names.deletes}
    for statement in ast.parse(definition.source).body:
        if isinstance(statement, ast.Import):
            modules = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            modules = [statement.module]
        else:
            continue
        bound = {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
        if all(module in sys.modules for module in modules) and "__future__" not in modules and not bound & more:
            exec(compile(ast.Module([statement], []), definition.file, "exec"), space)
            execution.early |= bound
