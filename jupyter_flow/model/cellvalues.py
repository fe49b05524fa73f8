"""What a notebook cell made, when it ran as an electron."""

from collections.abc import Mapping
from typing import Any

from .pickles import Buffers, dumps

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

    def __reduce__(self) -> Any:
        return CellValues, (dict(self), self.deleted, self.changed, self.left)

    def portable(self) -> "CellValues":
        """Those that can be pickled. Asked for where they cannot be all at once."""
        left = {name: reason for name, value in self.items() if (reason := _refusal(value))}
        kept = {name: value for name, value in self.items() if name not in left}
        return CellValues(kept, self.deleted, self.changed, left)


def _refusal(value: object) -> str:
    buffers: Buffers = []
    try:
        dumps(value, buffers)
    except Exception as error:
        return f"{type(value).__name__}: {error}"[:MOST]
    return ""
