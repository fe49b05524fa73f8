"""What code imports while it runs, and what the user's own modules are on disk.

An electron that says ``import helpers`` in its body does not reach that module through its globals; and a worker
process reads a module as it is on disk, which need not be what this process has imported.
"""

import ast
import dis
import functools
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from blake3 import blake3

from ..model.sources import codes_in
from .arrivals import State, arrival_of, state_of, unchanged, users_modules
from .packages import installed, version_at

BY_NAME = {"LOAD_GLOBAL", "LOAD_NAME"}
BY_TEXT = {"eval", "exec", "globals"}  # functions that find what a text names
WORD = re.compile(r"[^\W\d]\w*")
DYNAMIC = {"import_module", "__import__"}  # functions that import what a text names
IMPORT = dis.opmap["IMPORT_NAME"]


class Import(NamedTuple):
    """An import statement."""

    level: int  # how many dots
    name: str
    taken: tuple[str, ...]  # from it


class Reached:
    """What some code reaches besides what this process can show: versions of packages, and files."""

    def __init__(self) -> None:
        self.replaced: Mapping[str, Any] = {}  # electrons, by the names of those they stand for
        self.opaque = False  # it reaches something that nobody can compare with what it was
        self.packages: dict[str, str] = {}
        self.files: dict[str, bytes] = {}  # digests of what is in them, comments aside

    def unknown(self) -> bytes:
        """Stands for what cannot be looked into."""
        self.opaque = True
        return os.urandom(16)

    def package(self, top: str, version: str) -> None:
        """It reaches something of an installed package, or of Python."""
        self.packages["Python" if top in sys.stdlib_module_names else top] = version

    def code(self, code: CodeType, module: str) -> None:
        """What is imported by a function of a module, when it is called."""
        for statement in imports(code):
            self._statement(statement, module)

    def imported(self, name: str) -> None:
        """What importing a module by this name runs."""
        self._statement(Import(0, name, ()), "")

    def module(self, name: str) -> None:
        """A module of the user's own, which this process has: its file counts if that, or one that it imports, may be
        another one by now: what it has made of that while it was imported is made anew by who imports it now.

        That of a script does not: what it defines travels by value.
        """
        if name == "__main__":
            return
        file = getattr(sys.modules.get(name), "__file__", None)
        if not file or not file.endswith(".py"):
            return
        if _outdated(name, file):
            self._file(file, name)
        elif self.outdated:
            found = Reached()
            found._file(file, name)
            if not self.outdated.isdisjoint(found.files):
                self._file(file, name)

    @functools.cached_property
    def outdated(self) -> set[str]:
        """The files of modules that may be others by now than what this process has imported."""
        return {file for name, file in users_modules().items() if _outdated(name, file)}

    def _statement(self, statement: Import, module: str) -> None:
        name = _absolute(statement, module)
        top = name.partition(".")[0]
        known = installed(top)
        place = None if known is not None else _place(top)
        version = version_at(top, place) if place else known
        if version is not None:
            self.package(top, version)
        elif place:
            for part in (name, *(f"{name}.{taken}" for taken in statement.taken)):
                for file in _files(part, place):
                    self._file(file, part)

    def _file(self, file: str, module: str) -> None:
        if file in self.files:
            return
        read = _read(file, state_of(file))
        if read is not None:
            self.files[file], statements = read
            package = module if os.path.basename(file) == "__init__.py" else module.rpartition(".")[0]
            for statement in statements:
                self._statement(statement, package + "." if package else "")


def names(code: CodeType) -> Iterator[str]:
    """The global names that a function and those inside it read, in order, and those that a text there may look up."""
    for one in codes_in(code):
        for instruction in dis.get_instructions(one):
            if instruction.opname in BY_NAME:
                yield instruction.argval
        if not BY_TEXT.isdisjoint(one.co_names):
            for constant in one.co_consts:
                if isinstance(constant, str):
                    yield from WORD.findall(constant)


def imports(code: CodeType) -> Iterator[Import]:
    """The import statements of a function and of those inside it."""
    for one in codes_in(code):
        yield from _own_imports(one)


