import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.errors import StoreCorruption, StoreError, StoreUntrusted, UnknownDispatch
from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING, BlobRef, Failure, Record
from jupyter_flow.model.status import Status
from jupyter_flow.store import RunRow, Store, key_path
from tests.store.samples import CREATED, Told, finish, output, record, row, run

FAILURE = Failure("raised", "ValueError", "no \udc80 \x00 <img>", "Traceback …", b"\x80pickle")
ROWS = [
    Record(0, 0, COMPLETED, CREATED, CREATED + 5, 3, b"inline"),
    Record(1, 0, FAILED, CREATED, CREATED + 5, 3, None, b"printed", b"", FAILURE),
    Record(1, 1, COMPLETED, 0, CREATED + 9, 0, BlobRef(b"\x07" * 32, 10**12), BlobRef(b"\x08" * 32, 5), None, None),
    Record(2, 0, COMPLETED, CREATED, CREATED, 2**62, b"", None, None, None),
    Record(3, 0, COMPLETED, 1, 2, 0, b"v", displays=b'[{"data": {}, "metadata": {}}]'),
    Record(4, 0, FAILED, 1, 2, 0, None, b"o", b"e", FAILURE, BlobRef(b"\x09" * 32, 10**7)),
]


def change(root: Path, sql: str, *parameters: Any) -> None:
    with sqlite3.connect(root / "index.sqlite3") as index:
        index.execute(sql, parameters)
    index.close()


def test_what_was_recorded_is_read_back_whole(store: Store) -> None:
    serial = store.begin(run("a"))
    record(store, serial, [tuple(r) for r in ROWS])
    assert store.rows(serial) == ROWS
    assert store.row(serial, 1) == ROWS[2]
    assert store.row(serial, 9) is None


def test_a_run_is_running_and_then_what_it_was_finished_with(store: Store) -> None:
    serial = store.begin(run("a", graph=BlobRef(b"\x01" * 32, 77)))
    assert store.run("a").status == RUNNING
    told = Told()
    store.finish(serial, [row(0)], FAILED, "it \udc80 broke", CREATED + 1, CREATED + 2, told)
    told.ok()
    found = store.run("a")
    assert found == RunRow(
        *(serial, "a", "a", None, None, store.session_id, "workflow", FAILED),
        *(CREATED, CREATED + 1, CREATED + 2, 3, BlobRef(b"\x01" * 32, 77), "it \\udc80 broke", 1),
    )
    assert found.state is Status.FAILED
    assert len(store.rows(serial)) == 1


def test_everything_is_there_for_the_next_process(store: Store, root: Path) -> None:
    serial = store.begin(run("a"))
    finish(store, serial, ROWS)
    code = """if True:
        import sys
        from jupyter_flow.store import Store
        store = Store.open(sys.argv[1])
        print(store.rows(store.run("a").serial))
    """
    assert output(code, root) == f"{ROWS}\n"


def test_runs_are_listed_newest_first_without_sublattices(store: Store) -> None:
    for id in ("a", "b", "c"):
        store.begin(run(id))
    store.begin(run("b-1", parent="b"))
    store.begin(run("b-2", parent="b"))
    assert [r.id for r in store.runs()] == ["c", "b", "a"]
    assert [r.id for r in store.runs(limit=2)] == ["c", "b"]
    assert [r.id for r in store.runs(all=True)] == ["b-2", "b-1", "c", "b", "a"]
    assert [(r.id, r.parent_node) for r in store.children("b")] == [("b-1", 0), ("b-2", 0)]


def test_an_unknown_id_tells_those_that_begin_alike_and_where_it_looked(store: Store, root: Path) -> None:
    store.begin(run("abcd-1"))
    store.begin(run("xyz"))
    with pytest.raises(UnknownDispatch, match=r"'abcd-2'.*abcd-1\.$") as caught:
        store.run("abcd-2")
    assert str(root) in str(caught.value)
    assert "xyz" not in str(caught.value)


@pytest.mark.parametrize("id", ["../../x", "", ".", "a/b", "a\nb", "é", "x" * 300, "\udc80", "a\x00"])
def test_what_is_no_id_never_becomes_a_path(store: Store, id: str) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        store.begin(run(id))
    with pytest.raises(UnknownDispatch):
        store.run(id)
    with pytest.raises(UnknownDispatch):
        store.folder(id)


def test_an_id_is_taken_once(store: Store) -> None:
    store.begin(run("a"))
    with pytest.raises(StoreError, match="already"):
        store.begin(run("a"))


def test_workers_are_known_by_their_numbers(store: Store) -> None:
    serial = store.begin(run("a"))
    one, two = (store.add_worker("local", "process", pid, f"worker {pid}") for pid in (11, 12))
    record(store, serial, [row(0)])
    found = store.workers([one, two, 5])
    assert {number: (w.resource, w.kind, w.pid, w.name, w.session) for number, w in found.items()} == {
        one: ("local", "process", 11, "worker 11", store.session_id),
        two: ("local", "process", 12, "worker 12", store.session_id),
    }


def test_any_thread_may_read_and_write(store: Store) -> None:
    serial = store.begin(run("a"))
    found: list[Record] = []

    def work() -> None:
        record(store, serial, [row(0)])
        found.extend(store.rows(serial))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [r.node for r in found] == [0]


