"""What a live back end is, and what it needs from whoever gives it work."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ..model.events import Record, Value
from ..model.printed import Seen
from ..store.blobs import Durability
from ..worker.messages import Code, Member, Setup

ANY = 1 << 62  # bytes: more than any machine has
WAITING = "waiting for a worker"


class Work(Protocol):
    """One dispatch, as a resource sees it. Methods marked (lock) are called holding the lock they share."""

    id: str
    number: int
    setup: Setup
    folder: str

    @property
    def objects(self) -> dict[int, Any]:
        """Outputs that threads of this process share."""

    def code(self, version: int) -> Code:
        """A version, as it travels."""

    def live(self, version: int) -> Callable[..., Any] | None:
        """A version's function where it was built in this process."""

    def value(self, node: int) -> Value:
        """The output of a node that completed."""

    def needed(self, node: int) -> bool:
        """(lock) Whether any that takes a node's output has not ended."""

    def started(self, node: int, attempt: int, start: int) -> bool:
        """(lock) An attempt began; False if it is not wanted any more."""

    def finished(self, records: Sequence[Record], objects: dict[int, Any] | None = None) -> None:
        """Attempts ended, however. Takes the lock itself."""

    def returned(self, attempts: Sequence[tuple[int, int]]) -> None:
        """(lock) These were not started, and can go elsewhere."""


class Claim(NamedTuple):
    """Electrons claimed for one worker, in an order in which they can run."""

    work: Work
    share: "Share"
    members: list[Member]
    cores: int
    cheap: bool  # measured to be done in no time: its worker may hold the next batch already
    memory: int = 0  # bytes that each of its members may use; 0: as many as there are
    needs: Mapping[int, Sequence[int]] = {}  # by member: whom it comes after, that lie with the same resource
    cost: int = 0  # ns that its members were measured to take; 0: nobody knows
    lender: "Lying | None" = None  # whose place among those that may run it has, once that is through


class Lying(Protocol):
    """A claim that lies with a resource, which has members that have not ended."""

    claim: Claim
    lent: bool  # another claim is to have its place


class Queue(Protocol):
    """Where a resource finds work."""

    lock: threading.Lock

    def claim(self, resource: "Resource", free: int, memory: int = ANY) -> Claim | None:
        """(lock) The next electrons for a worker of this resource: so many workers, so many bytes are free."""

    def ahead(
        self, resource: "Resource", claim: Claim, lying: Mapping[tuple[int, int], Lying], most: int
    ) -> list[Claim]:
        """(lock) At most so many that come after this one, and lack only what lies with the resource, or will follow.

        lying: what the resource has, by run and node.
        """

    def waiting(self, resource: "Resource") -> int:
        """(lock) How many electrons are ready for this resource, lie with no worker, and may run."""

    def queued(self, resource: "Resource") -> int:
        """(lock) How many electrons are ready and lie with no worker."""

    def trivial(self, resource: "Resource") -> bool:
        """(lock) Whether all of that is measured to be done in no time."""

    def release(self, claim: Claim) -> None:
        """(lock) A claim is through."""


class Share:
    """What the electrons of equal executors have of a resource: how many run, how many may."""

    __slots__ = ("_resource", "ahead", "busy", "executor", "most", "tasks")

    def __init__(self, executor: Any, resource: Any = None) -> None:
        self.executor, self._resource = executor, resource
        self.most: int | None = executor.workers if hasattr(executor, "workers") else None
        self.tasks: int = getattr(executor, "max_tasks", None) or ANY  # that one worker runs
        self.busy = 0  # claims
        self.ahead = 0  # of those, which will have the place of another one

    @property
    def limit(self) -> int | None:
        """How many of its claims may lie with the resource at once; None: more than that never run there anyway."""
        most = self.most
        if most is None or self._resource is None:
            return most
        ceiling = getattr(self._resource, "ceiling", None)
        return None if ceiling is not None and ceiling <= most else most

    @property
    def left(self) -> int:
        """How many more of its claims may run."""
        return ANY if self.limit is None else self.limit - self.busy + self.ahead

    @property
    def free(self) -> bool:
        """Whether one more of its claims may run."""
        return self.left > 0


class Resource(Protocol):
    """A live back end. One per distinct back end and session, shared by all executors that name it."""

    id: str
    kind: str

    @property
    def stops(self) -> bool:
        """Whether `stop` ends what runs; else that is left to itself, and what it returns is dropped."""

    def want(self, workers: int | None) -> None:
        """(lock) An executor asks for so many workers; the resource grows, and never shrinks."""

    @property
    def workers(self) -> int:
        """How many workers it has or may start."""

    def kick(self) -> None:
        """(lock) There is work."""

    @property
    def running(self) -> int:
        """How many electrons run now, or lie with a worker to run next."""

    def pids(self) -> list[int]:
        """The processes electrons run in."""

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Stop these (node, attempt), as far as that is possible here. Called without the lock."""

    def witness(self, work: Work, node: int) -> Seen:
        """Where a node runs, and what it has printed and displayed so far: all of it as bytes, however many."""

    def forget(self, work: Work) -> None:
        """A dispatch is over."""

    def close(self) -> None:
        """Stop everything and leave nothing behind."""


def more_on(resource: Resource) -> tuple[int, str, str]:
    """What only some can tell: how many workers still run what was given up, what they cannot do, and a web page."""
    told = (str(getattr(resource, name, "")) for name in ("remark", "dashboard"))
    return getattr(resource, "given_up", 0), *told  # type: ignore[return-value]


def present(resource: Resource) -> int:
    """How many workers there are now: of a cluster that comes and goes there may be none."""
    many: int = getattr(resource, "present", resource.workers)
    return many


def given_to(resource: Resource) -> int:
    """How many electrons wait within it for their turn: a cluster is given more than it can run at once."""
    return int(getattr(resource, "given", 0))


def status_of(resource: Resource) -> str:
    """What it keeps its electrons waiting for, besides their turn: it starts, or nobody has what they ask for."""
    return str(getattr(resource, "status", ""))


class Services(NamedTuple):
    """What a resource is made with."""

    queue: Queue
    store: Any
    folder: str  # for its workers' journals and logs
    durability: Durability
