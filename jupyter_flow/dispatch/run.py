"""One running dispatch: its machine, and the values its electrons made. `Telling` is the side of it others see."""

import time
from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..model.events import (
    COMPLETED,
    EXPANDED,
    FAILED,
    READY,
    RUNNING,
    STATUS_OF,
    Failure,
    Record,
    Value,
)
from ..model.graph import ATOM, OUTPUT, TransportGraph
from ..model.pickles import dumps
from ..model.printed import Seen
from ..model.status import Status
from ..resources.base import status_of
from ..worker.messages import Code, Setup
from .endings import cancelled, may_run, since, skipped, until
from .lanes import Lane, Plan
from .machine import Machine, retries_of
from .outputs import Outputs
from .telling import Telling

if TYPE_CHECKING:
    from .dispatcher import Dispatcher

Stopped = tuple["Run", list[tuple[int, int]]]  # attempts of a run that are to be stopped


class Run(Telling):
    """A dispatch while it runs."""

    def __init__(
        self, dispatcher: "Dispatcher", dispatch_id: str, number: int, graph: TransportGraph, setup: Setup, folder: str,
        parent: "tuple[Run, int, Record] | None" = None,
    ) -> None:  # fmt: skip
        super().__init__(dispatcher, dispatch_id, number, graph)
        self.setup, self.folder = setup, folder
        self.parent = parent
        self.root: str = parent[0].root if parent else dispatch_id
        self.machine = Machine(*graph.successors(), retries_of(graph.versions, graph.version))
        self.plan = Plan(graph, self.machine, dispatcher.costs)
        self.outputs = Outputs(graph)
        self.children: dict[int, Run] = {}
        self.names = dispatcher.names  # what its sublattices' executors are called by
        self._codes: dict[int, Code] = {}
        self._adopted: list[Record] = []
        inside = parent is not None and parent[1] in parent[0].anew
        self.anew: Container[int] = range(len(graph)) if inside else ()  # nodes whose values no cache is asked for
        self._opened: set[int] = set()  # sublattices that were built: a timeout is for each electron inside

    # what resources ask -----------------------------------------------------------------------

    def code(self, version: int) -> Code:
        """A version, as it travels."""
        code = self._codes.get(version)
        if code is None:
            v = self.graph.versions[version]
            place = self._dispatcher.place(v.executor, self)
            code = self._codes[version] = Code(v.name, v.kind, v.code, v.options, place)
        return code

    def live(self, version: int) -> Callable[..., Any] | None:
        """A version's function where it was built in this process."""
        function: Callable[..., Any] | None = self.graph.versions[version].function
        return function

    def value(self, node: int) -> Value:
        """The output of a node that completed."""
        return self.values[node]

    def needed(self, node: int) -> bool:
        """(lock) Whether any that takes a node's output has not ended."""
        return any(self.machine.state[consumer] < COMPLETED for consumer in reversed(self.machine.consumers[node]))

    @property
    def values(self) -> dict[int, Value]:
        """The outputs of the nodes that have completed."""
        return self.outputs.values

    @property
    def objects(self) -> dict[int, Any]:
        """Those that threads of this process share."""
        return self.outputs.objects

    # what resources tell ----------------------------------------------------------------------

    def started(self, node: int, attempt: int, start: int) -> bool:
        """(lock) An attempt began."""
        start = max(start, self.started_at)
        wanted = self.machine.started(node, attempt)
        if wanted:
            self.begun[node] = start
            timeout = self.graph.versions[self.graph.version[node]].options.timeout
            if timeout is not None:
                self._dispatcher.watch(self, node, attempt, start, timeout)
        return wanted

    def finished(self, records: Sequence[Record], objects: dict[int, Any] | None = None) -> None:
        """Attempts ended."""
        with self._dispatcher.lock:
            if self._dispatcher.closed:
                return
            rows, expanded = self._step(records, objects)
            self._write(rows)
        for record in expanded:
            self._dispatcher.sublattices.run(self, record)

    def lost(self, record: Record) -> None:
        """The worker of an attempt died; `record` says how."""
        self.finished([record])

    def returned(self, attempts: Sequence[tuple[int, int]]) -> None:
        """(lock) These were not started."""
        self._offer(self.machine.returned(attempts))

    def looked_up(self, nodes: Sequence[int], hits: Mapping[int, Record]) -> None:
        """The cache was asked for these; those it had complete, unless they have ended meanwhile, the others run."""
        with self._dispatcher.lock:
            if self._dispatcher.closed:
                return
            wanted = [node for node in nodes if self.machine.state[node] == READY]
            self._offer([node for node in wanted if node not in hits])
            found = [hits[n]._replace(node=n, attempt=self.machine.handed(n)) for n in wanted if n in hits]
            rows, _ = self._step(found, None)
            self._write(rows)

    def _step(self, records: Sequence[Record], objects: dict[int, Any] | None) -> tuple[list[Record], list[Record]]:
        machine, plan, begun = self.machine, self.plan, self.started_at
        rows: list[Record] = []
        completed: list[int] = []
        expanded: list[Record] = []
        ready: list[int] = []
        for record in records:
            node, attempt, status, start, end, _, value, _, _, _, _, _ = record
            if not machine.current(node, attempt):
                continue  # cancelled, timed out, or told twice: what it says comes too late
            if 0 < start < begun:
                record = since(record, begun)
            if 0 < start < end:
                plan.measured(plan.version[node], end - start)
            if status == COMPLETED:
                assert value is not None
                self.outputs.put(node, value, objects, len(machine.consumers[node]))
                completed.append(node)
            elif status == EXPANDED:
                machine.started(node, attempt)
                self._opened.add(node)
                expanded.append(record)
                continue
            else:
                ready += self._fell(record, rows)
            rows.append(record)
        ready += machine.completed(completed)
        self._offer(ready)
        return rows, expanded

    def _fell(self, record: Record, rows: list[Record]) -> list[int]:
        commands = self.machine.fell(record[0])
        if commands.ended:
            self._failed[record[0]] = record[9]
        else:
            self._again.add((record[0], record[1]))
        rows += skipped(self.machine, commands.ended[1:])
        return commands.run

    def _offer(self, nodes: list[int]) -> None:
        """(lock) Put nodes into their lanes, and wake who serves them; first ask the cache for those that say so."""
        if self.caching is not None and (asked := self.caching.new(nodes)):
            self._dispatcher.lookups.ask(self, asked)
            gone = set(asked)
            nodes = [node for node in nodes if node not in gone]
        by_lane: dict[Lane, list[int]] = {}
        lane_of, version = self.plan.lane_of, self.graph.version
        for node in nodes:
            by_lane.setdefault(lane_of[version[node]], []).append(node)
        for lane, ready in by_lane.items():
            self._dispatcher.offer(lane, ready)

    # what people ask --------------------------------------------------------------------------

    def start(self) -> None:
        """Begin."""
        with self._dispatcher.lock:
            self._offer(self.machine.start().run)
            if self.machine.done:
                self._write(self._adopted)

    def adopt(self, records: Sequence[Record]) -> None:
        """Before the start: these nodes have their outputs already, from an earlier dispatch."""
        with self._dispatcher.lock:
            for record in records:
                assert record.value is not None
                self.values[record.node] = record.value
            self.machine.completed([record.node for record in records])
            self._adopted = [until(record, self.started_at) for record in records]
            if not self.machine.done:
                self._write(self._adopted)

    def interrupt(self) -> None:
        """The session ends before the dispatch: whoever waits for it is let go. The store tells the rest."""
        self.status = Status.INTERRUPTED
        self.error = "the session was closed while it ran"
        self.ended.set()

    def cancel(self, nodes: Sequence[int] | None = None) -> None:
        """Stop nodes, or everything."""
        seen = self._witnesses(nodes)
        with self._dispatcher.lock:
            stopped = self._cancel(nodes, seen)
        for run, attempts in stopped:
            self._dispatcher.stop(run, attempts)

    def _cancel(self, nodes: Sequence[int] | None, seen: Mapping["Run", Mapping[int, Seen]]) -> list["Stopped"]:
        """(lock) What is inside is written first: whoever is told of the end finds all of it cancelled."""
        commands = self.machine.cancel(nodes)
        stopped = [(self, [(node, self.machine.attempts[node]) for node in commands.stop])]
        for node in commands.stop:
            if node in self.children:
                stopped += self.children[node]._cancel(None, seen)
        if commands.ended:
            left = {node: self._left(node) for node in commands.stop if node in self.begun}
            self._write(cancelled(self.machine, commands, self.begun, seen.get(self, {}), left))
        return stopped

    def _witnesses(self, nodes: Sequence[int] | None) -> dict["Run", dict[int, Seen]]:
        """What the nodes that are to be stopped have printed so far, those of sublattices among them."""
        found = {self: {node: self._witnessed(node) for node in list(self.begun) if nodes is None or node in nodes}}
        for node, child in list(self.children.items()):
            if nodes is None or node in nodes:
                found |= child._witnesses(None)
        return found

    def seen(self, node: int) -> Seen:
        """What a node that runs has printed and displayed so far; of one that has just ended, what it did."""
        seen: Seen = self._dispatcher.witness(self, node)
        last = self.records.get(node) or self.landing.get(node)
        if not seen.worker and last is not None:
            return Seen(last.worker, last.stdout, last.stderr, last.displays)
        return seen

    def held_up(self, node: int | None = None) -> str:
        """What a node that waits, or any, waits for besides its inputs and its turn: a cluster that starts, say."""
        lanes = self.plan.lane_of if node is None else self.plan.lane_of[self.graph.version[node] :][:1]
        resources = {id(lane.resource): lane.resource for lane in dict.fromkeys(lanes)}
        return "; ".join(filter(None, map(status_of, resources.values())))

    def _witnessed(self, node: int) -> Seen:
        """The same, to be recorded: the node is to be stopped."""
        seen: Seen = self._dispatcher.witness(self, node)
        return seen._replace(displays=self._dispatcher.payload.document(seen.displays))

    def _left(self, node: int) -> str:
        """What is to be said where that which runs a node cannot be stopped."""
        resource = self.plan.lane_of[self.graph.version[node]].resource
        return "" if resource.stops else may_run(resource.kind)

    def timed_out(self, node: int, attempt: int, start: int, timeout: float, late: float) -> None:
        """An attempt has run too long, by `late` seconds: it has failed, and is stopped."""
        told = f"it ran longer than its timeout of {timeout:g} s" + self._left(node)
        failure = Failure("timed_out", "ElectronTimeout", told, "")
        if self.machine.current(node, attempt) and node not in self._opened:
            worker, stdout, stderr, shown = self._witnessed(node)
            now = start + int((timeout + late) * 1e9)  # the clock may have been set meanwhile
            self.finished([Record(node, attempt, FAILED, start, now, worker, None, stdout, stderr, failure, shown)])
            self._dispatcher.stop(self, [(node, attempt)])

    # children ---------------------------------------------------------------------------------

    def child_ended(self, node: int, child: "Run", built: Record) -> None:
        """The graph of a sublattice has run; its result is the node's output."""
        now = max(time.time_ns(), built.end)
        if child.status is Status.COMPLETED:
            tag, item = child.graph.result
            value = child.values[item] if tag == OUTPUT else dumps(item) if tag == ATOM else item.data
            objects = {node: child.objects[item]} if tag == OUTPUT and item in child.objects else None
            self.finished([built._replace(status=COMPLETED, end=now, value=value)], objects)
        elif child.status is Status.CANCELLED:
            self.cancel([node])
        else:
            failure = Failure("raised", "SublatticeFailed", child.error or "its sublattice failed", "")
            self.finished([built._replace(status=FAILED, end=now, value=None, failure=failure)])

    def release(self) -> None:
        """It has ended, and whoever it belongs to has its value: hold no objects any more."""
        self.outputs, self._codes = Outputs(self.graph), {}

    def state_of(self, node: int) -> Status:
        """The status of a node, as far as it may be told."""
        told = self.published[node]
        if not told and self.machine.state[node] == RUNNING:
            return Status.RUNNING
        return STATUS_OF[told]
