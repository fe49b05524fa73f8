"""One run of a cell: of an ordinary one, over when it is over; of an electron cell, in the background."""

import itertools
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ...dispatch.run import Run
from ...model.cellvalues import CellValues
from ...model.errors import ElectronCancelled, ElectronError
from ...model.events import Value
from ...model.graph import ATOM
from ...model.status import Status
from ...session import opened, session
from ...store.latch import Latch
from .capture import ELEMENTS, Captured
from .definition import Definition
from .reach import NOWHERE, Behind

if TYPE_CHECKING:
    from .book import Cell

_numbers = itertools.count(1)


class State(StrEnum):
    """How far an execution is."""

    LAZY = "not started"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class Seen(NamedTuple):
    """What a run of a cell saw of a name: whose version it was, and a digest where the value was at hand."""

    by: "CellRun | None"
    digest: bytes | None


class CellRun:
    """One run of a cell: what it read and what it made. Later ones have larger numbers."""

    def __init__(self, cell: "Cell", count: int, seen: Mapping[str, Seen], makes: tuple[str, ...]) -> None:
        self.cell, self.count, self.seen, self.makes = cell, count, dict(seen), makes  # count: as in In [3]
        self.number = next(_numbers)
        self.first: dict[str, int] = {}  # by name it makes: since which of its cell's runs that has been so
        self.failed = False  # an ordinary cell that raised: it may have made a part of it
        self.perhaps: frozenset[str] = frozenset()  # what another run of an ordinary cell may make, too
        self.digests: dict[str, bytes] = {}  # of an ordinary cell: of what it made
        self.kept: dict[str, Any] = {}  # the small values among them, which somebody may have changed since

    def digest_of(self, name: str) -> bytes | None:
        """A digest of a value it made, where it is known."""
        return self.digests.get(name)


class Execution(CellRun):
    """A run of an electron cell."""

    def __init__(self, cell: "Cell", count: int, seen: Mapping[str, Seen], definition: Definition, captured: Captured):
        super().__init__(cell, count, seen, captured.makes)
        self.definition, self.captured = definition, captured
        self.after: list[Execution] = []  # --after
        self.state = State.LAZY if definition.lazy else State.WAITING
        self.ended = Latch()
        self.error: BaseException | None = None
        self.run: Run | None = None
        self.value: Value | None = None
        self.began = time.monotonic()
        self.after_dispatch = here.last if (here := opened()) is not None else None  # the newest one by then
        self.bound = False  # its values are in the notebook
        self.early: set[str] = set()  # imports that were bound when it began
        self.left: dict[str, str] = {}  # what it could not hand back, and why
        self.cause: Execution | None = None  # of its failure, where that is another one's

    @property
    def name(self) -> str:
        """The electron's."""
        return self.definition.name

    @property
    def behind(self) -> Behind:
        """What code among its values may do."""
        return self.captured.behind

    @property
    def producers(self) -> "list[Execution]":
        """Whose values it takes, or whom it only waits for."""
        return [*(wait.producer for wait in self.captured.waits.values()), *self.after]

    def needs(self, other: "Execution") -> bool:
        """Whether it takes values from another one, directly or through others."""
        met: set[Execution] = set()
        ahead = self.producers
        while ahead:
            producer = ahead.pop()
            if producer not in met:
                met.add(producer)
                ahead += producer.producers
        return other in met

    @property
    def status(self) -> State:
        """How far it is; waiting for a worker counts as waiting."""
        if self.state is State.RUNNING and self.run is not None and not self.run.begun and not any(self.run.published):
            return State.WAITING
        return self.state

    def values(self) -> CellValues:
        """What it made, loaded now. Raises what loading raises."""
        assert self.value is not None
        loaded = session().load(self.value)
        return loaded if isinstance(loaded, CellValues) else CellValues()

    def check(self) -> None:
        """Raise ElectronCancelled where the session was closed under it: nothing will come any more."""
        if self.run is not None and self.run.status is Status.INTERRUPTED:
            raise ElectronCancelled(f"electron {self.name!r} was interrupted: the session was closed")

    def given(self, name: str) -> "tuple[Execution | None, Any]":
        """What it was given for a name: the execution that makes it, or a value; neither where it had none."""
        for wait in self.captured.waits.values():
            if name in wait.names:
                own = wait.producer.cell is self.cell and wait.producer.state in (State.FAILED, State.CANCELLED)
                return wait.producer.given(name) if own else (wait.producer, NOWHERE)
        return None, self.input(name) if name in self.captured.digests else NOWHERE

    def input(self, name: str) -> Any:
        """A value that it took from the notebook, as it was. Functions and the like are those of then."""
        if name in self.captured.code:
            return self.captured.code[name]
        graph = self.captured.graph
        for label, tag, item in graph.inputs_of(0):
            names = label.split(", ")
            if name in names or (
                label == ELEMENTS and self.definition.mapped and name == self.definition.mapped.iterable
            ):
                value = item if tag == ATOM else session().dispatcher.payload.literal(item, [])
                return value[name] if isinstance(value, CellValues) else value
        raise KeyError(name)

    def fail(self) -> NoReturn:
        """Raise why it failed, anew each time: whoever shows an exception changes it."""
        if self.cause is not None:
            self.cause.fail()
        if self.run is not None and self.run.status is Status.FAILED:
            raise _error_of(self.run)
        raise self.error if self.error is not None else cancelled(self)

    def owes(self, name: str) -> None:
        """Raise why a name will never be there: what it failed with, or NameError for what stays on the worker."""
        if self.state.over and (self.state is not State.DONE or self.error is not None):
            self.fail()
        if name in self.left:
            raise NameError(f"{name!r} stays on the worker of {self.name!r}: {self.left[name]}", name=name)

    def digest_of(self, name: str) -> bytes | None:
        """A digest of all that it made: whether one name of it changed is not looked into."""
        if self.value is None:
            return None
        return self.value if isinstance(self.value, bytes) else self.value.digest

    def outcome(self, run: Run) -> tuple[State, Value | None, BaseException | None]:
        """What its dispatch came to."""
        if run.status is Status.COMPLETED:
            _, node = run.graph.result
            return State.DONE, run.records[node].value, None
        if run.status is Status.CANCELLED:
            return State.CANCELLED, None, cancelled(self)
        return State.FAILED, None, _error_of(run)


def cancelled(execution: Execution) -> BaseException:
    """What whoever needs a cancelled cell is told."""
    return ElectronCancelled(f"electron {execution.name!r} was cancelled: run its cell again for what it makes")


def _error_of(run: Run) -> BaseException:
    try:
        session().result(run.id).raise_for_status()
    except Exception as error:
        return error
    except BaseException as error:  # sys.exit() in a cell is not to end a thread of ours, nor the notebook
        told = ElectronError(f"electron {run.graph.name!r} ended with {type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            told.add_note(note)
        return told
    return ElectronError(run.error or f"electron {run.graph.name!r} failed")


def skipped(producer: Execution) -> BaseException:
    """What stands for the outcome of a cell whose input never came: the producer's own failure."""
    return producer.error if producer.error is not None else cancelled(producer)
