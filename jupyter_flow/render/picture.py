"""What is drawn: a transport graph as plain arrays, with the state of every node."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..model.status import Status
from .standing import STANDING_OF, Standing

Kind = Literal["electron", "glue", "sublattice"]

WAITING_EDGE = "!waiting_edge"


@dataclass(frozen=True, slots=True)
class Picture:
    """A transport graph to draw; nodes are numbered from 0, in any mixture of kinds.

    ``statuses`` are the small integers of `jupyter_flow.model.events` and `standing`. ``edges`` are
    (producer, consumer, parameter), the parameter ``"!waiting_edge"`` for order without
    data. ``executors``, ``kinds`` and ``durations`` (seconds, None where unknown) may be
    left out as a whole. Durations show only in a picture drawn ``by="duration"``, so that
    all other pictures are the same from run to run.

    Raises ValueError where the arrays do not fit together.
    """

    names: Sequence[str]
    statuses: Sequence[int]
    executors: Sequence[str] = ()
    kinds: Sequence[Kind] = ()
    edges: Sequence[tuple[int, int, str]] = ()
    durations: Sequence[float | None] = ()
    title: str = field(default="workflow", kw_only=True)
    status: Standing = field(default=Status.NEW_OBJECT, kw_only=True)
    given_up: Collection[int] = field(default=(), kw_only=True)  # nodes that ended, and whose threads may still run

    def __post_init__(self) -> None:
        n = len(self.names)
        if len(self.statuses) != n:
            raise ValueError(f"{n} names but {len(self.statuses)} statuses")
        for what in ("executors", "kinds", "durations"):
            length = len(getattr(self, what))
            if length not in (0, n):
                raise ValueError(f"{n} names but {length} {what}")
        if n and not (min(self.statuses) >= 0 and max(self.statuses) < len(STANDING_OF)):
            raise ValueError(f"statuses are integers from 0 to {len(STANDING_OF) - 1}")
        ends = [end for a, b, _ in self.edges for end in (a, b)]
        if ends and not (min(ends) >= 0 and max(ends) < n):
            source, target = next((a, b) for a, b, _ in self.edges if not (0 <= a < n and 0 <= b < n))
            raise ValueError(f"edge {source} → {target} in a graph of {n} nodes")

    def __len__(self) -> int:
        return len(self.names)

    def executor(self, node: int) -> str:
        """The label of a node's executor, empty where none was given."""
        return self.executors[node] if self.executors else ""

    def kind(self, node: int) -> Kind:
        """Whether a node is an electron, glue between electrons, or a sublattice."""
        return self.kinds[node] if self.kinds else "electron"

    def duration(self, node: int) -> float | None:
        """Seconds that a node took, None where unknown."""
        return self.durations[node] if self.durations else None

    def electrons(self) -> list[int]:
        """The nodes that are somebody's electron, not glue."""
        if not self.kinds:
            return list(range(len(self.names)))
        return [i for i, kind in enumerate(self.kinds) if kind != "glue"]
