"""What is drawn: a transport graph as plain arrays, with the state of every node."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Literal

from ..model.status import Status
from .standing import STANDING_OF, Standing

Kind = Literal["electron", "glue", "sublattice"]

WAITING_EDGE = "!waiting_edge"

_KNOWN = bytes(range(len(STANDING_OF)))


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
        self._check_lengths()
        self._check_statuses()
        for end in (0, 1) if self.edges else ():
            ends = [*map(itemgetter(end), self.edges)]
            if not (min(ends) >= 0 and max(ends) < n):
                source, target = next((a, b) for a, b, _ in self.edges if not (0 <= a < n and 0 <= b < n))
                raise ValueError(f"edge {source} → {target} in a graph of {n} nodes")

    def _check_lengths(self) -> None:
        n = len(self.names)
        if len(self.statuses) != n:
            raise ValueError(f"{n} names but {len(self.statuses)} statuses")
        for what in ("executors", "kinds", "durations"):
            length = len(getattr(self, what))
            if length not in (0, n):
                raise ValueError(f"{n} names but {length} {what}")

    def _check_statuses(self) -> None:
        try:
            strange = bytes(self.statuses).translate(None, _KNOWN)
        except ValueError:  # they are no bytes
            strange = bytes([max(_KNOWN) + 1])
        if strange:
            raise ValueError(f"statuses are integers from 0 to {len(STANDING_OF) - 1}")

    def standing(
        self, statuses: Sequence[int], durations: Sequence[float | None], status: Standing, given_up: Collection[int]
    ) -> "Picture":
        """The same graph in other states. Its edges, which may be many, are not looked at again."""
        made = copy(self)
        now = {"statuses": statuses, "durations": durations, "status": status, "given_up": given_up}
        for name, value in now.items():
            object.__setattr__(made, name, value)
        made._check_lengths()
        made._check_statuses()
        return made

    def __len__(self) -> int:
        return len(self.names)

    def executor(self, node: int) -> str:
        """The label of a node's executor, empty where none was given."""
        return self.executors[node] if self.executors else ""

    def kind(self, node: int) -> Kind:
        """Whether a node is an electron, glue between electrons, or a sublattice."""
        return self.kinds[node] if self.kinds else "electron"

    def electrons(self) -> Sequence[int]:
        """The nodes that are somebody's electron, not glue."""
        if "glue" not in self.kinds:
            return range(len(self.names))
        return [i for i, kind in enumerate(self.kinds) if kind != "glue"]
