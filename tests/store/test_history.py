"""Any history of a store reads back as it was written, also after it was closed and opened."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, INTERRUPTED, RUNNING, BlobRef, Failure, Origin
from jupyter_flow.store import Store
from tests.store.samples import Told, run

numbers = st.integers(0, 2**63 - 1)
values = st.none() | st.binary(max_size=200) | st.builds(BlobRef, st.binary(min_size=32, max_size=32), numbers)
texts = st.text(st.characters(codec=None), max_size=20)
failures = st.none() | st.builds(Failure, texts, texts, texts, texts, st.none() | st.binary(max_size=20))
origins = st.none() | st.builds(Origin, st.text("ab-", min_size=1), st.integers(0, 9))
statuses = st.sampled_from([COMPLETED, FAILED, CANCELLED])
records = st.tuples(statuses, numbers, numbers, numbers, values, values, values, failures, values, origins)


class History(RuleBasedStateMachine):
    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name) / "store"
        self.store = Store.open(self.root)
        self.status: dict[str, int] = {}
        self.serials: dict[str, int] = {}
        self.rows: dict[str, dict[tuple[int, int], tuple[Any, ...]]] = {}

    @rule(target=runs, graph=st.binary(max_size=50), parent=st.none() | runs)
    def begin(self, graph: bytes, parent: str | None) -> str:
        id = f"run-{len(self.status)}"
        self.serials[id] = self.store.begin(run(id, parent, graph))
        self.status[id] = RUNNING
        self.rows[id] = {}
        return id

    def fresh(self, id: str, found: list[tuple[int, int, tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
        new = {(node, attempt): (node, attempt, *rest) for node, attempt, rest in found}
        return [row for key, row in new.items() if key not in self.rows[id]]

    some = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), records), max_size=20)

    @rule(id=runs, found=some)
    def record(self, id: str, found: list[Any]) -> None:
        if self.status[id] == RUNNING:
            rows = self.fresh(id, found)
            told = Told()
            self.store.record(self.serials[id], rows, told)
            told.ok()
            self.rows[id] |= {row[:2]: row for row in rows}

    @rule(id=runs, found=some, status=statuses)
    def finish(self, id: str, found: list[Any], status: int) -> None:
        if self.status[id] == RUNNING:
            rows = self.fresh(id, found)
            told = Told()
            self.store.finish(self.serials[id], rows, status, "why", 1, 2, told)
            told.ok()
            self.rows[id] |= {row[:2]: row for row in rows}
            self.status[id] = status

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store.open(self.root)
        for id, status in self.status.items():
            if status == RUNNING:
                self.status[id] = INTERRUPTED

    @precondition(lambda self: self.status)
    @invariant()
    def reads_as_written(self) -> None:
        assert {r.id: r.status for r in self.store.runs(all=True)} == self.status
        for id, serial in self.serials.items():
            assert [tuple(r) for r in self.store.rows(serial)] == [row for _, row in sorted(self.rows[id].items())]

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
