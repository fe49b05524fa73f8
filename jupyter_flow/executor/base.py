"""Executors: what a person writes down. A value that says which resource to use and how; it owns nothing alive."""

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, SupportsIndex

from .settings import parted, restored, shown

Key = tuple[Any, ...]


@dataclass(slots=True)
class Executor:
    """What all executors have in common. Equal settings mean the same executor, however many objects there are."""

    kind: ClassVar[str] = ""

    def key(self) -> Key:
        """What makes two executors the same; electrons of equal executors share one limit."""
        return (type(self).__name__, *[getattr(self, field.name) for field in fields(self)])

    def resource(self) -> Key:
        """The back end it names: executors with the same answer share its workers."""
        return (self.kind,)

    def snapshot(self) -> Self:
        """A copy, so that a dispatch keeps the settings it started with."""
        return copy.copy(self)

    def describe(self) -> dict[str, Any]:
        """Its settings, those left at their defaults aside, as text and numbers; ``***`` for secrets in them."""
        return shown({f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default})

    def __init_subclass__(cls) -> None:
        if "__repr__" not in vars(cls):  # else it would be a dataclass's, which shows all
            cls.__repr__ = Executor._repr  # type: ignore[assignment]

    def _repr(self) -> str:
        settings = shown({f.name: getattr(self, f.name) for f in fields(self)})
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in settings.items())})"

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        secret = parted(settings)
        if not secret:
            return object.__reduce_ex__(self, protocol)
        return restored, (type(self), {n: v for n, v in settings.items() if n not in secret}, secret)

    def __hash__(self) -> int:
        return id(type(self))  # settings may change; equal executors must hash alike

    def __str__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.describe().items())
        return f"{self.kind}({settings})" if settings else self.kind


def path_text(path: str | os.PathLike[str] | None) -> str | None:
    """A setting that is a path, as text that can be compared; none for an empty one."""
    return os.fspath(path) if path else None


def check_workers(workers: object, name: str = "workers") -> None:
    """Raise ValueError unless it is None or a number of workers (or of something else, by that name)."""
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise ValueError(f"{name}={workers!r}: a whole number is expected, 1 or more")


def check_resources(given: object) -> tuple[tuple[str, float], ...] | None:
    """Names with how much of each, to be compared. Raises ValueError for anything else."""
    if given is None:
        return None
    if not isinstance(given, Mapping) or not all(isinstance(n, str) and _positive(a) for n, a in given.items()):
        raise ValueError(f"resources={given!r}: names with numbers above 0 are expected, such as {{'GPU': 1}}")
    return tuple(sorted((name, float(amount)) for name, amount in given.items())) or None


def _positive(amount: object) -> bool:
    return isinstance(amount, int | float) and not isinstance(amount, bool) and amount > 0


def check_limits(time_limit: object, retries: object) -> None:
    """Raise ValueError unless they are a number of seconds (or None) and a number of retries."""
    seconds = isinstance(time_limit, int | float) and not isinstance(time_limit, bool) and time_limit > 0
    if time_limit is not None and not seconds:
        raise ValueError(f"time_limit={time_limit!r}: seconds are expected, more than 0, or None for no limit")
    if not isinstance(retries, int) or isinstance(retries, bool) or retries < 0:
        raise ValueError(f"retries={retries!r}: a whole number is expected, 0 or more")
