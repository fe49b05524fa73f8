"""A digest of what a function does: its code, and the notebook code and data it reaches.

It stays the same when lines move, comments change, or another process builds the same things;
it changes with the bytecode, and with the functions, classes, globals and closures reached from
it. What belongs to an installed package counts by its name and version. Data count by their
pickle, but for the text in them: a pickle tells which equal strings are one object. What cannot be
pickled gets a digest of its own every time, for nobody can say that it is what it was.
"""

import builtins
import functools
import inspect
import pickle
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from blake3 import blake3

from ..model.electron import Electron
from ..model.fingerprint import Fingerprint
from ..model.lattice import Lattice
from ..model.options import Options
from ..model.vault import VAULT
from ..model.wrappers import is_generic
from .contents import CHANGING, PLAIN, UNTOLD, WRAPPED, annotations_of, in_cell, known_as, name_of, reduced, told
from .imports import Reached, names
from .packages import installed

NEITHER = object()


def fingerprint(function: Any) -> Fingerprint:
    """The digest of a function, an electron or a lattice (what has ``__wrapped__``): 32 bytes, and its parts.

    Of other code and containers of it as well.
    """
    aside = Reached()
    aside.packages["Python"] = sys.implementation.cache_tag or ""
    digest = blake3(_digest(function, {}, aside))
    for _, content in sorted(aside.files.items()):
        digest.update(content)
    code = digest.digest()
    whole = blake3(code)
    for package, version in sorted(aside.packages.items()):
        whole.update(f"{package}\0{version}\0".encode())
    return Fingerprint.of(whole.digest(), code, aside.packages, aside.opaque)


