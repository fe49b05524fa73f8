"""A world around one machine: workers that run ahead, fail, die and report late, and what should hold."""

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jupyter_flow.dispatch.machine import Machine
from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, HANDED, READY, RUNNING, SKIPPED, WAITING
from jupyter_flow.model.status import Status

Attempt = tuple[int, int]
FINAL = (COMPLETED, FAILED, CANCELLED, SKIPPED)


class Shape(NamedTuple):
    """A graph: its edges from lower to higher nodes, those of them that are only order, and how often to retry."""

    nodes: int
    edges: frozenset[tuple[int, int]]
    waits: frozenset[tuple[int, int]]
    retries: tuple[int, ...]

    @property
    def parents(self) -> list[set[int]]:
        found: list[set[int]] = [set() for _ in range(self.nodes)]
        for parent, child in self.edges | self.waits:
            found[child].add(parent)
        return found

    @property
    def children(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in range(self.nodes)]
        for parent, child in sorted(self.edges | self.waits):
            found[parent].append(child)
        return found

    def descendants(self, node: int) -> set[int]:
        children, found, ahead = self.children, set[int](), [node]
        while ahead:
            for child in children[ahead.pop()]:
                if child not in found:
                    found.add(child)
                    ahead.append(child)
        return found

    def machine(self) -> Machine:
        return Machine(self.children, array("I", map(len, self.parents)), list(self.retries))


@dataclass
class Worker:
    """What lies with it, what it runs, what it knows, and what it has not told yet."""

    members: deque[Attempt] = field(default_factory=deque)
    running: Attempt | None = None
    known: set[int] = field(default_factory=set)
    tokens: set[Attempt] = field(default_factory=set)
    reports: deque[tuple[int, int, bool]] = field(default_factory=deque)

    @property
    def lying(self) -> list[Attempt]:
        """What has not ended as far as anybody was told."""
        running = [self.running] if self.running is not None else []
        return [*self.members, *running, *((node, attempt) for node, attempt, _ in self.reports)]


