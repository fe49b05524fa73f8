"""How the user's own modules were on disk when this process imported them.

Worker processes read modules as they are on disk, and this process goes on with what it has imported. Whether the two
are still the same is known for what was imported since this package was: its source is kept, and compared. Of what
was imported before, only that its file is older than the process tells.
"""

import os
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType
from typing import NamedTuple

from .packages import OURS, in_packages

AGE = 2_000_000_000  # ns: a file that has not changed for so long, and is changed, has another time

State = tuple[int, int, int]


class Arrival(NamedTuple):
    """A module that was imported."""

    spec: ModuleSpec  # the module's own, as long as nobody has loaded it again
    state: State | None  # of its file; None where it was too new to tell a later change
    packed: bytes

    @property
    def source(self) -> bytes:
        """What was read from its file."""
        return zlib.decompress(self.packed)


class _Finder:
    """First in `sys.meta_path`: has the others find what is imported, and takes a look at it."""

    def __init__(self) -> None:
        self.arrived: dict[str, Arrival] = {}
        self.before: dict[str, str] = {}  # modules of which that is not known, and their files

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What those after it find. target: the module, if it is to be loaded again."""
        spec = self._found(name, path, target)
        file = spec.origin if spec is not None else None
        if spec is None or not file or not _users(name, file):
            return spec
        if target is not None or name not in sys.modules:  # else somebody only looks for it
            self._notice(name, spec, file, target)
        return spec

    def _found(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        finders = list(sys.meta_path)
        for finder in finders[finders.index(self) + 1 :] if self in finders else []:
            find: Callable[..., ModuleSpec | None] | None = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None else None
            if spec is not None:
                return spec
        return None

    def _notice(self, name: str, spec: ModuleSpec, file: str, target: ModuleType | None) -> None:
        self.arrived.pop(name, None)
        self.before[name] = file
        arrival = _looked_at(spec, file)
        if arrival is None:
            return
        if target is None:  # an import that fails leaves no module
            self.arrived[name] = arrival
        else:
            self._when_loaded(name, arrival)

    def _when_loaded(self, name: str, arrival: Arrival) -> None:
        """One that fails leaves the module as it was, or half of it."""
        loader = arrival.spec.loader
        if type(loader) is not SourceFileLoader:  # others may be there for many modules
            return
        original = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            original(module)
            self.arrived[name] = arrival

        setattr(loader, "exec_module", exec_module)  # noqa: B010 - mypy knows it as a method


_finder = _Finder()


def watch() -> None:
    """Look at what is imported from now on."""
    if _finder in sys.meta_path:
        return
    in_packages("")  # what that has to find out first imports something itself, which is not to come back to it
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name != "__main__" and _users(name, file):
            _finder.before[name] = file
    sys.meta_path.insert(0, _finder)


def users_modules() -> dict[str, str]:
    """The user's own modules that this process may have, and their files."""
    arrived = {name: arrival.spec.origin or "" for name, arrival in list(_finder.arrived.items())}
    return {name: file for name, file in {**_finder.before, **arrived}.items() if name in sys.modules}


def arrival_of(name: str) -> Arrival | None:
    """How a module that this process has was imported; None where that is not known."""
    arrival, module = _finder.arrived.get(name), sys.modules.get(name)
    return arrival if arrival is not None and getattr(module, "__spec__", None) is arrival.spec else None


def unchanged(name: str, arrival: Arrival, state: State) -> None:
    """Remember that a module's file, found in this state, had its source: next time its times are enough."""
    if state[1] < time.time_ns() - AGE:
        _finder.arrived[name] = arrival._replace(state=state)


def state_of(file: str) -> State:
    """What is different when a file was changed, as far as its times tell."""
    try:
        found = os.stat(file)
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def _users(name: str, file: str) -> bool:
    top = name.partition(".")[0]
    ours = top == OURS or top in sys.stdlib_module_names
    return file.endswith(".py") and not ours and not in_packages(file)


def _looked_at(spec: ModuleSpec, file: str) -> Arrival | None:
    """As it is before it is loaded: if it changes meanwhile, it counts as changed."""
    try:
        with open(file, "rb") as opened:
            found, source = os.fstat(opened.fileno()), opened.read()
    except OSError:
        return None
    state = found.st_mtime_ns, found.st_ctime_ns, found.st_size
    old = state[1] < time.time_ns() - AGE
    return Arrival(spec, state if old else None, zlib.compress(source, 1))
