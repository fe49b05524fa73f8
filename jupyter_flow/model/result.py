"""What came of a dispatch, as far as it has got. Values are loaded when they are looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from .errors import ElectronCancelled, ElectronError, ElectronTimeout, FlowError, ResultUnserializable, WorkerLost
from .events import Failure, Record, Value
from .graph import ATOM, OUTPUT, TransportGraph
from .pickles import loads
from .status import Status
from .transportable import TransportableObject

MOST_NODES = 100  # outputs that a printed result lists
LONGEST = 1000  # characters of each

ERRORS = {
    "worker_lost": WorkerLost,
    "timed_out": ElectronTimeout,
    "cancelled": ElectronCancelled,
    "result_unserializable": ResultUnserializable,
}


class Place(NamedTuple):
    """What an attempt ran on."""

    resource: str = ""
    kind: str = ""
    host: str = ""
    pid: int = 0
    name: str = ""


class View(Protocol):
    """Where a result looks things up: a dispatch that runs, or the store."""

    id: str
    root: str
    name: str
    graph: TransportGraph
    inputs: Value | None
    status: Status
    error: str | None
    started: int
    ended: int
    folder: str

    def state_of(self, node: int) -> Status:
        """The status of a node."""

    def begun(self, node: int) -> int:
        """When a node that runs now was started; 0 for others."""

    def attempts(self, node: int) -> list[Record]:
        """Its attempts so far, in order."""

    def load(self, value: Value) -> Any:
        """The object of a value. Raises StoreCorruption, StoreUntrusted."""

    def fill(self, literal: Any, inputs: list[Any]) -> Any:
        """The object of a literal, with outputs in their places."""

    def inside(self, node: int) -> "Result | None":
        """The result of a sublattice."""

    def place(self, worker: int) -> Place:
        """What a worker was."""


class RecordedLattice:
    """The lattice a result came from: its name, text and graph."""

    def __init__(self, graph: TransportGraph) -> None:
        self.__name__ = self.name = graph.name
        self.__doc__ = graph.doc or None
        self.transport_graph = graph
        self.workflow_function_string = graph.source

    def __repr__(self) -> str:
        return f"<lattice {self.name}>"


class NodeResult:
    """What came of one node."""

    def __init__(self, view: View, node: int) -> None:
        self._view = view
        self.id = node
        self.name = view.graph.name_of(node)
        self.kind = view.graph.versions[view.graph.version[node]].kind
        self.executor = view.graph.executor_of(node)
        self.status = view.state_of(node)
        self.attempts = view.attempts(node)
        self._last = self.attempts[-1] if self.attempts and self.status.final else None
        self._place = view.place(self._last.worker) if self._last and self._last.worker else Place()

    @property
    def start_time(self) -> datetime | None:
        """When its last attempt began, in UTC."""
        return _time(self._last.start if self._last else self._view.begun(self.id))

    @property
    def end_time(self) -> datetime | None:
        """When its last attempt ended, in UTC."""
        return _time(self._last.end) if self._last and self._last.start else None

    @property
    def output(self) -> Any:
        """Its value, loaded now; None while there is none. Raises StoreCorruption, StoreUntrusted."""
        value = self._last.value if self._last and self.status is Status.COMPLETED else None
        return None if value is None else self._view.load(value)

    @property
    def has_output(self) -> bool:
        """Whether there is a value (which may be None)."""
        return self.status is Status.COMPLETED and self._last is not None

    @property
    def inputs(self) -> dict[str, Any]:
        """Its arguments by parameter, outputs loaded."""
        return {label: _argument(self._view, tag, item) for label, tag, item in self._view.graph.inputs_of(self.id)}

    @property
    def error(self) -> Failure | None:
        """Why it failed: kind, type, message, traceback."""
        return self._last.failure if self._last else None

    @property
    def stdout(self) -> str:
        """What it printed."""
        return self._text(self._last.stdout if self._last else None)

    @property
    def stderr(self) -> str:
        """What it wrote to standard error."""
        return self._text(self._last.stderr if self._last else None)

    @property
    def resource(self) -> str:
        """The live resource it ran on, by id."""
        return self._place.resource

    @property
    def host(self) -> str:
        """The machine it ran on."""
        return self._place.host

    @property
    def pid(self) -> int:
        """The process it ran in; 0 if it did not run."""
        return self._place.pid

    @property
    def worker(self) -> str:
        """The worker it ran on, by name."""
        return self._place.name

    @property
    def sublattice_result(self) -> "Result | None":
        """The result of the sublattice it stands for."""
        return self._view.inside(self.id) if self.kind == "sublattice" else None

    def _text(self, value: Value | None) -> str:
        if value is None:
            return ""
        data = value if isinstance(value, bytes) else self._view.load(value)
        return bytes(data).decode("utf-8", "replace")

    def as_dict(self, output: bool = True, inside: bool = True) -> dict[str, Any]:
        """The record in Covalent's words."""
        failure = self.error
        return {
            "node_id": self.id,
            "node_name": self.name,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "status": self.status,
            "output": TransportableObject(load=lambda: self.output) if output and self.has_output else None,
            "error": (failure.traceback or f"{failure.type}: {failure.message}") if failure else None,
            "sublattice_result": self.sublattice_result if inside else None,
            "stdout": self.stdout,
            "stderr": self.stderr,
        }

    def __repr__(self) -> str:
        return f"<node {self.id} {self.name}: {self.status}>"


