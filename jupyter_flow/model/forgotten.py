"""Plain functions that were perhaps to be electrons: a lattice calls them, and they run while it is built.

Nothing is said where that may well be meant: of functions that reach an electron, of those of other modules, and of
errors that have nothing to do with an output.
"""

import dis
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, TypeGuard

from .errors import BuildError
from .output import Output
from .sources import codes_in

MOST = 1000  # things that are looked at for electrons
ASK = "Is @electron (%%electron) missing above"
NAMED = re.compile(r"\bOutput\b")
PACKAGE = __name__.partition(".")[0]
LOADS = ("LOAD_GLOBAL", "LOAD_NAME")


class Explained:
    """What the body of a lattice raises gets a note where it comes of an output in a function that is no electron."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self._body = body

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        name = ""
        with suppress(Exception):  # of what the notebook's own objects do when they are looked at
            name = _culprit(error, trace, self._body) if isinstance(error, Exception) else ""
        note = f"{name}() is a plain function, which runs while the lattice is built: what it was given is an output "
        note += f"that is not computed yet. {ASK} it?"
        if error is not None and name and note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def plain_ones(body: Callable[..., Any], given: Iterable[Any] = ()) -> str:
    """What is said of the functions of a lattice that has called no electron; "" where that may be meant.

    given: its arguments, among which there may be electrons.
    """
    told: list[str] = []
    with suppress(Exception):
        told = [f"{name}()" for name in _called(body, given)]
    if len(told) < 2:
        return f"{told[0]} is a plain function, which runs while the lattice is built. {ASK} it?" if told else ""
    return f"{' and '.join(told)} are plain functions, which run while the lattice is built. {ASK} them?"


def _called(body: Callable[..., Any], given: Iterable[Any]) -> list[str]:
    """The functions of the notebook's that a lattice calls; none where it may as well call electrons."""
    function = _plain(body)
    if function is None or any(map(_holds_one, given)) or _reaches_one(function):
        return []
    return list(dict.fromkeys(name for name, value in _loaded(function, called=True) if _of(value, function)))


def _culprit(error: Exception, trace: TracebackType | None, body: Callable[..., Any]) -> str:
    """The function of the notebook's that an output made fail; "" if it was something else."""
    function = _plain(body)
    frames = [tb.tb_frame for tb in _walked(trace)]
    begun = next((at for at, frame in enumerate(frames) if function and frame.f_code is function.__code__), len(frames))
    for at in range(begun + 1, len(frames)):
        name = frames[at].f_code.co_name
        called = frames[at].f_globals.get(name)
        if function is not None and _of(called, function) and called.__code__ is frames[at].f_code:
            given = _given(frames[at])
            meant = _reaches_one(called) or any(map(_holds_one, given))
            return name if _has_output(given) and _of_output(error, frames[at:]) and not meant else ""
    return ""


def _of_output(error: Exception, frames: list[FrameType]) -> bool:
    """Whether an output is why this failed: it refused, or code from elsewhere that was given one fails or names it."""
    space, last = frames[0].f_globals, frames[-1].f_globals
    if isinstance(error, BuildError):
        return bool(last["__name__"] == Output.__module__)
    foreign = [frame for frame in frames if frame.f_globals is not space] if last is not space else []
    return any(_has_output(_given(frame)) for frame in foreign) or NAMED.search(str(error)) is not None


def _walked(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _given(frame: FrameType) -> list[Any]:
    """The arguments of a call."""
    code, values = frame.f_code, frame.f_locals
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return [values[name] for name in code.co_varnames[:count] if name in values]


def _has_output(given: Iterable[Any]) -> bool:
    return any(type(part) is Output for value in given for part in (value, *_parts(value)))


def _plain(body: Any) -> FunctionType | None:
    function = getattr(body, "__func__", body)
    return function if isinstance(function, FunctionType) else None


def _of(value: Any, function: FunctionType) -> TypeGuard[FunctionType]:
    """Whether something is a function that stands beside another one, in its notebook or module."""
    return isinstance(value, FunctionType) and value.__globals__ is function.__globals__


def _loaded(function: FunctionType, called: bool = False) -> Iterator[tuple[str, Any]]:
    """The names that a function looks up outside of itself, with what they mean now; `called`: only to call it."""
    for code in codes_in(function.__code__):
        for step in dis.get_instructions(code):
            calls = step.opname == "LOAD_GLOBAL" and step.arg is not None and step.arg & 1
            if step.opname in LOADS and step.argval in function.__globals__ and (calls or not called):
                yield step.argval, function.__globals__[step.argval]


def _reaches_one(function: FunctionType) -> bool:
    """Whether a function may call an electron or a lattice, by itself or through others of its notebook."""
    queue, met = [function], {id(function)}
    for each in queue:  # which grows meanwhile
        values = [value for _, value in _loaded(each)] + [_content(cell) for cell in each.__closure__ or ()]
        if any(_ours(value) or _holds_one(value) for value in (*values, *(each.__defaults__ or ()))):
            return True
        new = [value for value in values if _of(value, function) and id(value) not in met]
        met |= {*map(id, new)}
        queue += new
    return False


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not yet
        return None


def _ours(value: Any) -> bool:
    """Whether something is this package, or from it, which makes electrons."""
    module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] == PACKAGE


def _holds_one(value: Any) -> bool:
    """Whether something is an electron or a lattice, or a collection, an object or a module that has one."""
    return any(
        getattr(type(part), "is_electron", False) is True or getattr(type(part), "builds_graph", False) is True
        for part in (value, *_parts(value))
    )


def _parts(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(islice(value, MOST))
    if isinstance(value, dict):
        return list(islice(value.values(), MOST))
    return [] if type(value) is Output or isinstance(value, FunctionType) else list(islice(_vars(value).values(), MOST))


def _vars(value: Any) -> dict[str, Any]:
    try:
        return dict(vars(value))
    except TypeError:
        return {}