def _own_imports(code: CodeType) -> Iterator[Import]:
    if not DYNAMIC.isdisjoint(code.co_names):
        yield from filter(None, map(_named, code.co_consts))
    if IMPORT in code.co_code[::2]:
        loaded: list[Any] = []
        for instruction in dis.get_instructions(code):
            if instruction.opname == "IMPORT_NAME":
                yield Import(loaded[-2], instruction.argval, loaded[-1] or ())
            elif instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
                loaded.append(instruction.argval)


def _named(constant: Any) -> Import | None:
    """The import of a module that a constant may be the name of."""
    name = constant.lstrip(".") if isinstance(constant, str) else ""
    if not name or not all(part.isidentifier() for part in name.split(".")):
        return None
    return Import(len(constant) - len(name), name, ())


def _absolute(statement: Import, module: str) -> str:
    """The name that is imported in a module (``package.`` stands for any module of a package)."""
    if not statement.level:
        return statement.name
    found = sys.modules.get(module)
    package = found.__package__ if isinstance(found, ModuleType) and found.__package__ else module.rpartition(".")[0]
    for _ in range(statement.level - 1):
        package = package.rpartition(".")[0]
    return f"{package}.{statement.name}" if statement.name and package else statement.name or package


def _place(top: str) -> str | None:
    """The file of a top-level module, or the folder of a package; None where there is none. Nothing is imported."""
    spec = PathFinder.find_spec(top) if top else None
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    return places[0] if places else spec.origin


def _files(name: str, place: str) -> Iterator[str]:
    """The files that importing a name runs, below where its top-level module or package is."""
    if place.endswith(".py"):
        yield place
        return
    for part in ["", *name.split(".")[1:]]:
        place = os.path.join(place, part) if part else place
        for file in (f"{place}.py", os.path.join(place, "__init__.py")):
            if os.path.isfile(file) and (part or file.endswith("__init__.py")):
                yield file


@functools.lru_cache(1024)
def _read(file: str, state: State) -> tuple[bytes, list[Import]] | None:
    """The digest of a file of Python, lines and comments aside, and what it imports; None if it is none."""
    try:
        with open(file, "rb") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return None
    statements = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            statements.append(Import(node.level, node.module or "", tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.Import):
            statements += [Import(0, alias.name, ()) for alias in node.names]
        elif isinstance(node, ast.Call) and DYNAMIC & {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
            statements += filter(None, (_named(getattr(argument, "value", None)) for argument in node.args[:1]))
    return _digest(tree), statements


def _digest(tree: ast.AST) -> bytes:
    digest: bytes = blake3(ast.dump(tree).encode("utf-8", "surrogatepass")).digest()
    return digest


def _outdated(name: str, file: str) -> bool:
    """Whether a module's file may be other code than what this process has of it."""
    arrival, state = arrival_of(name), state_of(file)
    if arrival is None or arrival.spec.origin != file:
        return _changed_since_start(file)
    if state == arrival.state:
        return False
    if not _alike(file, arrival.source):
        return True
    unchanged(name, arrival, state)
    return False


def _alike(file: str, source: bytes) -> bool:
    """Whether a file has this source, lines and comments aside."""
    try:
        with open(file, "rb") as opened:
            now = opened.read()
        return now == source or _code_of(now) == _code_of(source)
    except (OSError, SyntaxError, ValueError):
        return False


@functools.lru_cache(128)
def _code_of(source: bytes) -> bytes:
    """The digest of a source. Raises SyntaxError, ValueError."""
    return _digest(ast.parse(source))


def _changed_since_start(file: str) -> bool:
    """Whether a file is newer than this process, as far as that is known; its own clock cannot be set back."""
    try:
        return os.stat(file).st_ctime >= _started() - 1
    except OSError:
        return False


def _started() -> float:
    """When this process began: by the clock as it was, or as it is where it was set back since, if that is earlier."""
    began, clock = _began()
    return min(began, began + _clock() - clock)


@functools.cache
def _began() -> tuple[float, float]:
    import psutil  # where somebody's module was imported before this package, if at all

    return psutil.Process().create_time(), _clock()


def _clock() -> float:
    return time.time() - time.monotonic()