class Result:
    """The outcome of a dispatch, as it was when it was asked for."""

    def __init__(self, view: View, output: bool = True, intermediate: bool = True, inside: bool = True) -> None:
        self._view = view
        self._output, self._intermediate, self._inside = output, intermediate, inside
        self.dispatch_id, self.root_dispatch_id = view.id, view.root
        self.status = view.status
        self.error = view.error
        self.results_dir = view.folder
        self.lattice = RecordedLattice(view.graph)

    @property
    def start_time(self) -> datetime | None:
        """When it began, in UTC."""
        return _time(self._view.started)

    @property
    def end_time(self) -> datetime | None:
        """When it ended, in UTC; None while it runs."""
        return _time(self._view.ended)

    @property
    def result(self) -> Any:
        """What the lattice returned, loaded now; None unless it COMPLETED."""
        if self.status is not Status.COMPLETED or not self._output:
            return None
        return _argument(self._view, *self._view.graph.result)

    @property
    def inputs(self) -> TransportableObject:
        """What the lattice was given: ``{"args": …, "kwargs": …}``."""
        view = self._view
        given = ((), {}) if view.inputs is None else None
        return TransportableObject(load=lambda: _inputs(given or view.load(view.inputs)))  # type: ignore[arg-type]

    @property
    def nodes(self) -> list[NodeResult]:
        """Its electrons, in the order of their calls."""
        return [NodeResult(self._view, node) for node in range(self._view.graph.electrons)]

    def node(self, node: int) -> NodeResult:
        """One node, glue included. Raises IndexError."""
        if not 0 <= node < len(self._view.graph):
            raise IndexError(f"{node}: this dispatch has nodes 0 to {len(self._view.graph) - 1}")
        return NodeResult(self._view, node)

    def get_node_result(self, node_id: int) -> dict[str, Any]:
        """One node as a dict, in Covalent's words."""
        return self.node(node_id).as_dict(self._intermediate, self._inside)

    def get_all_node_results(self) -> list[dict[str, Any]]:
        """All nodes, glue included."""
        return [self.get_node_result(node) for node in range(len(self._view.graph))]

    def get_all_node_outputs(self) -> dict[str, TransportableObject]:
        """Outputs by ``name(id)``; nodes that have none are left out."""
        nodes = (self.node(node) for node in range(len(self._view.graph)))
        return {f"{n.name}({n.id})": TransportableObject(load=_loader(n)) for n in nodes if n.has_output}

    def raise_for_status(self) -> None:
        """Raise the first failed electron's own exception, where it survived the journey; nothing if all went well."""
        if self.status in (Status.COMPLETED, Status.RUNNING, Status.NEW_OBJECT):
            return
        failed = next((node for node in self._failures()), None)
        if failed is None or failed.error is None:
            raise ElectronCancelled(f"dispatch {self.dispatch_id} is {self.status}" + (f": {self.error}" if self.error else ""))
        if failed.status is Status.FAILED and (inner := failed.sublattice_result) is not None:
            inner.raise_for_status()
        raise exception_of(failed.name, failed.error)

    def _failures(self) -> Iterator[NodeResult]:
        view = self._view
        for wanted in (Status.FAILED, Status.INTERRUPTED, Status.CANCELLED):
            for node in range(len(view.graph)):
                if view.state_of(node) is wanted:
                    yield NodeResult(view, node)

    def __str__(self) -> str:
        given = self.inputs.get_deserialized()
        args = ", ".join(_short(value) for value in given["args"])
        kwargs = ", ".join(f"{name!r}: {_short(value)}" for name, value in given["kwargs"].items())
        return (
            f"\nLattice Result\n==============\nstatus: {self.status}\nresult: {_short(self.result)}\n"
            f"input args: {args}\ninput kwargs: {kwargs}\nerror: {self.error}\n\n"
            f"start_time: {self.start_time}\nend_time: {self.end_time}\n\n"
            f"results_dir: {self.results_dir}\ndispatch_id: {self.dispatch_id}\n\n"
            f"Node Outputs\n------------\n{self._outputs()}"
        )

    def _outputs(self) -> str:
        electrons = self._view.graph.electrons
        shown = [NodeResult(self._view, node) for node in range(min(electrons, MOST_NODES))]
        lines = [f"{n.name}({n.id}): {_short(n.output) if n.has_output else n.status}\n" for n in shown]
        return "".join(lines) + (f"… and {electrons - MOST_NODES} more\n" if electrons > MOST_NODES else "")

    def __repr__(self) -> str:
        value = f", {_short(self.result)}" if self.status is Status.COMPLETED else ""
        return f"<Result {self._view.name}: {self.status}{value}>"


