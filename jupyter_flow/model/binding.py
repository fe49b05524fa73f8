"""Whether a call fits a function, and which argument feeds which parameter.

`inspect.Signature.bind` takes 2-4 µs; a graph of 100,000 nodes would spend half its building
there. Calls that plainly fit are recognised by counting; all others, and every message, are left to it.
"""

import inspect
from collections.abc import Callable, Mapping, MutableSet, Sequence
from types import CellType, FunctionType, MethodType
from typing import Any

from .errors import BuildError
from .secretnames import promise

FUNCTIONS = FunctionType, MethodType


class Binder:
    """The signature of one electron."""

    __slots__ = (
        "defaults",
        "fitting",
        "names",
        "opens",
        "plain",
        "promising",
        "shadowed",
        "signature",
        "variadic",
    )

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            signature: inspect.Signature | None = inspect.signature(function)
        except (ValueError, TypeError):  # builtins written in C may have none
            signature = None
        parameters = list(signature.parameters.values()) if signature else []
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.signature = signature
        self.names = tuple(p.name for p in positional)
        self.variadic = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "")
        only = {p.name for p in parameters if p.kind is p.POSITIONAL_ONLY}
        self.shadowed = only if any(p.kind is p.VAR_KEYWORD for p in parameters) else set()
        self.plain = bool(signature) and all(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
        least = sum(p.default is p.empty for p in positional)
        self.fitting = range(least, len(positional) + 1) if self.plain else range(0)  # how many arguments fit at once
        self.opens = not getattr(function, "keeps_secrets", False)  # it gets what is in secrets, not these
        self.promising = any(promise(name) for name in (*self.names, self.variadic))  # a secret, by their names
        # A default that tasks can change is passed along, so that none sees what another did to it. Others stay
        # where they are: a sentinel that the function compares by `is` must not be copied.
        self.defaults = {
            p.name: p.default for p in parameters if _changes(p.default) and p.kind is not p.POSITIONAL_ONLY
        }

    def check(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], kind: str = "electron") -> None:
        """Raise BuildError, naming the electron and what is wrong, unless the call fits."""
        if not kwargs and len(args) in self.fitting:
            return
        if self.signature is None:
            return
        if self.shadowed:  # `f(1, a=2)` fits `def f(a, /, **more)`, but not every Python's bind knows
            kwargs = {name: value for name, value in kwargs.items() if name not in self.shadowed}
        try:
            self.signature.bind(*args, **kwargs)
        except TypeError as error:
            told = f"{kind} {name!r} cannot be called like this: {error}; it is {name}{self.signature}"
            raise BuildError(told) from None

    def completed(self, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments, with the mutable defaults that this call leaves out."""
        given = self.names[: len(args)]
        missing = {k: v for k, v in self.defaults.items() if k not in kwargs and k not in given}
        return {**kwargs, **missing} if missing else kwargs

    def label(self, position: int) -> str:
        """The parameter that a positional argument feeds."""
        return self.names[position] if position < len(self.names) else self.variadic or f"arg{position}"


def labels(function: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    """The parameters that positional arguments feed."""
    binder = Binder(function)
    return [binder.label(position) for position in range(len(args))]


def label_of(binder: Binder | None, position: int, positional: int, kwargs: Mapping[str, Any]) -> str:
    """What an argument of a call is called: its name, the parameter it feeds, or the operand of glue it is."""
    if position >= positional:
        return list(kwargs)[position - positional]
    return binder.label(position) if binder else f"operand {position}"


def enclosed(function: Any) -> list[Any]:
    """What the closure of a function holds now, and those of the functions and electrons in it."""
    held, seen = _inside(function), {id(function)}
    for value in held:  # grows meanwhile
        if id(value) not in seen:
            seen.add(id(value))
            held += _inside(value)
    return held


def _inside(value: Any) -> list[Any]:
    if isinstance(value, FUNCTIONS):
        return [_content(cell) for cell in value.__closure__ or ()]
    kind = type(value)
    wraps = getattr(kind, "is_electron", False) or getattr(kind, "builds_graph", False)
    return [value.__wrapped__] if wraps and hasattr(value, "__wrapped__") else []


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that the body has not set yet
        return cell


def _changes(default: Any) -> bool:
    """Whether a default has items that can be replaced in place: lists, dicts, sets, arrays, frames."""
    return hasattr(type(default), "__setitem__") or isinstance(default, MutableSet)