class _Walk:
    """Feeds what it visits to a hasher; a thing met again counts by when it was met first."""

    def __init__(self, hasher: Any, met: dict[int, tuple[int, object]], aside: Reached) -> None:
        self.hasher, self.aside = hasher, aside
        self._met = met  # by id, with the object, so that its id stays its own

    def tell(self, *words: str | bytes | int) -> None:
        for word in words:
            data = word if isinstance(word, bytes) else str(word).encode("utf-8", "surrogatepass")
            self.hasher.update(len(data).to_bytes(8, "little"))
            self.hasher.update(data)

    def write(self, data: Any) -> None:
        """Take a piece of a pickle, as a file would."""
        self.tell("pickle", memoryview(data).nbytes)
        self.hasher.update(data)

    def visit(self, thing: Any) -> None:
        if self.again(thing):
            return
        teller = _teller(thing)
        if teller is None:
            self._data(thing)
        else:
            self.meet(thing)
            teller(self, thing)

    def meet(self, thing: Any) -> None:
        self._met.setdefault(id(thing), (len(self._met), thing))

    def again(self, thing: Any) -> bool:
        """Tell a thing that was met already."""
        met = self._met.get(id(thing))
        if met is not None:
            self.tell("met", met[0])
        return met is not None

    def _data(self, thing: Any) -> None:
        self.tell("data")
        try:
            _Pickler(self).dump(thing)
        except Exception:  # a value's own reduction may raise anything
            self.tell("opaque", self.aside.unknown())

    def function(self, function: FunctionType) -> None:
        if self._package(function):
            return
        self.tell("function", function.__name__, function.__qualname__)
        self._code(function.__code__)
        self.visit(function.__defaults__)
        self.visit(function.__kwdefaults__)
        self._annotations(function)
        self._attributes(function)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            self.tell("closure", name)
            self.visit(known_as(name, in_cell(cell)))
        for name in dict.fromkeys(names(function.__code__)):
            value = function.__globals__.get(name, NEITHER)
            if value is not NEITHER:
                self.tell("global", name)
                self.visit(known_as(name, value))
            elif not hasattr(builtins, name):
                self.tell("undefined", name)
        self.aside.code(function.__code__, function.__module__ or "")

    def _annotations(self, function: FunctionType) -> None:
        """By their names alone where nobody can compare them: seldom does it matter what they are."""
        found, aside = annotations_of(function), Reached()
        if found:
            digest = _digest(sorted(found.items()), dict(self._met), aside)
            self.tell("annotations", *(sorted(found) if aside.opaque else [digest]))
            self.aside.packages.update(aside.packages)
            self.aside.files.update(aside.files)

    def _attributes(self, thing: Any) -> None:
        held = {name: value for name, value in getattr(thing, "__dict__", {}).items() if name not in WRAPPED}
        if held:
            self.tell("attributes")
            self.visit(sorted(held.items()))

    def _code(self, code: CodeType) -> None:
        self.tell("code", code.co_code, code.co_exceptiontable, code.co_flags)
        self.tell(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        for known in (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars):
            self.tell(len(known), *known)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._code(constant)
            else:
                self.visit(constant)

    def generic(self, function: Any) -> None:
        """What `functools.singledispatch` made: the functions it chooses from."""
        if self._package(function):
            return
        self.tell("generic")
        for kind, chosen in sorted(function.registry.items(), key=lambda item: name_of(item[0])):
            self.visit((kind, chosen))

    def class_(self, cls: type) -> None:
        if self._package(cls):
            return
        self.tell("class", cls.__qualname__)
        if type(cls) is not type:
            self.visit(type(cls))
        for base in cls.__bases__:
            self.visit(base)
        members = {name: value for name, value in vars(cls).items() if name not in UNTOLD}
        self.tell("order", *(name for name in members if not name.startswith("__")))  # Python may add the others late
        for name, value in sorted(members.items()):
            self.tell("member", name)
            self.visit(value)

    def module(self, module: ModuleType) -> None:
        if self._package(module):
            return
        self.tell("module", module.__name__)
        for name, value in sorted(vars(module).items()):
            if not name.startswith("__"):
                self.tell("member", name)
                self.visit(value)

    def builtin(self, function: BuiltinFunctionType) -> None:
        self.tell("builtin", function.__qualname__)
        self.visit(function.__self__)

    def method(self, method: MethodType) -> None:
        self._parts("method", method.__func__, method.__self__)

    def partial(self, partial: "functools.partial[Any]") -> None:
        self._parts("partial", partial.func, partial.args, partial.keywords)
        self._kind(partial, functools.partial)

    def property_(self, found: property) -> None:
        self._parts("property", found.fget, found.fset, found.fdel)

    def _parts(self, what: str, *parts: Any) -> None:
        self.tell(what)
        for part in parts:
            self.visit(part)

    def known(self, thing: Any) -> None:
        """What brings a digest of its own along."""
        self.tell("known", type(thing).__qualname__, thing.__fingerprint__)
        self.aside.packages.update(thing.__fingerprint__.packages)
        self.aside.opaque |= thing.__fingerprint__.opaque

    def wrapper(self, wrapper: Any) -> None:
        before = self.aside.replaced
        if isinstance(wrapper, Lattice):
            self.aside.replaced = {**before, **wrapper.replaced}
        instead = before.get(wrapper.name) if isinstance(wrapper, Electron) else None
        if instead is not None and fingerprint(instead) != fingerprint(wrapper):  # else only its options are others
            wrapper = instead
        self.tell("wrapper", type(wrapper).__qualname__)
        self.visit(wrapper.__wrapped__)
        self.aside.replaced = before
        if not isinstance(wrapper, Electron | Lattice):  # a decorator of somebody's: what it is, and what it holds
            self.visit(type(wrapper))
            self._attributes(wrapper)
        options = inspect.getattr_static(wrapper, "options", None)
        if isinstance(options, Options) and (options.before or options.after):
            self.tell("hooks")
            self.visit((options.before, options.after))

    def set_(self, found: set[Any] | frozenset[Any]) -> None:
        # In no fixed order: each must not see what the others met.
        self.tell("set", *sorted(_digest(member, dict(self._met), self.aside) for member in found))
        self._kind(found, set, frozenset)

    def _kind(self, thing: Any, *plain: type) -> None:
        """What an instance of a subclass has besides."""
        self.tell(type(thing).__name__)
        if type(thing) not in plain:
            self.visit(type(thing))
        self.visit(getattr(thing, "__dict__", None))

    def _package(self, thing: Any) -> bool:
        module = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", None)
        version = installed(thing if isinstance(thing, ModuleType) else module)
        if version is None:
            if isinstance(module, str):
                self.aside.module(module)
            return False
        self.aside.package(name_of(thing).partition(".")[0], version)
        self.tell("installed", name_of(thing))
        return True


_TELLERS: tuple[tuple[Any, Callable[[_Walk, Any], None]], ...] = (
    (FunctionType, _Walk.function),
    (type, _Walk.class_),
    (ModuleType, _Walk.module),
    (BuiltinFunctionType, _Walk.builtin),
    (MethodType, _Walk.method),
    (functools.partial, _Walk.partial),
    (property, _Walk.property_),
    ((set, frozenset), _Walk.set_),
)


class _Pickler(pickle.Pickler):
    """Pickles into a walk, which tells text and what it knows how to tell.

    The memo makes cycles end. Text is kept out of it: which equal strings are one object is chance.
    """

    def __init__(self, walk: _Walk) -> None:
        super().__init__(walk, protocol=5, buffer_callback=lambda buffer: walk.write(buffer.raw()))
        self._walk = walk

    def persistent_id(self, obj: Any) -> int | None:
        kind = type(obj)
        if kind is str or kind is bytes or kind is complex:
            self._walk.tell(kind.__name__, obj if kind is complex else VAULT.disguised(obj))
        elif kind in PLAIN and kind not in CHANGING:
            return None
        elif not self._walk.again(obj):
            if kind in CHANGING:
                self._walk.meet(obj)
            if _teller(obj) is None:
                return None
            self._walk.visit(obj)
        return 0

    def reducer_override(self, obj: Any) -> Any:
        self._walk.meet(obj)
        try:
            return reduced(obj)
        except Exception:  # a connection, a generator, ... inside something else
            return told, (self._walk.aside.unknown(),)


def _digest(thing: Any, met: dict[int, tuple[int, object]], aside: Reached) -> bytes:
    walk = _Walk(blake3(), met, aside)
    walk.visit(thing)
    return bytes(walk.hasher.digest())


def _teller(thing: Any) -> Callable[[_Walk, Any], None] | None:
    if type(thing) in PLAIN:
        return None
    if is_generic(thing):
        return _Walk.generic
    for kind, teller in _TELLERS:
        if isinstance(thing, kind):
            return teller
    if isinstance(inspect.getattr_static(thing, "__fingerprint__", None), Fingerprint):
        return _Walk.known
    wrapped = inspect.getattr_static(thing, "__wrapped__", None)
    return None if wrapped is None else _Walk.wrapper
