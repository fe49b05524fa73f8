"""Which code belongs to an installed package, and to which version of it."""

import functools
import os
import sys
import sysconfig
from types import ModuleType
from typing import Any

FOLDERS = ("stdlib", "platstdlib", "purelib", "platlib")
INSTALLED = {"site-packages", "dist-packages"}
OURS = __name__.partition(".")[0]  # a checkout of this package is not the user's code either


def installed(module: Any) -> str | None:
    """The version of the package of a module or a module's name; None for code that is the user's own."""
    name = module.__name__ if isinstance(module, ModuleType) else module
    if not isinstance(name, str) or name == "__main__":
        return None
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return _python()
    found = module if isinstance(module, ModuleType) else sys.modules.get(name)
    return _version(top) if top == OURS or (found is not None and _among_packages(found)) else None


def version_at(top: str, place: str) -> str | None:
    """The version of a package that has not been imported, by where it is; None for code that is the user's own."""
    return _version(top) if in_packages(place) else None


def users_own(module: ModuleType) -> bool:
    """Whether a module is neither of the standard library nor of an installed package."""
    top = module.__name__.partition(".")[0]
    return top not in sys.stdlib_module_names and top != OURS and not _among_packages(module)


def _among_packages(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and in_packages(file)


def in_packages(file: str) -> bool:
    """Whether a file is one of Python's own or of what is installed."""
    return not INSTALLED.isdisjoint(file.split(os.sep)) or file.startswith(_folders())


@functools.cache
def _folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(os.path.join(paths[name], "") for name in FOLDERS)


@functools.cache
def _python() -> str:
    return "{}.{}.{}".format(*sys.version_info)


@functools.cache
def _version(top: str) -> str:
    module = sys.modules.get(top)
    version = vars(module).get("__version__") if module else None  # what makes it when asked may warn
    if isinstance(version, str):
        return version
    import importlib.metadata  # brings the whole of `email`

    try:
        return importlib.metadata.version(top)
    except importlib.metadata.PackageNotFoundError:
        return _version_by_file(top)


def _version_by_file(top: str) -> str:
    """The version of a package that is called otherwise than what it installs, as scikit-learn is."""
    import importlib.metadata

    found = importlib.metadata.packages_distributions().get(top, ())
    return " ".join(importlib.metadata.version(name) for name in sorted(set(found)))
