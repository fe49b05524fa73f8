"""What a cell takes along: the data and the code behind the names it reads, also those its functions reach."""

import ast
import functools
import itertools
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...model.electron import Electron
from ...model.lattice import Lattice
from ...model.literal import ATOMS
from ...model.wrappers import CACHED
from ..cells import reached, stored
from .definition import Definition

Namespace = dict[str, Any]

CODE = (
    *(types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, type),
    *(functools.partial, CACHED, Electron, Lattice),
)
MOST = 10_000  # things that are looked at for code behind one value
COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
HISTORY = {"In": "_ih", "Out": "_oh", "_ih": "_ih", "_oh": "_oh", "_dh": "_dh"}  # what IPython keeps under two names
NOWHERE: Any = object()  # stands for the value of a name that is not there
SHELL = frozenset({"In", "Out", "get_ipython", "exit", "quit", "open", "_ih", "_oh", "_dh"})  # IPython's own


@dataclass
class Reach:
    """The names that a piece of code reaches in a notebook, sorted by what stands behind them."""

    data: Namespace = field(default_factory=dict)
    code: Namespace = field(default_factory=dict)
    pending: dict[str, Any] = field(default_factory=dict)  # name -> whatever the notebook waits for
    stores: dict[str, None] = field(default_factory=dict)  # names that its functions assign, by `global`
    classes: list[type] = field(default_factory=list)  # of the data


class Behind(NamedTuple):
    """The names that functions, and the methods of objects, may read and assign when somebody calls them."""

    reads: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()


def reach(
    names: Iterable[str], space: Namespace, pending: Callable[[str], Any], instead: Mapping[str, Any] = {},
    most: int | None = None,
) -> Reach:  # fmt: skip
    """Follow names through the functions and classes of a notebook.

    pending: what a name waits for, or None; it tells what is `behind` it.
    instead: values to take instead of the notebook's. most: things that are looked at behind one value.
    """
    found = Reach()
    ahead = deque(dict.fromkeys(names))
    met = set(ahead)

    def visit(more: Iterable[str]) -> None:
        new = [name for name in more if name not in met]
        met.update(new)
        ahead.extend(new)

    while ahead:
        name = ahead.popleft()
        waited = pending(name)
        if waited is not None:
            found.pending[name] = waited
            visit(waited.behind.reads)
            found.stores |= dict.fromkeys(waited.behind.stores)
        elif (value := instead.get(name, space.get(name, NOWHERE))) is not NOWHERE and not _shells(name, value, space):
            _sort(name, value, found, most or MOST)
            for function in functions_of(value, space, most or MOST):
                visit(sorted(reached(function.__code__)))
                stores = dict.fromkeys(sorted(stored(function.__code__)))
                visit(stores)  # as they are, if it is not called
                found.stores |= stores
    return found


def behind(cell: Definition, found: Reach) -> Behind:
    """What the code may do that a cell will have made. Nobody has it yet, so it is whatever may be among it:
    what all functions in the cell do, and all that functions make which it could call.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    whole = compile(cell.source, cell.file, "exec", flags=flags, dont_inherit=True)
    inner = list(_makes(whole))
    stores = dict.fromkeys(name for code in inner for name in sorted(stored(code)))
    reads = dict.fromkeys((*stores, *(name for code in inner for name in sorted(reached(code)))))
    if inner:
        reads |= dict.fromkeys(cell.names.defines)
    reads |= dict.fromkeys(name for name, value in found.code.items() if _gives_code(value))
    for waited in found.pending.values():
        reads |= dict.fromkeys(waited.behind.reads)
        stores |= dict.fromkeys(waited.behind.stores)
    return Behind(tuple(reads), tuple(stores))


def _makes(code: types.CodeType) -> Iterator[types.CodeType]:
    """The functions and classes written in a piece of code."""
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _makes(constant) if constant.co_name in COMPREHENSIONS else (constant,)


def _gives_code(value: Any) -> bool:
    """Whether a call of it may give something that has code of the notebook: an instance, a function."""
    if isinstance(value, type):
        return written_here(value)
    return isinstance(value, types.FunctionType) and any(_makes(value.__code__))


def _shells(name: str, value: Any, space: Mapping[str, Any]) -> bool:
    """Whether a name holds what IPython put there: the user may have another use for it."""
    if name not in SHELL:
        return False
    if name in HISTORY:
        return value is space.get(HISTORY[name])
    home = getattr(value, "__module__", None) or type(value).__module__
    return home.startswith(("IPython", "ipykernel")) or (name == "open" and home in ("io", "_io"))


def _sort(name: str, value: Any, found: Reach, most: int) -> None:
    if isinstance(value, CODE):
        found.code[name] = value
        return
    found.data[name] = value
    for kind in classes_of(value, most):
        if kind not in found.classes:
            found.classes.append(kind)


def written_here(value: Any) -> bool:
    """Whether a function, class, electron or lattice was written in the notebook."""
    return getattr(value, "__module__", None) == "__main__"


def functions_of(value: Any, space: Mapping[str, Any], most: int = MOST) -> Iterator[types.FunctionType]:
    """The functions behind a value whose globals are the notebook's: its own, its class's, those it wraps."""
    return (
        thing for thing in held_by(value, most) if isinstance(thing, types.FunctionType) and thing.__globals__ is space
    )


def classes_of(value: Any, most: int = MOST) -> Iterator[type]:
    """The classes written in the notebook that stand behind a value."""
    return (thing for thing in held_by(value, most) if isinstance(thing, type) and written_here(thing))


def held_by(value: Any, most: int = MOST) -> Iterator[Any]:
    """A value, and what it holds that may have code behind it."""
    met: dict[int, Any] = {}
    ahead = [value]
    while ahead and len(met) < most:
        thing = ahead.pop()
        if id(thing) in met:
            continue
        met[id(thing)] = thing  # kept, so that no other thing gets its identity
        yield thing
        ahead += [more for more in itertools.islice(_behind(thing), most) if type(more) not in ATOMS]


def _behind(thing: Any) -> Iterable[Any]:
    """The code of a function, a class or a method, or of what holds some."""
    if isinstance(thing, types.FunctionType):
        return [*_enclosed(thing), *(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
    if isinstance(thing, Electron):
        return [thing.function]
    if isinstance(thing, Lattice):
        return [thing.workflow_function]
    if isinstance(thing, types.MethodType):
        return [thing.__func__, thing.__self__]
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    return _members(thing) if isinstance(thing, type) else _inside(thing)


def _inside(value: Any) -> list[Any]:
    """What an object holds that may be code: elements, attributes, what a decorator that is no function wraps."""
    found: list[Any] = []
    if isinstance(value, list | tuple | set | frozenset | dict):
        found += itertools.islice(value.values() if isinstance(value, dict) else value, MOST)
    attributes = getattr(value, "__dict__", {}).values()
    if written_here(type(value)):
        found += [type(value), *attributes]
    elif callable(value):
        found += [attribute for attribute in attributes if isinstance(attribute, types.FunctionType)]
    return found


def _enclosed(function: types.FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # an empty one
            continue


def _members(kind: type) -> list[Any]:
    if not written_here(kind):
        return []
    members = [getattr(member, "__func__", member) for member in vars(kind).values()]
    for member in vars(kind).values():
        if isinstance(member, property):
            members += [part for part in (member.fget, member.fset, member.fdel) if part]
        if isinstance(member, functools.cached_property):
            members.append(member.func)
    return [*members, *kind.__bases__]
