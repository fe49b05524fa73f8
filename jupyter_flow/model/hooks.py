"""What runs beside an electron, on its worker: calls before and after it, shell commands, packages, modules."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from .pickles import by_value, loads


class Hook:
    """Something to do before or after an electron."""

    retval_keyword = ""

    def apply(self) -> Any:
        """Do it, on the worker; what it raises fails the electron."""
        raise NotImplementedError


class DepsCall(Hook):
    """Call a function before or after the electron.

    With `retval_keyword`, the electron gets what the function returns under that keyword; several
    hooks with the same keyword give it the list of their values.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        retval_keyword: str = "",
    ) -> None:
        if retval_keyword == "files":
            raise ValueError("retval_keyword='files' is reserved for file transfers; choose another name")
        self.func, self.args, self.kwargs = func, list(args), dict(kwargs or {})
        self.retval_keyword = retval_keyword

    def apply(self) -> Any:
        """Call it."""
        return self.func(*self.args, **self.kwargs)


class DepsBash(Hook):
    """Run shell commands before the electron; one that exits non-zero fails it."""

    def __init__(self, commands: str | Iterable[str] = ()) -> None:
        self.commands = [commands] if isinstance(commands, str) else list(commands)

    def apply(self) -> None:
        """Run them, their output in the electron's log."""
        import subprocess  # where an electron runs, if at all

        for command in self.commands:
            subprocess.run(command, shell=True, check=True, stdin=subprocess.DEVNULL)


class DepsPip(Hook):
    """Install packages into the worker's environment before the electron (`%pip` is usually better)."""

    def __init__(self, packages: str | Iterable[str] = (), reqs_path: str = "") -> None:
        self.packages = [packages] if isinstance(packages, str) else list(packages)
        if reqs_path:
            self.packages += [line for line in Path(reqs_path).read_text().splitlines() if line.strip()]

    def apply(self) -> None:
        """Ask pip, without questions."""
        import subprocess

        if self.packages:
            command = [sys.executable, "-m", "pip", "install", "--no-input", *self.packages]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


class DepsModule(Hook):
    """Send a module of yours along by value, so that a worker that cannot import it has it."""

    def __init__(self, module: ModuleType | str) -> None:
        import importlib

        self.module = importlib.import_module(module) if isinstance(module, str) else module

    def __reduce__(self) -> tuple[Any, ...]:
        return _module, (self.module.__name__, _by_value(self.module))

    def apply(self) -> None:
        """Nothing: being unpickled has put the module in place."""


def _by_value(module: ModuleType) -> bytes:
    import cloudpickle

    registered = module.__name__ in cloudpickle.list_registry_pickle_by_value()
    if not registered:
        cloudpickle.register_pickle_by_value(module)
    try:
        names = {name: value for name, value in vars(module).items() if not name.startswith("__")}
        return by_value(names)
    finally:
        if not registered:
            cloudpickle.unregister_pickle_by_value(module)


def _module(name: str, data: bytes) -> DepsModule:
    module = sys.modules.get(name)
    if module is None:
        module = sys.modules[name] = ModuleType(name)
        vars(module).update(loads(data))
    return DepsModule(module)


def hooks(
    bash: Any = None, pip: Any = None, module: Any = None, before: Any = None, after: Any = None
) -> tuple[tuple[Hook, ...], tuple[Hook, ...]]:
    """The hooks of an electron's five arguments, in the order they are applied: (before, after)."""
    first: list[Hook] = [_as(DepsModule, item) for item in _list(module)]
    if bash is not None:
        first.append(bash if isinstance(bash, Hook) else DepsBash(bash))
    if pip is not None:
        first.append(pip if isinstance(pip, Hook) else DepsPip(pip))
    first += [_as(DepsCall, item) for item in _list(before)]
    return tuple(first), tuple(_as(DepsCall, item) for item in _list(after))


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def _as(kind: Callable[[Any], Hook], item: Any) -> Hook:
    return item if isinstance(item, Hook) else kind(item)
