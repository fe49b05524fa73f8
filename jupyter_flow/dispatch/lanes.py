"""Which electrons go to a worker next, and how many at once.

A lane holds what is ready of one dispatch on one executor. A resource serves its lanes in turn, so a
second dispatch does not wait for a first of ten thousand. Electrons leave in batches, sized by what they
were measured to cost: one at a time while nothing is known, then as many as fit some milliseconds. A
batch runs ahead along a chain: what only needs the electron before it goes to the same worker.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from ..model.events import READY, WAITING
from ..model.sizes import bytes_in
from ..resources.base import ANY, Claim, Share, Work
from ..worker.messages import Member
from .caching import caches
from .machine import Machine

LARGEST = 64  # members of a batch
BUDGET = 20_000_000  # ns of measured work in a batch
LITTLE = 1_000_000  # ns; what one worker is given whole, with what follows from it
TRIVIAL = 20_000  # ns; a second thread would only pass the GIL to and fro
GLUE = 1_000  # ns; indexing and arithmetic are cheap until measured otherwise
IN_FLIGHT = 2  # batches a worker may hold: one it runs, one so that it never waits for the next


class Plan:
    """What lanes need to know of a dispatch besides the machine's states."""

    __slots__ = (
        *("cached", "calls", "cores", "cost", "kinds", "lane_of", "machine", "memory", "opens", "ordered", "orders"),
        "version",
    )

    def __init__(self, graph: Any, machine: Machine, known: dict[bytes, int]) -> None:
        self.machine = machine
        self.version, self.kinds, self.calls = graph.version, graph.kinds, graph.calls
        self.cores = [_cores(version.options) for version in graph.versions]
        self.memory = [_bytes(version.options.memory) for version in graph.versions]
        self.cost = [GLUE if v.kind == "glue" else known.get(v.fingerprint, 0) for v in graph.versions]
        self.opens = [version.kind == "sublattice" for version in graph.versions]  # whose value comes later
        self.cached = _cached(graph)
        self.orders: dict[int, list[int]] = {}  # whom a node comes after, its producers aside
        for parent, child in graph.waits:
            self.orders.setdefault(child, []).append(parent)
        self.ordered = self.cached | self.orders.keys()  # a worker cannot see why these must wait
        self.lane_of: list[Lane] = []  # by version

    def measured(self, version: int, nanoseconds: int) -> None:
        """Learn from an attempt that ended."""
        before = self.cost[version]
        if not before:
            self.cost[version] = max(1, nanoseconds)
        elif nanoseconds < before:
            self.cost[version] = max(1, (before + nanoseconds) // 2)
        else:  # at most twice as much at once: an attempt may have waited for the GIL or a core
            self.cost[version] = before + min(before, (nanoseconds - before) // 4)


def _cached(graph: Any) -> frozenset[int]:
    """The nodes that are looked for in the cache when their inputs are known."""
    cached = {number for number, version in enumerate(graph.versions) if caches(version)}
    return frozenset(node for node, number in enumerate(graph.version) if number in cached) if cached else frozenset()


class Lane:
    """What is ready of one dispatch on one executor."""

    __slots__ = ("home", "plan", "queued", "ready", "resource", "share", "work")

    def __init__(self, work: Work, plan: Plan, share: Share, resource: Any, home: "Lane | None" = None) -> None:
        self.work, self.plan, self.share, self.resource = work, plan, share, resource
        self.home = home or self
        self.ready: deque[int] = deque()
        self.queued = False

    @property
    def cores(self) -> int:
        """How many workers the next electron takes up."""
        cores: int = self.plan.cores[self.plan.version[self.ready[0]]]
        return cores

    @property
    def memory(self) -> int:
        """The bytes that the next electron may use; 0 where it does not say."""
        memory: int = self.plan.memory[self.plan.version[self.ready[0]]]
        return memory

    @property
    def trivial(self) -> bool:
        """Whether the next electron is measured to be done in no time."""
        cost: int = self.plan.cost[self.plan.version[self.ready[0]]]
        return 0 < cost < TRIVIAL

    def prune(self) -> None:
        """Forget what has ended while it waited: it was cancelled."""
        ready, state = self.ready, self.plan.machine.state
        while ready and state[ready[0]] != READY:
            ready.popleft()

    def claim(self, workers: int) -> Claim:
        """Take the next batch for one of so many workers."""
        plan, ready = self.plan, self.ready
        cores, memory = self.cores, self.memory
        workers = min(workers, self.share.limit or workers)
        most: int = getattr(self.resource, "batch", LARGEST)  # one, where a batch could not be taken apart again
        if most == 1:
            return self._single(cores, memory)
        many = -(-len(ready) // (workers * IN_FLIGHT)) if cores == 1 else 1
        many = min(many, self.share.tasks)
        whole = cores == 1 and not memory and self._little()
        many = most if whole else many
        members: list[Member] = []
        budget, cost, enough = BUDGET, 0, min(many, most)
        while ready and len(members) < enough:
            number = plan.version[ready[0]]
            cost = plan.cost[number]
            if members and (not cost or cost > budget or plan.cores[number] > 1 or plan.memory[number] != memory):
                break
            budget -= self._take(ready.popleft(), members, budget if cost and cores == 1 else 0, most)
            self.prune()
            if not cost or cores > 1:
                break
        if whole and not ready:
            budget -= self._follow(members)
        known = BUDGET - budget if cost and cores == 1 else 0
        return Claim(self.work, self.share, members, cores, 0 < known < BUDGET // 2, memory, cost=known)

    def _single(self, cores: int, memory: int) -> Claim:
        members: list[Member] = []
        self._take(self.ready.popleft(), members, 0, 1)
        return Claim(self.work, self.share, members, cores, False, memory)

    def _little(self) -> bool:
        """Whether all that is ready takes less time than handing it to a second worker would."""
        if len(self.ready) > LARGEST:
            return False
        costs = [self.plan.cost[self.plan.version[node]] for node in self.ready]
        return all(costs) and sum(costs) < LITTLE

    def _follow(self, members: list[Member]) -> int:
        """Add what needs nothing but these (and what has completed), and so on; returns what that should cost."""
        plan, machine, spent = self.plan, self.plan.machine, 0
        missing: dict[int, int] = {}
        for member in members:  # grows
            for consumer in () if plan.opens[member[2]] else machine.consumers[member[0]]:
                if len(members) >= LARGEST or spent > LITTLE:
                    return spent
                missing[consumer] = left = missing.get(consumer, machine.waiting[consumer]) - 1
                if left or not self._fits(consumer, 0):
                    continue
                number = plan.version[consumer]
                attempt = machine.handed(consumer)
                members.append((consumer, attempt, number, plan.kinds[consumer], plan.calls[consumer]))
                spent += plan.cost[number]
        return spent

    def _take(self, node: int, members: list[Member], budget: int, most: int) -> int:
        """Take a node and what follows from it alone, if there are no more then; returns what they should cost."""
        plan, spent = self.plan, 0
        machine, version = plan.machine, plan.version
        following: int | None = node
        while following is not None:
            node = following
            number = version[node]
            members.append((node, machine.handed(node), number, plan.kinds[node], plan.calls[node]))
            spent += plan.cost[number]
            following = self._successor(node, plan.memory[number]) if spent < budget and len(members) < most else None
        return spent

    def _successor(self, node: int, memory: int) -> int | None:
        """The consumer that needs nothing else, if it is to run here and is known to be cheap."""
        plan = self.plan
        consumers = plan.machine.consumers[node]
        if len(consumers) != 1 or plan.opens[plan.version[node]]:
            return None
        consumer: int = consumers[0]
        return consumer if plan.machine.waiting[consumer] == 1 and self._fits(consumer, memory) else None

    def _fits(self, node: int, memory: int) -> bool:
        """Whether a node that lacks only what its batch makes may run ahead in that batch, of this memory each."""
        plan = self.plan
        number = plan.version[node]
        return bool(
            plan.machine.state[node] == WAITING
            and plan.lane_of[number] is self.home
            and plan.cost[number]
            and plan.cores[number] == 1
            and plan.memory[number] == memory
            and node not in plan.ordered
        )


class Lanes:
    """The lanes of one resource that have something ready, served in turn."""

    __slots__ = ("_held", "_turn")

    def __init__(self) -> None:
        self._turn: deque[Lane] = deque()
        self._held: Lane | None = None  # it waits for more free workers or memory than there are; nobody overtakes it

    def add(self, lane: Lane, nodes: list[int]) -> None:
        """These are ready."""
        lane.ready.extend(nodes)
        if not lane.queued:
            lane.queued = True
            self._turn.append(lane)

    def drop(self, refused: Callable[[Lane], bool]) -> None:
        """Forget lanes."""
        self._turn = deque(lane for lane in self._turn if not refused(lane))
        if self._held is not None and refused(self._held):
            self._held = None

    def claim(self, workers: int, free: int, memory: int = ANY) -> Claim | None:
        """The next batch, given so many free workers of so many, and so many free bytes."""
        for _ in range(len(self._turn)):
            lane = self._turn[0]
            lane.prune()
            if not lane.ready:
                self._turn.popleft()
                lane.queued = False
                self._held = None if lane is self._held else self._held
                continue
            self._turn.rotate(-1)
            if not lane.share.free or (self._held is not None and lane is not self._held):
                continue
            if lane.cores > free or lane.memory > memory:
                self._held = lane
                continue
            self._held = None
            lane.share.busy += 1
            return lane.claim(workers)
        return None

    @property
    def trivial(self) -> bool:
        """Whether all that is ready is measured to be done in no time."""
        return all(lane.trivial for lane in self._turn if lane.ready)

    @property
    def waiting(self) -> int:
        """How many electrons are ready and lie with no worker."""
        return sum(len(lane.ready) for lane in self._turn)

    @property
    def claimable(self) -> int:
        """How many of those the limits of their executors would let run now."""
        return sum(_open(lane) for lane in self._turn)


def _cores(options: Any) -> int:
    """More than one means that it goes alone, as one that asks for GPUs has to as well."""
    return max(options.cores or 1, 2 if options.gpus else 1)


def _bytes(memory: int | str | None) -> int:
    return 0 if memory is None else bytes_in(memory)


def _open(lane: Lane) -> int:
    return min(len(lane.ready), lane.share.left)
