"""What came of one node of a dispatch, and where that is looked up."""

import functools
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .display import Display
from .errors import (
    ElectronCancelled,
    ElectronError,
    ElectronTimeout,
    FlowError,
    OutOfMemory,
    ResultUnserializable,
    WorkerLost,
)
from .events import Failure, Origin, Record, Value, counted
from .given import given
from .graph import MIXED, TransportGraph
from .loading import loaded
from .pickles import loads
from .printed import Printed, Seen
from .progress import Progress
from .status import NEVER_BEGUN, Status
from .transportable import TransportableObject

if TYPE_CHECKING:
    from .result import Result

ERRORS = {
    "worker_lost": WorkerLost,
    "out_of_memory": OutOfMemory,
    "timed_out": ElectronTimeout,
    "cancelled": ElectronCancelled,
    "interrupted": ElectronCancelled,
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
        """Its attempts that have ended, in order."""

    def seen(self, node: int) -> Seen:
        """What a node that runs now has printed so far; of one that has just ended, what it printed."""

    def given(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What the lattice was given, loaded. Raises DispatchError where that could not be recorded."""

    def load(self, value: Value) -> Any:
        """The object of a value. Raises StoreCorruption, StoreUntrusted."""

    def text(self, value: Value) -> bytes:
        """Captured output, which is no pickle. Raises StoreCorruption."""

    def fill(self, literal: Any, inputs: list[Any]) -> Any:
        """The object of a literal, with outputs in their places."""

    def inside(self, node: int) -> "Result | None":
        """The result of a sublattice."""

    def place(self, worker: int) -> Place:
        """What a worker was."""


class NodeResult:
    """What came of one node."""

    def __init__(self, view: View, node: int) -> None:
        self._view = view
        self.id = node
        self.name = view.graph.name_of(node)
        self.kind = view.graph.versions[view.graph.version[node]].kind
        self.executor = view.graph.executor_of(node)
        self.status = view.state_of(node)
        self.attempts = counted(view.attempts(node))
        self._last = self.attempts[-1] if self.attempts and self.status.final else None

    @functools.cached_property
    def _place(self) -> Place:
        worker = self._view.seen(self.id).worker if self.status is Status.RUNNING else self._last and self._last.worker
        return self._view.place(worker) if worker else Place()

    @property
    def standing(self) -> str:
        """Its status as people are told it: what a dispatch that has ended never began is ``never begun``."""
        return NEVER_BEGUN if self.status is Status.NEW_OBJECT and self._view.status.final else str(self.status)

    @property
    def start_time(self) -> datetime | None:
        """When its last attempt began, in UTC."""
        return time_of(self._last.start if self._last else self._view.begun(self.id))

    @property
    def end_time(self) -> datetime | None:
        """When its last attempt ended, in UTC."""
        return time_of(self._last.end) if self._last and self._last.start else None

    @property
    def output(self) -> Any:
        """Its value, loaded now; None while there is none. Raises StoreCorruption, StoreUntrusted."""
        value = self._last.value if self._last and self.status is Status.COMPLETED else None
        return None if value is None else loaded(self._view, self.id, value)

    @property
    def has_output(self) -> bool:
        """Whether there is a value (which may be None)."""
        return self.status is Status.COMPLETED and self._last is not None

    @property
    def dispatch_id(self) -> str:
        """The dispatch it is a node of."""
        return self._view.id

    @property
    def source(self) -> str:
        """The text it was written in: its function, or the whole cell."""
        return self._view.graph.versions[self._view.graph.version[self.id]].source

    @property
    def call_text(self) -> str:
        """Its call as a person would write it, on one short line."""
        return self._view.graph.call_text(self.id)

    @property
    def inputs(self) -> dict[str, Any]:
        """Its arguments by parameter, outputs loaded."""
        return {label: given(self._view, tag, item) for label, tag, item in self._view.graph.inputs_of(self.id)}

    @property
    def arguments(self) -> tuple[list[Any], dict[str, Any]]:
        """Its arguments as they were passed, by position and by name, outputs loaded."""
        view, graph = self._view, self._view.graph
        values = [given(view, tag, item) for _, tag, item in graph.inputs_of(self.id)]
        names = graph.calls[self.id][2] if graph.kinds[self.id] == MIXED else ()
        first = len(values) - len(names)
        return values[:first], dict(zip(names, values[first:], strict=True))

    @property
    def error(self) -> Failure | None:
        """Why it failed: kind, type, message, traceback."""
        return self._last.failure if self._last else None

    @property
    def cached(self) -> bool:
        """Whether it did not run, because its value was in the cache."""
        return self.cached_from is not None

    @property
    def cached_from(self) -> Origin | None:
        """Where that value was computed: dispatch id and node."""
        return self._last.origin if self._last else None

    @property
    def stdout(self) -> str:
        """What it printed; while it runs, what it has printed so far."""
        return self._now.stdout

    @property
    def stderr(self) -> str:
        """What it wrote to standard error; while it runs, so far."""
        return self._now.stderr

    @property
    def displays(self) -> list[Display]:
        """What it displayed, figures among it; while it runs, so far."""
        return self._now.displays

    @property
    def progress(self) -> Progress | None:
        """How far it is while it runs, if it shows a progress bar (tqdm's, say)."""
        return self._now.progress if self.status is Status.RUNNING else None

    @property
    def printed(self) -> list[Printed]:
        """What each attempt printed and displayed; one that runs is the last."""
        ended = [Printed(self._view, a.stdout, a.stderr, a.displays) for a in self.attempts]
        return [*ended, self._now] if self.status is Status.RUNNING else ended

    @property
    def _now(self) -> Printed:
        """Of the attempt that runs, as it is now, or of the last one."""
        if self.status is Status.RUNNING:
            return Printed(self._view, *self._view.seen(self.id)[1:])
        last = self._last
        return Printed(self._view, last.stdout, last.stderr, last.displays) if last else Printed(self._view)

    @property
    def resource(self) -> str:
        """The live resource it runs or ran on, by id."""
        return self._place.resource

    @property
    def host(self) -> str:
        """The machine it runs or ran on."""
        return self._place.host

    @property
    def pid(self) -> int:
        """The process it runs or ran in; 0 if it did not run."""
        return self._place.pid

    @property
    def worker(self) -> str:
        """The worker it runs or ran on, by name."""
        return self._place.name

    @property
    def sublattice_result(self) -> "Result | None":
        """The result of the sublattice it stands for."""
        return self._view.inside(self.id) if self.kind == "sublattice" else None

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
        return f"<node {self.id} {self.name}: {self.standing}>"


def _tells_more(failure: Failure) -> bool:
    """Whether a traceback has more than the message."""
    return failure.traceback.strip() not in ("", failure.message, f"{failure.type}: {failure.message}")


def exception_of(name: str, failure: Failure, call: str = "") -> BaseException:
    """The exception of a failed electron, its remote traceback attached; an ElectronError where it did not survive.

    `call` says which of the electron's calls it was.
    """
    which = ("in a step of the lattice" if name.startswith(":") else f"in electron {name!r}") + (call and f", {call}")
    note = f"{which}:\n{failure.traceback}" if _tells_more(failure) else which
    if failure.exception is not None:
        try:
            error = loads(failure.exception)
        except Exception:  # its class may be another one here, or none
            error = None
        if isinstance(error, BaseException):
            if note != which:
                error.__traceback__ = None  # it has come as text; tblib, which Dask brings, pickles it too
            return _noted(error, note)
    kind: type[FlowError] = ERRORS.get(failure.kind, ElectronError)
    told = "" if failure.kind in ERRORS else f"{failure.type}: "
    return _noted(kind(f"electron {name!r} failed: {told}{failure.message}"), note)


def _noted(error: BaseException, note: str) -> BaseException:
    try:
        error.add_note(note)
    except Exception:  # its class has notions of its own of what notes are
        with suppress(Exception):
            error.__notes__ = [note]
    return error


def time_of(nanoseconds: int) -> datetime | None:
    """A time in UTC; None for 0."""
    if not nanoseconds:
        return None
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).replace(tzinfo=None)  # naive, as Covalent gives it
