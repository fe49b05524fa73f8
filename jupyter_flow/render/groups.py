"""What is said about a group: its name, how many, their states, executors and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from ..model.status import NEVER_BEGUN, Status
from .folding import Folding
from .picking import picked, tallied
from .picture import Kind, Picture
from .standing import STANDING_OF, Beside, Standing

SEVERITY: tuple[Standing, ...] = (
    Status.FAILED,
    Status.INTERRUPTED,
    Status.CANCELLED,
    Status.SKIPPED,
    Status.RUNNING,
    Status.NEW_OBJECT,
    Beside.STALE,
    Status.COMPLETED,
)  # of several states, the first of these is the state of the whole
NOT_RUN = "not run"
_SHOWN_AS: dict[Standing, str] = {Status.NEW_OBJECT: "waiting", Status.RUNNING: "running"}


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a folding, counted. ``seconds`` is the mean of what is known, None if nothing is."""

    number: int
    name: str
    kind: Kind
    first: int  # the first member's node number
    count: int
    counts: dict[Standing, int]  # by severity, no zeros
    executors: dict[str, int]
    seconds: float | None
    given_up: int = 0  # members that ended, and whose threads may still run
    interrupted: bool = False  # the whole has ended before its time: what waits will not run

    def standing(self, counts: dict[Standing, int], seconds: float | None, interrupted: bool = False) -> "Group":
        """The same group, counted at another time. Live graphs ask often, and `dataclasses.replace` is slow."""
        return Group(
            self.number, self.name, self.kind, self.first, self.count, counts, self.executors, seconds,
            self.given_up, interrupted,
        )  # fmt: skip

    @property
    def status(self) -> Standing:
        """The state of the whole: running once some members ran and others have not, else the gravest."""
        if len(self.counts) > 1 and set(self.counts) == {Status.NEW_OBJECT, Status.COMPLETED}:
            return Status.INTERRUPTED if self.interrupted else Status.RUNNING
        if Status.RUNNING in self.counts and Status.FAILED not in self.counts:
            return Status.RUNNING
        return next(iter(self.counts), Status.NEW_OBJECT)

    @property
    def completed(self) -> int:
        """How many members completed."""
        return self.counts.get(Status.COMPLETED, 0)

    @property
    def heading(self) -> str:
        """The name, with the count where it is a group."""
        return counted(self.name, self.count)

    @property
    def progress(self) -> str:
        """``612/1000``, or nothing for a single node."""
        return f"{self.completed}/{self.count}" if self.count > 1 else ""

    def said(self, status: Standing) -> str:
        """A state of its members, as a word."""
        return said(status, self.interrupted)

    def failures(self) -> dict[Standing, int]:
        """Members that ended without an output."""
        return {status: count for status, count in self.counts.items() if status in SEVERITY[:4]}


def counted(name: str, count: int) -> str:
    """A name with how many there are, if several."""
    return f"{name} \u00d7{count}" if count > 1 else name


def tally(picture: Picture, folding: Folding) -> list[Group]:
    """Count the members of every group."""
    return [_group(picture, k, members, folding.mixed) for k, members in enumerate(folding.members)]


def _group(picture: Picture, number: int, members: list[int], mixed: bool) -> Group:
    first = members[0]
    name = picture.names[first]
    if mixed and any(picture.names[i] != name for i in members):
        name += " …"
    executors = dict(tallied(picked(picture.executors, members))) if picture.executors else {}
    executors.pop("", None)
    times = [t for t in picked(picture.durations, members) if t is not None] if picture.durations else []
    return Group(
        number=number,
        name=name,
        kind=picture.kind(first),
        first=first,
        count=len(members),
        counts=count_states(picture, members),
        executors=dict(sorted(executors.items())),
        seconds=fsum(times) / len(times) if times else None,
        given_up=len(picture.given_up) and sum(i in picture.given_up for i in members),
        interrupted=picture.status is Status.INTERRUPTED,
    )


def count_states(picture: Picture, nodes: Sequence[int]) -> dict[Standing, int]:
    """How many of the nodes are in which state, the gravest first."""
    states = bytes(picked(picture.statuses, nodes))
    found = dict.fromkeys(SEVERITY, 0)
    for number in set(states) if len(states) < len(STANDING_OF) else range(len(STANDING_OF)):
        found[STANDING_OF[number]] += states.count(number)
    return {state: count for state, count in found.items() if count}


def said(status: Standing, interrupted: bool = False) -> str:
    """A state as a word in a sentence; where the whole is `interrupted`, nothing waits any more."""
    if interrupted and status is Status.NEW_OBJECT:
        return NEVER_BEGUN
    return _SHOWN_AS.get(status, status.value.lower())


def whole(status: Standing) -> str:
    """The state of a whole graph: a status in its own word, and of one that has not run that it has not."""
    return NOT_RUN if status is Status.NEW_OBJECT else str(status)
