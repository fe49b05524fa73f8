"""What `doctor` finds."""

from typing import Literal, NamedTuple

State = Literal["ok", "missing", "warning", "problem"]


class Finding(NamedTuple):
    """One line."""

    state: State
    what: str
    told: str = ""
    way_out: str = ""

    def __str__(self) -> str:
        told = f"{self.what}: {self.told}" if self.told else self.what
        return f"{told}. {self.way_out}" if self.way_out else told
