"""What an electron asks for besides its function."""

from dataclasses import dataclass, fields, replace
from typing import Any

from .errors import BuildError
from .hooks import Hook


@dataclass(frozen=True, slots=True)
class Options:
    """The options of an electron; None means "as the lattice, else the executor, says"."""

    executor: Any = None
    retries: int | None = None
    timeout: float | None = None  # seconds
    cores: int | None = None
    before: tuple[Hook, ...] = ()
    after: tuple[Hook, ...] = ()

    def __post_init__(self) -> None:
        _whole("retries", self.retries, 0)
        _whole("cores", self.cores, 1)
        _seconds("timeout", self.timeout)

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


def _seconds(name: str, value: object) -> None:
    if value is not None and not (isinstance(value, int | float) and not isinstance(value, bool) and value > 0):
        raise BuildError(f"{name}={value!r}: seconds are expected, more than 0")


def _whole(name: str, value: object, least: int) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
        raise BuildError(f"{name}={value!r}: a whole number is expected, {least} or more")
