"""Whatever happens to a store, and in whatever order: what was told stays true, and what is damaged is said to be."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jupyter_flow.model.errors import StoreCorruption
from jupyter_flow.model.events import COMPLETED, INTERRUPTED, RUNNING, BlobRef
from jupyter_flow.store import Choice, Key, Store
from jupyter_flow.store.recovery import recover
from tests.store.samples import finish, python, record, row, run
from tests.store.scenario import value

KERNEL = """if True:
    import json, os, signal, sys
    from pathlib import Path
    from tests.store import scenario
    from tests.store.samples import finish, record, row, run
    from jupyter_flow.store import Store

    def live(root, id, nodes, ended):
        store = Store.open(root)
        serial = store.begin(run(id))
        for node in range(nodes):
            data = scenario.value(id, node)
            record(store, serial, [row(node, data if len(data) < 1000 else store.blobs.write(data))])
        if ended:
            finish(store, serial)
        os.kill(os.getpid(), signal.SIGKILL)

    for line in sys.stdin:
        status, _ = scenario.apart(lambda tell: live(*json.loads(line)))
        print(status, flush=True)
"""
nodes = st.integers(0, 4)


class Life(RuleBasedStateMachine):
    other: "subprocess.Popen[str]"  # forks kernels that are killed

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name) / "store"
        self.store = Store.open(self.root)
        self.status: dict[str, int] = {}
        self.nodes: dict[str, int] = {}
        self.pinned: set[str] = set()
        self.damaged: set[tuple[str, int]] = set()

    def _new(self, count: int, status: int) -> str:
        id = f"d{len(self.status)}"
        self.status[id], self.nodes[id] = status, count
        return id

    def _row(self, id: str, node: int) -> tuple[Any, ...]:
        data = value(id, node)
        return row(node, data if len(data) < 1000 else self.store.blobs.write(data))

    @rule(count=nodes)
    def dispatch(self, count: int) -> None:
        id = self._new(count, RUNNING)
        serial = self.store.begin(run(id))
        record(self.store, serial, [self._row(id, node) for node in range(count)])

    @rule(count=nodes, ended=st.booleans())
    def another_kernel_is_killed(self, count: int, ended: bool) -> None:
        id = self._new(count, COMPLETED if ended else INTERRUPTED)
        assert self.other.stdin is not None
        assert self.other.stdout is not None
        self.other.stdin.write(json.dumps([str(self.root), id, count, ended]) + "\n")
        self.other.stdin.flush()
        assert self.other.stdout.readline() == "9\n"

    @rule(data=st.data())
    def one_ends(self, data: st.DataObject) -> None:
        running = [id for id, status in self.status.items() if status == RUNNING]
        if running:
            id = data.draw(st.sampled_from(running))
            finish(self.store, self.store.run(id).serial)
            self.status[id] = COMPLETED

    @rule()
    def the_kernel_restarts(self) -> None:
        self.store.close()
        self.store = Store.open(self.root)
        self.status = {id: INTERRUPTED if status == RUNNING else status for id, status in self.status.items()}

    @rule(data=st.data(), on=st.booleans())
    def pin(self, data: st.DataObject, on: bool) -> None:
        there = [id for id, status in self.status.items() if status >= 0]
        if there:
            id = data.draw(st.sampled_from(there))
            self.store.pin(id, on)
            self.pinned = self.pinned | {id} if on else self.pinned - {id}

    @rule(keep=st.integers(0, 3))
    def prune(self, keep: int) -> None:
        newest = [row.id for row in self.store.runs()][:keep]
        going = [
            id for id, status in self.status.items()
            if status not in (RUNNING, -1) and id not in self.pinned and id not in newest
        ]  # fmt: skip
        assert sorted(row.id for row in self.store.prune(Choice(keep=keep)).runs) == sorted(going)
        self.status.update(dict.fromkeys(going, -1))

    @precondition(lambda self: any(status == COMPLETED for status in self.status.values()))
    @rule(data=st.data(), at=st.integers(0, 99_999))
    def a_byte_is_flipped(self, data: st.DataObject, at: int) -> None:
        id = data.draw(st.sampled_from([id for id, status in self.status.items() if status == COMPLETED]))
        large = [r for r in self.store.rows(self.store.run(id).serial) if isinstance(r.value, BlobRef)]
        if large and (id, large[0].node) not in self.damaged:
            assert isinstance(large[0].value, BlobRef)
            path = self.store.blobs.path(large[0].value)
            content = bytearray(path.read_bytes())
            content[at % len(content)] ^= 1
            path.write_bytes(content)
            self.damaged.add((id, large[0].node))

    @rule(how=st.sampled_from(["garbage", "empty"]))
    def the_index_is_lost_and_made_anew(self, how: str) -> None:
        self.store.close()
        (self.root / "index.sqlite3").write_bytes(b"garbage " * 100 if how == "garbage" else b"")
        with pytest.raises(StoreCorruption):
            Store.open(self.root)
        self._forget_what_no_manifest_has()
        recover(self.root, Key.load())
        self.store = Store.open(self.root)
        self.status = {id: INTERRUPTED if status == RUNNING else status for id, status in self.status.items()}

    def _forget_what_no_manifest_has(self) -> None:
        """A kernel that was killed at once has written none; the next that writes does, and this one may not have."""
        (self.root / "index.sqlite3-wal").unlink(missing_ok=True)
        for id, status in self.status.items():
            if status >= 0 and not (self.root / "runs" / id / "manifest.sqlite3").exists():
                self.status[id] = -1

    @invariant()
    def what_was_told_is_true(self) -> None:
        assert {r.id: r.status for r in self.store.runs()} == {id: s for id, s in self.status.items() if s >= 0}
        assert self.store.pinned() >= {id for id in self.pinned if self.status[id] >= 0}
        assert self.store.losses(thorough=True) == ""
        for found in self.store.runs():
            rows = self.store.rows(found.serial)
            assert [r.node for r in rows] == list(range(self.nodes[found.id]))
            for one in rows:
                self._loads(found.id, one.node, one.value)

    def _loads(self, id: str, node: int, found: Any) -> None:
        if (id, node) in self.damaged:
            with pytest.raises(StoreCorruption):
                self.store.blobs.read(found)
        else:
            data = found if isinstance(found, bytes) else bytes(self.store.blobs.read(found)[0])
            assert data == value(id, node)

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()


def test_a_life() -> None:
    with python(KERNEL) as Life.other:
        try:
            Life.TestCase.settings = settings(  # type: ignore[attr-defined]
                max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            )
            Life.TestCase("runTest").runTest()  # type: ignore[attr-defined]
        finally:
            Life.other.kill()
