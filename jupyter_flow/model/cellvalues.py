"""What a notebook cell made, when it ran as an electron."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .pickles import BY_VALUE, Buffers, dumps, loads

MOST = 200  # characters of a reason


class CellValues(dict[str, Any]):
    """The values by name. Together, since they may share objects: a model and the optimizer that steps it.

    deleted: the names that the cell deleted. changed: inputs that it changed and nobody declared as outputs.
    left: names that cannot be pickled and stayed where they were made, with the reasons.
    """

    def __init__(
        self,
        values: Mapping[str, Any] = {},
        deleted: tuple[str, ...] = (),
        changed: tuple[str, ...] = (),
        left: Mapping[str, str] = {},
    ) -> None:
        super().__init__(values)
        self.deleted, self.changed, self.left = deleted, changed, dict(left)
        self._packed: tuple[bytes, Sequence[Any]] | None = None  # where code is among them

    def __reduce__(self) -> Any:
        buffers: Buffers = []
        data = dumps(dict(self), buffers)
        return _unpacked, (data, buffers, self.deleted, self.changed, self.left)

    def within(self, load: Callable[[bytes, Sequence[Any]], Any]) -> "CellValues":
        """The same with its functions and classes made where `load` makes them, once it has been pickled."""
        if self._packed is None:
            return self
        return CellValues(load(*self._packed), self.deleted, self.changed, self.left)

    def portable(self) -> "CellValues":
        """Those that can be pickled. Asked for where they cannot be all at once."""
        left = {name: reason for name, value in self.items() if (reason := _refusal(value))}
        kept = {name: value for name, value in self.items() if name not in left}
        return CellValues(kept, self.deleted, self.changed, left)


def _unpacked(data: bytes, buffers: Sequence[Any], *rest: Any) -> CellValues:
    made = CellValues(loads(data, buffers), *rest)
    if BY_VALUE in data:
        made._packed = data, buffers
    return made


def _refusal(value: object) -> str:
    buffers: Buffers = []
    try:
        dumps(value, buffers)
    except Exception as error:  # pickling runs code of the value
        return f"{type(value).__name__}: {error}"[:MOST]
    return ""
