"""Where results look things up: a dispatch of this session while it runs or is remembered, or the store."""

from collections.abc import Callable
from typing import Any

from ..model.events import STATUS_OF, Record, Value
from ..model.printed import Seen
from ..model.result import Place, Result
from ..model.status import Status
from ..store.records import RunRow
from ..store.runs import Store
from ..worker.payload import Payload
from .archive import Inputs, archive_of
from .recovering import settled
from .run import Run

Inside = Callable[[str, int], Result | None]


class _Values:
    """What both views share: values from the store."""

    def __init__(self, store: Store, inside: Inside, inputs: Inputs | None) -> None:
        self._store, self._payload, self._inside, self._inputs = store, Payload(store.blobs), inside, inputs

    def given(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What the lattice was given."""
        return ((), {}) if self._inputs is None else self._inputs.load(self.load)

    def load(self, value: Value) -> Any:
        """The object of a value."""
        return self._payload.load(value)

    def text(self, value: Value) -> bytes:
        """Captured output: never unpickled, for it is whatever was printed."""
        return value if isinstance(value, bytes) else bytes(self._store.blobs.read(value)[0])

    def fill(self, literal: Any, inputs: list[Any]) -> Any:
        """The object of a literal."""
        return self._payload.literal(literal, inputs)

    def place(self, worker: int) -> Place:
        """What a worker was."""
        row = self._store.met.get(worker) or self._store.workers([worker]).get(worker)
        return Place(row.resource, row.kind, row.host, row.pid, row.name) if row else Place()


class RunView(_Values):
    """A dispatch of this session. The status is that of the moment the view was made."""

    def __init__(self, run: Run, store: Store, inside: Inside, inputs: Inputs | None) -> None:
        super().__init__(store, inside, inputs)
        self.id, self.graph, self.folder = run.id, run.graph, run.folder
        self.name = run.graph.name
        self.root = run.root
        self.status = run.status if run.ended.is_set() else Status.RUNNING
        self.error = run.error if run.ended.is_set() else None
        self.started, self.ended = run.started_at, run.ended_at if run.ended.is_set() else 0
        self._run = run
        self._states = bytes(run.published)
        self._begun = dict(run.begun)

    def state_of(self, node: int) -> Status:
        """The status of a node."""
        told = self._states[node]
        return Status.RUNNING if not told and node in self._begun else STATUS_OF[told]

    def begun(self, node: int) -> int:
        """When a node that runs now was started."""
        return self._begun.get(node, 0)

    def attempts(self, node: int) -> list[Record]:
        """Its attempts that have ended."""
        last = self._run.records.get(node)
        earlier = [r for r in list(self._run.retried) if r.node == node and (not last or r.attempt < last.attempt)]
        return earlier if last is None else [*earlier, last]

    def seen(self, node: int) -> Seen:
        """What a node that runs now has printed so far."""
        return self._run.seen(node)

    def inside(self, node: int) -> Result | None:
        """The result of a sublattice."""
        return self._inside(self.id, node)


class StoreView(_Values):
    """A dispatch as the store has it."""

    def __init__(self, row: RunRow, store: Store, inside: Inside) -> None:
        row = settled(row, store)
        archive = archive_of(row, store)
        super().__init__(store, inside, archive.inputs)
        self.id, self.root, self.name = row.id, row.root, row.name
        self.graph = archive.graph
        self.status, self.error = row.state, row.error
        self.started, self.ended = row.started or row.created, row.ended
        self.folder = str(store.root / "runs" / row.id)
        self._attempts: dict[int, list[Record]] = {}
        for record in store.rows(row.serial):
            self._attempts.setdefault(record.node, []).append(record)

    def state_of(self, node: int) -> Status:
        """The status of a node; what was under way when the kernel died is INTERRUPTED."""
        attempts = self._attempts.get(node)
        return STATUS_OF[attempts[-1].status] if attempts else Status.NEW_OBJECT

    def begun(self, node: int) -> int:
        """Nothing runs here."""
        return 0

    def seen(self, node: int) -> Seen:
        """Nothing runs here."""
        return Seen()

    def attempts(self, node: int) -> list[Record]:
        """Its attempts."""
        return self._attempts.get(node, [])

    def inside(self, node: int) -> Result | None:
        """The result of a sublattice."""
        return self._inside(self.id, node)
