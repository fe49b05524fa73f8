"""A stored value that is loaded when it is looked at."""

from collections.abc import Callable
from typing import Any

_UNLOADED: Any = object()


class TransportableObject:
    """A value in Covalent's wrapping: `get_deserialized()` gives it; printed, it shows it."""

    def __init__(self, value: Any = None, *, load: Callable[[], Any] | None = None) -> None:
        self._value = value if load is None else _UNLOADED
        self._load = load

    def get_deserialized(self) -> Any:
        """The value, loaded now if it has not been."""
        if self._value is _UNLOADED:
            assert self._load is not None
            self._value = self._load()
        return self._value

    @property
    def object_string(self) -> str:
        """The value as text."""
        return str(self.get_deserialized())

    def __repr__(self) -> str:
        return repr(self.get_deserialized())

    def __str__(self) -> str:
        return self.object_string

    def __eq__(self, other: object) -> bool:
        mine = self.get_deserialized()
        return bool(mine == (other.get_deserialized() if isinstance(other, TransportableObject) else other))

    __hash__ = None  # type: ignore[assignment]
