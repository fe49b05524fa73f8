"""What an electron asks for besides its function."""

from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from typing import Any

from .errors import BuildError
from .hooks import Hook
from .sizes import bytes_in


@dataclass(frozen=True, slots=True)
class Options:
    """The options of an electron; None means "as the lattice, else the executor, says"."""

    executor: Any = None
    retries: int | None = None
    timeout: float | None = None  # seconds
    cores: int | None = None
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()
    cache: bool | None = None
    memory: int | str | None = None  # bytes, or as people write them
    gpus: int | None = None

    def __post_init__(self) -> None:
        _whole("retries", self.retries, 0)
        _whole("cores", self.cores, 1)
        _whole("gpus", self.gpus, 1)
        _seconds("timeout", self.timeout)
        if self.memory is not None:
            _memory(self.memory)
        if self.cache is not None and not isinstance(self.cache, bool):
            raise BuildError(f"cache={self.cache!r}: True or False is expected")

    @property
    def asked(self) -> tuple[Any, ...]:
        """All but the executor."""
        return self.retries, self.timeout, self.cores, self.before, self.after, self.cache, self.memory, self.gpus

    def under(self, defaults: "Options") -> "Options":
        """These options, and the defaults where nothing is said (all hooks or none, as in Covalent)."""
        said: dict[str, Any] = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) is not None and field.name not in ("before", "after")
        }
        if self.before or self.after:
            said |= {"before": self.before, "after": self.after}
        return replace(defaults, **said) if said else defaults


def _restore(self: Options, state: list[Any]) -> None:
    """Take what was pickled, also by a version that knew fewer options."""
    for field, value in zip_longest(fields(self), state):
        object.__setattr__(self, field.name, value)


# Not in the class: there, `dataclass` of Python before 3.11.4 puts its own over it.
Options.__setstate__ = _restore  # type: ignore[attr-defined]


def _memory(size: int | str) -> None:
    try:
        bytes_in(size)
    except ValueError as error:
        raise BuildError(f"memory={size!r}: {error}") from None


def _seconds(name: str, value: object) -> None:
    if value is not None and not (isinstance(value, int | float) and not isinstance(value, bool) and value > 0):
        raise BuildError(f"{name}={value!r}: seconds are expected, more than 0")


def _whole(name: str, value: object, least: int) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
        raise BuildError(f"{name}={value!r}: a whole number is expected, {least} or more")