class World:
    """Steps a machine as dispatcher and resources do, and keeps its own account of what must follow."""

    def __init__(self, shape: Shape, workers: int) -> None:
        self.shape, self.machine = shape, shape.machine()
        self.parents, self.children = shape.parents, shape.children
        self.workers = [Worker() for _ in range(workers)]
        self.ready: list[int] = []
        self.ends: dict[int, int] = {}
        self.failures = [0] * shape.nodes
        self.executions: list[Attempt] = []
        self.needs: dict[Attempt, list[Attempt]] = {}  # of what was handed over ahead, as tokens
        self._offer(self.machine.start().run)

    # what the world does --------------------------------------------------------------------

    def hand(self, worker: int, node: int, ahead: int) -> None:
        """Give a ready node to a worker, and as many of the chain behind it."""
        self.ready.remove(node)
        while True:
            self.workers[worker].members.append((node, self.machine.handed(node)))
            following = self.children[node]
            if not ahead or len(following) != 1 or self.machine.waiting[following[0]] != 1:
                return
            if self.machine.state[following[0]] != WAITING:
                return
            node, ahead = following[0], ahead - 1

    def following(self) -> list[int]:
        """What lacks only what lies with workers."""
        state = self.machine.state
        lying = {node for it in self.workers for node, attempt in it.lying if self.machine.current(node, attempt)}
        missing = [[p for p in parents if state[p] != COMPLETED] for parents in self.parents]
        return [n for n, some in enumerate(missing) if state[n] == WAITING and some and lying.issuperset(some)]

    def hand_ahead(self, worker: int, node: int) -> None:
        """Give a worker a node that waits for what lies with others: a cluster does."""
        attempts = self.machine.attempts
        needs = [(p, attempts[p]) for p in self.parents[node] if self.machine.state[p] != COMPLETED]
        attempt = (node, self.machine.handed(node))
        self.needs[attempt] = needs
        self.workers[worker].members.append(attempt)

    def can_begin(self, worker: int) -> bool:
        """Whether the next member of a worker waits for nothing that lies elsewhere."""
        it = self.workers[worker]
        if not it.members or it.running is not None:
            return False
        needs = self.needs.get(it.members[0], [])
        elsewhere = {one for other in self.workers for one in [*other.members, other.running]}
        return not elsewhere.intersection(needs)

    def _has_inputs(self, worker: int, member: Attempt) -> bool:
        if (needs := self.needs.pop(member, None)) is not None:
            return all(any(need in other.tokens for other in self.workers) for need in needs)
        known = self.workers[worker].known
        return all(parent in known or self.ends.get(parent) == COMPLETED for parent in self.parents[member[0]])

    def begin(self, worker: int, noticed: bool) -> None:
        """The worker takes its next member; one whose inputs are missing is given back."""
        it = self.workers[worker]
        ahead = it.members[0] in self.needs
        node, attempt = it.members.popleft()
        if self._has_inputs(worker, (node, attempt)):
            it.running = (node, attempt)
            self.executions.append((node, attempt))
            if noticed or ahead:  # after what it had finished before, and those that it follows
                for number, other in enumerate(self.workers):
                    self.tell(number, len(other.reports))
                self.machine.started(node, attempt)
        else:
            self._offer(self.machine.returned([(node, attempt)]))

    def finish(self, worker: int, well: bool) -> None:
        """What it runs ends; nobody is told yet."""
        it = self.workers[worker]
        assert it.running is not None
        node, attempt = it.running
        it.running = None
        it.reports.append((node, attempt, well))
        if well:
            it.known.add(node)
            it.tokens.add((node, attempt))

    def tell(self, worker: int, most: int) -> None:
        """Some of its reports arrive."""
        reports = self.workers[worker].reports
        some = [reports.popleft() for _ in range(min(most, len(reports)))]
        completed: list[int] = []
        for node, attempt, well in some:
            if not self._counts(node, attempt):
                continue
            if well:
                completed.append(node)
                self._end(node, COMPLETED)
            else:
                self._fell(node)
        self._offer(self.machine.completed(completed))

    def lose(self, worker: int) -> None:
        """The worker dies: what it had finished stands, what it ran has failed, the rest goes elsewhere."""
        it = self.workers[worker]
        self.tell(worker, len(it.reports))
        if it.running is not None and self._counts(*it.running):
            self._fell(it.running[0])
        self._offer(self.machine.returned(list(it.members)))
        self.workers[worker] = Worker()

    def time_out(self, worker: int, killing: bool) -> None:
        """What it runs has run too long; the worker is killed, or goes on and reports too late."""
        it = self.workers[worker]
        assert it.running is not None
        self.tell(worker, len(it.reports))  # as when its start was noticed
        if self._counts(*it.running):
            self._fell(it.running[0])
        if killing:
            self.lose(worker)

    def give_back(self, worker: int, most: int) -> None:
        """The last members are taken back."""
        members = self.workers[worker].members
        given = [members.pop() for _ in range(min(most, len(members)))]
        self._offer(self.machine.returned(given))

    def cancel(self, nodes: Sequence[int] | None, killing: bool) -> None:
        """Somebody cancels; workers that run what is to stop are killed, or go on and report too late."""
        before = {node for node in range(self.shape.nodes) if self.machine.state[node] in (HANDED, RUNNING)}
        expected: dict[int, int] = {}
        for node in range(self.shape.nodes) if nodes is None else nodes:
            if node not in self.ends and node not in expected:
                expected[node] = CANCELLED
                if nodes is not None:
                    skipped = self.shape.descendants(node) - self.ends.keys() - expected.keys()
                    expected |= dict.fromkeys(skipped, SKIPPED)
        commands = self.machine.cancel(nodes)
        assert set(commands.ended) == expected.keys()
        assert len(commands.ended) == len(expected)
        for node, state in expected.items():
            assert self.machine.state[node] == state
            self._end(node, state)
        assert set(commands.stop) == before & expected.keys()  # what went ahead of what is cancelled, too
        stopped = {(node, self.machine.attempts[node]) for node in commands.stop}
        for number, it in enumerate(self.workers):
            it.members = deque(member for member in it.members if member not in stopped)
            if killing and it.running in stopped:
                self.lose(number)

    # keeping account ------------------------------------------------------------------------

    def _counts(self, node: int, attempt: int) -> bool:
        """Whether a report counts: one of an attempt that another has followed never does."""
        counts = self.machine.current(node, attempt)
        assert not counts or attempt == self.machine.attempts[node], "an earlier attempt's report counts"
        return counts

    def _fell(self, node: int) -> None:
        self.failures[node] += 1
        commands = self.machine.fell(node)
        if self.failures[node] <= self.shape.retries[node]:
            assert commands == ([node], [], [])
            self._offer(commands.run)
            return
        skipped = self.shape.descendants(node) - self.ends.keys()
        assert commands.ended[0] == node
        assert set(commands.ended[1:]) == skipped
        assert len(commands.ended) == 1 + len(skipped)
        self._end(node, FAILED)
        for other in skipped:
            self._end(other, SKIPPED)

    def _end(self, node: int, state: int) -> None:
        assert node not in self.ends, f"node {node} ended twice"
        self.ends[node] = state

    def _offer(self, nodes: Iterable[int]) -> None:
        for node in nodes:
            assert node not in self.ready
            assert self.machine.state[node] == READY
            assert all(self.ends.get(parent) == COMPLETED for parent in self.parents[node])
            self.ready.append(node)
        # as lanes do: what ended while it waited for a worker is not given out
        self.ready = [node for node in self.ready if self.machine.state[node] == READY]

    def prune(self) -> None:
        """Lanes skip what ended while it was ready."""
        self._offer([])

    def check(self) -> None:
        """What holds at every moment."""
        machine = self.machine
        for node in range(self.shape.nodes):
            assert (machine.state[node] in FINAL) == (node in self.ends)
            if node in self.ends:
                assert machine.state[node] == self.ends[node]
        assert machine.left == self.shape.nodes - len(self.ends)
        assert machine.done == (not machine.left)
        assert machine.status is self.status
        idle = not self.ready and not any(it.members or it.running or it.reports for it in self.workers)
        assert not idle or machine.done, "nothing is ready, nothing runs, and it is not over"
        assert len(set(self.executions)) == len(self.executions), "an attempt ran twice"

    @property
    def status(self) -> Status:
        """The status of the dispatch."""
        ends = set(self.ends.values())
        if len(self.ends) < self.shape.nodes:
            return Status.RUNNING
        return Status.FAILED if FAILED in ends else Status.CANCELLED if CANCELLED in ends else Status.COMPLETED