def exception_of(name: str, failure: Failure) -> BaseException:
    """The exception of a failed electron, its remote traceback attached; an ElectronError where it did not survive."""
    if failure.exception is not None:
        try:
            error = loads(failure.exception)
        except Exception:
            error = None
        if isinstance(error, BaseException):
            error.add_note(f"in electron {name!r}:\n{failure.traceback}")
            return error
    kind: type[FlowError] = ERRORS.get(failure.kind, ElectronError)
    told = "" if failure.kind in ERRORS else f"{failure.type}: "
    error = kind(f"electron {name!r} failed: {told}{failure.message}")
    if failure.traceback:
        error.add_note(failure.traceback)
    return error


def _argument(view: View, tag: int, item: Any) -> Any:
    if tag == ATOM:
        return item
    if tag == OUTPUT:
        return _output(view, item)
    return view.fill(item, [_output(view, node) for node in item.refs])


def _output(view: View, node: int) -> Any:
    attempts = view.attempts(node)
    if not attempts or attempts[-1].value is None or view.state_of(node) is not Status.COMPLETED:
        return None
    return view.load(attempts[-1].value)


def _inputs(given: tuple[Any, Any]) -> dict[str, Any]:
    return {"args": given[0], "kwargs": given[1]}


def _loader(node: NodeResult) -> Any:
    return lambda: node.output


def _time(nanoseconds: int) -> datetime | None:
    if not nanoseconds:
        return None
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).replace(tzinfo=None)  # naive, as Covalent gives it


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
