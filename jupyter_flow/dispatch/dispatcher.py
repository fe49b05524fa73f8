"""Carries the machines' commands to resources, and what resources report back to the machines.

It is not one busy thread: threads that work, and the thread that reads worker processes, step the machines
themselves, a batch at a time, under one lock. One more thread keeps time.
"""

import heapq
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..executor.names import ExecutorNames
from ..model.errors import SessionClosed
from ..model.graph import TransportGraph
from ..model.printed import Seen
from ..resources.base import ANY, Claim, Lying, Resource, Services, Share
from ..resources.registry import Registry
from ..store.records import Run as Row
from ..store.requests import Request
from ..store.runs import Store
from ..worker.messages import Place, Setup
from ..worker.payload import Payload
from . import ahead, capacity
from .caching import Lookups
from .lanes import Lane, Lanes
from .listening import Listener
from .run import Run
from .sublattices import Sublattices
from .submission import Submission
from .unfinished import Unfinished

LOG = logging.getLogger("jupyter_flow")
REMEMBERED_COSTS = 10_000
LATE = 1.0  # seconds after which the dispatcher has heard of a start at the latest: clocks may differ, or be set
ROW = 256 * 1024  # bytes; the record of a larger graph is a file


class Dispatcher:
    """One per session: the running dispatches, and the resources they run on."""

    def __init__(self, store: Store, names: ExecutorNames) -> None:
        self.lock = threading.Lock()
        self.store, self.names = store, names
        self.payload = Payload(store.blobs)
        self.lookups = Lookups(store)
        self.runs: dict[str, Run] = {}
        self.unfinished = Unfinished()
        journals = str(store.root / "journals" / store.session_id)
        self.resources = Registry(Services(self, store, journals, store.durability))
        self.costs: dict[bytes, int] = {}  # ns, by fingerprint: what electrons were measured to take
        self._shares: dict[Any, Share] = {}
        self._lanes: dict[str, Lanes] = {}
        self._deadlines: list[tuple[float, int, Run, int, int, int, float]] = []
        self._time = threading.Condition(threading.Lock())
        self._clock: threading.Thread | None = None
        self.sublattices = Sublattices(self)
        self._listener = Listener(store.requests(), lambda: bool(self.runs), self._asked)
        self.closed = False

    # dispatches -------------------------------------------------------------------------------

    def submit(self, submission: Submission, graph: TransportGraph) -> Run:
        """Write a dispatch down, its executors resolved; it is yet to be started. Raises BuildError, StoreError."""
        parent = submission.parent
        capacity.check(graph, self._resource)
        number = self.store.begin(self._row(submission, graph))
        setup = Setup(submission.id, submission.moment, graph.sources)
        run = Run(self, submission.id, number, graph, setup, str(self.store.root / "runs" / submission.id), parent)
        with self.lock:
            self._check_open()
            self.runs[run.id] = run
            run.plan.lane_of = self._lanes_for(run)
            if parent:
                parent[0].children[parent[1]] = run
        self._listener.wake()
        return run

    def _asked(self, request: Request) -> None:
        """Another kernel wants a dispatch cancelled."""
        run = self.runs.get(request.run)
        if run is not None:
            nodes = request.nodes
            run.cancel(None if nodes is None else [node for node in nodes if 0 <= node < len(run.graph)])

    def _resource(self, executor: Any) -> Resource:
        with self.lock:
            return self._resource_of(executor)

    def _resource_of(self, executor: Any) -> Resource:
        """(lock) The resource an executor names, large enough for it."""
        self._check_open()
        resource = self.resources.get(executor)
        resource.want(executor.workers if hasattr(executor, "workers") else None)
        return resource

    def _row(self, submission: Submission, graph: TransportGraph) -> Row:
        parent, record = submission.parent, submission.record
        return Row(
            submission.id,
            parent[0].root if parent else submission.id,
            parent[0].id if parent else None,
            parent[1] if parent else None,
            submission.name,
            time.time_ns(),
            graph.electrons,
            record if len(record) <= ROW else self.store.blobs.write(record, []),
        )

    def _lanes_for(self, run: Run) -> list[Lane]:
        """(lock) A lane for each executor of a run; the resources come to life here, and are shared."""
        lanes = []
        for executor in run.graph.executors:
            resource = self._resource_of(executor)
            self._lanes.setdefault(resource.id, Lanes())
            share = self._shares.setdefault(executor.key(), Share(executor, resource))
            lanes.append(Lane(run, run.plan, share, resource))
        return [lanes[version.executor] for version in run.graph.versions] if lanes else []

    def over(self, run: Run) -> None:
        """A dispatch has ended: let go of what it held."""
        with self.lock:
            self.runs.pop(run.id, None)
            self._learn(run)
            used = {id(lane.resource): lane.resource for lane in run.plan.lane_of}
            for resource in used.values():
                self._lanes[resource.id].drop(lambda lane: lane.work is run)
        for resource in used.values():
            resource.forget(run)
        if run.parent is not None:
            parent, node, built = run.parent
            parent.child_ended(node, run, built)
        run.release()

    def _learn(self, run: Run) -> None:
        measured = zip(run.graph.versions, run.plan.cost, strict=True)
        self.costs.update((v.fingerprint, cost) for v, cost in measured if cost and v.fingerprint)
        while len(self.costs) > REMEMBERED_COSTS:
            self.costs.pop(next(iter(self.costs)))

    def broken(self, run: Run, error: BaseException) -> None:
        """The store could not record what a dispatch did: it stops, and says why."""
        with self.lock:
            known = run.error is not None
            run.error = run.error or f"the store could not record this dispatch any more: {error}"
        if not known:
            threading.Thread(target=run.cancel, name="jupyter-flow-cancel", daemon=True).start()

    # what resources ask -------------------------------------------------------------------------

    def offer(self, lane: Lane, nodes: list[int]) -> None:
        """(lock) These are ready."""
        self._lanes[lane.resource.id].add(lane, nodes)
        lane.resource.kick()

    def claim(self, resource: Resource, free: int, memory: int = ANY) -> Claim | None:
        """(lock) The next electrons for a worker of a resource."""
        return self._lanes[resource.id].claim(resource.workers, free, memory) if resource.id in self._lanes else None

    def ahead(self, resource: Resource, claim: Claim, lying: Mapping[tuple[int, int], Lying], most: int) -> list[Claim]:
        """(lock) What comes after a claim and can be handed over already: at most so many claims."""
        run = self.runs.get(claim.work.id)
        return ahead.claims(run.plan, claim, resource, lying, most) if run is not None else []

    def release(self, claim: Claim) -> None:
        """(lock) A claim is through; its executor may run another."""
        claim.share.busy -= 1

    def waiting(self, resource: Resource) -> int:
        """(lock) How many electrons are ready, lie with no worker, and may run."""
        return self._lanes[resource.id].claimable if resource.id in self._lanes else 0

    def queued(self, resource: Resource) -> int:
        """(lock) How many electrons are ready and lie with no worker."""
        return self._lanes[resource.id].waiting if resource.id in self._lanes else 0

    def trivial(self, resource: Resource) -> bool:
        """(lock) Whether all of that is measured to be done in no time."""
        return self._lanes[resource.id].trivial

    def sharing(self, resource: Resource) -> list[Any]:
        """(lock) The executors that use a resource."""
        executors = [share.executor for share in self._shares.values()]
        return [executor for executor in executors if self.resources.get(executor) is resource]

    # what runs ask ------------------------------------------------------------------------------

    def place(self, executor: int, run: Run) -> Place:
        """What an executor's settings mean for a worker."""
        value = run.graph.executors[executor]
        logs = [getattr(value, name, None) for name in ("log_stdout", "log_stderr")]
        absolute = [os.path.join(run.folder, log) if log else None for log in logs]
        workdir = getattr(value, "workdir", None)
        home = os.path.join(run.setup.moment.cwd, os.path.expanduser(workdir)) if workdir else None
        unique = bool(getattr(value, "create_unique_workdir", False))
        most = getattr(value, "max_tasks", None)
        return Place(self.names.name_of(value), absolute[0], absolute[1], home, unique, most)

    def stop(self, run: Run, attempts: Sequence[tuple[int, int]]) -> None:
        """Stop attempts, as far as their resources can."""
        by_resource: dict[str, tuple[Resource, set[tuple[int, int]]]] = {}
        for node, attempt in attempts:
            resource = run.plan.lane_of[run.graph.version[node]].resource
            by_resource.setdefault(resource.id, (resource, set()))[1].add((node, attempt))
        for resource, wanted in by_resource.values():
            resource.stop(run, frozenset(wanted))

    def witness(self, run: Run, node: int) -> Seen:
        """Where a node runs, and what it has printed and displayed so far."""
        resource: Resource = run.plan.lane_of[run.graph.version[node]].resource
        return resource.witness(run, node)

    # time ---------------------------------------------------------------------------------------

    def watch(self, run: Run, node: int, attempt: int, start: int, timeout: float) -> None:
        """(lock) An attempt with a timeout has begun. How long ago, the wall clock tells, as far as it is believed."""
        ago = min(max(0.0, (time.time_ns() - start) / 1e9), LATE)
        deadline = time.monotonic() + timeout - ago
        with self._time:
            heapq.heappush(self._deadlines, (deadline, id(run), run, node, attempt, start, timeout))
            if self._clock is None:
                self._clock = threading.Thread(target=self._keep_time, name="jupyter-flow-clock", daemon=True)
                self._clock.start()
            self._time.notify()

    def _keep_time(self) -> None:
        while not self.closed:
            with self._time:
                wait = self._deadlines[0][0] - time.monotonic() if self._deadlines else None
                if wait is None or wait > 0:
                    self._time.wait(wait)
                    continue
                due, _, run, node, attempt, start, timeout = heapq.heappop(self._deadlines)
            try:
                run.timed_out(node, attempt, start, timeout, time.monotonic() - due)
            except Exception:
                LOG.exception("the clock of dispatch %s met an error, and goes on", run.id)

    def _check_open(self) -> None:
        """(lock) What would begin now would never be closed."""
        if self.closed:
            raise SessionClosed

    def close(self) -> None:
        """Stop every worker. What ran is INTERRUPTED, as after the kernel's death: it may be resumed."""
        with self.lock:
            self.closed = True  # what is told from now on comes too late for the store
        self._listener.close()
        with self._time:
            self._time.notify()
        self.sublattices.close()
        self.lookups.close()
        self.resources.close()
        for run in list(self.runs.values()):
            run.interrupt()
        self.unfinished.close()
