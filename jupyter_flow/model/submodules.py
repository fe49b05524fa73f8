"""Modules that code reaches as attributes of a package: ``import xml.dom`` in one cell, ``xml.dom.Node`` in another.

Whoever unpickles a package imports only that. cloudpickle sends along the submodules which a function names itself;
these are also those that what is inside it names (a lambda, a comprehension), and those of packages it imports.
"""

import dis
import sys
from collections.abc import Iterable
from types import CodeType, ModuleType
from typing import Any

from .sources import codes_in


def addressed(code: CodeType, used: Iterable[Any]) -> list[ModuleType]:
    """The submodules, loaded in this process, that code may name. used: what its globals are, packages among them."""
    codes = list(codes_in(code))
    names = {name for one in codes for name in one.co_names}
    packages = [module.__name__ for module in used if isinstance(module, ModuleType) and hasattr(module, "__path__")]
    prefixes = tuple(f"{package}." for package in {*packages, *_imported(codes, names)})
    return [module for name, module in list(sys.modules.items()) if _named(name, prefixes, names)]


def has_more(code: CodeType) -> bool:
    """Whether there may be some that cloudpickle does not see."""
    return any(isinstance(inner, CodeType) for inner in code.co_consts) or bool(_packages(code.co_names))


def _packages(names: Iterable[str]) -> set[str]:
    return {name for name in names if hasattr(sys.modules.get(name), "__path__")}


def _imported(codes: list[CodeType], names: set[str]) -> set[str]:
    """The packages that code imports by ``import package``."""
    found = _packages(names)
    if not found:
        return found
    told = {step.argval for one in codes for step in dis.get_instructions(one) if step.opname == "IMPORT_NAME"}
    return found & told


def _named(name: str, prefixes: tuple[str, ...], names: set[str]) -> bool:
    prefix = next((prefix for prefix in prefixes if name.startswith(prefix)), None)
    if prefix is None or sys.modules.get(name) is None:  # an import of it is forbidden
        return False
    return names.issuperset(name[len(prefix) :].split("."))