@pytest.mark.parametrize(
    "forge",
    [
        "UPDATE attempt SET value = x'00' WHERE node = 1",
        "UPDATE attempt SET value = CAST(value AS TEXT) WHERE node = 1",
        "UPDATE attempt SET value = 5 WHERE node = 1",
        "UPDATE attempt SET status = 5 WHERE node = 1",
        "UPDATE attempt SET attempt = 3 WHERE node = 1",
        "UPDATE attempt SET mac = x'' WHERE node = 1",
        "UPDATE attempt SET mac = (SELECT mac FROM attempt WHERE node = 0) WHERE node = 1",
        "UPDATE attempt SET failure = '[1, 2, 3, 4, null]' WHERE node = 1",
        "UPDATE attempt SET displays = x'5b5d' WHERE node = 1",
        "UPDATE attempt SET displays = '[]' WHERE node = 1",
        "UPDATE attempt SET node = 'x' WHERE node = 1",
    ],
)
def test_a_forged_row_is_refused_and_its_node_named(store: Store, root: Path, forge: str) -> None:
    serial = store.begin(run("a"))
    finish(store, serial, [row(0), row(1)])
    change(root, forge)
    with pytest.raises(StoreUntrusted, match=r"Node ('x'|x|1) .*dispatch a"):
        store.rows(serial)
    assert store.row(serial, 0) == Record(*row(0))


def test_rows_moved_to_another_run_are_refused(store: Store, root: Path) -> None:
    one, two = store.begin(run("a")), store.begin(run("b"))
    record(store, one, [row(0)])
    change(root, "UPDATE attempt SET run = ?", two)
    with pytest.raises(StoreUntrusted, match="Node 0"):
        store.row(two, 0)


@pytest.mark.parametrize("column", ["status = 6", "error = 'x'", "graph = x'00'", "name = 'other'", "attempts = 9"])
def test_a_forged_run_is_refused(store: Store, root: Path, column: str) -> None:
    finish(store, store.begin(run("a")))
    change(root, f"UPDATE run SET {column}")
    with pytest.raises(StoreUntrusted, match="run 'a'"):
        store.run("a")


def test_a_run_that_nobody_signed_hides_no_other_and_is_named(store: Store, root: Path) -> None:
    for id in ("a", "b", "c"):
        finish(store, store.begin(run(id)))
    change(root, "UPDATE run SET name = 'other' WHERE id = 'b'")
    strange: list[str] = []
    assert [r.id for r in store.runs(2, strange=strange)] == ["c", "a"]
    assert strange == ["b"]


def test_what_runs_in_a_session_that_nobody_signed_hides_no_other_and_is_named(store: Store, root: Path) -> None:
    finish(store, store.begin(run("a")))
    store.begin(run("b"))
    change(root, "UPDATE session SET mac = zeroblob(32)")
    strange: list[str] = []
    assert [r.id for r in store.runs(strange=strange)] == ["a"]
    assert strange == ["b"]


def test_a_store_signed_with_another_key_is_refused(store: Store, root: Path) -> None:
    finish(store, store.begin(run("a")))
    store.close()
    key_path().unlink()
    with pytest.raises(StoreUntrusted, match="key"):
        Store.open(root).run("a")


def test_rows_that_are_gone_from_an_ended_run_are_missed(store: Store, root: Path) -> None:
    serial = store.begin(run("a"))
    finish(store, serial, [row(0), row(1)])
    change(root, "DELETE FROM attempt WHERE node = 1")
    with pytest.raises(StoreCorruption, match=r"2 recorded attempts.* 1 of them"):
        store.rows(serial)


def test_a_dispatch_that_the_index_lost_is_not_just_unknown(store: Store, root: Path) -> None:
    finish(store, store.begin(run("a")))
    change(root, "DELETE FROM run")
    with pytest.raises(StoreCorruption, match="lost"):
        store.run("a")


@pytest.mark.parametrize("use", [lambda s: s.begin(run("b")), lambda s: s.run("a"), lambda s: s.record(1, [row(0)])])
def test_a_closed_store_says_so(store: Store, use: Callable[[Store], object]) -> None:
    store.begin(run("a"))
    store.close()
    with pytest.raises(StoreError, match="closed"):
        use(store)


def test_closing_writes_what_is_queued(store: Store, root: Path) -> None:
    serial = store.begin(run("a"))
    for node in range(500):
        store.record(serial, [row(node)])
    store.finish(serial, [], COMPLETED, None, 1, 2)
    store.close()
    again = Store.open(root)
    assert len(again.rows(serial)) == 500
    again.close()


def test_a_run_that_has_ended_takes_no_more_rows(store: Store) -> None:
    serial = store.begin(run("a"))
    finish(store, serial)
    with pytest.raises(StoreError, match="ended"):
        store.record(serial, [row(0)])


def test_the_folder_of_a_dispatch_is_its_own(store: Store) -> None:
    assert store.folder("a-1").is_dir()
    assert store.folder("a-1") != store.folder("a-2")


def test_reading_leaves_no_trace_of_a_session(root: Path) -> None:
    store = Store.open(root)
    assert store.runs() == []
    store.close()
    assert not (root / "sessions").exists()
