"""The cache's rows: which attempt has which key."""

import logging
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.errors import StoreError
from jupyter_flow.model.events import COMPLETED, FAILED, BlobRef, Origin, Record
from jupyter_flow.store import Store, schema
from jupyter_flow.store.authentication import Key
from jupyter_flow.store.records import Made
from jupyter_flow.store.schema import VERSION
from tests.store.samples import CREATED, Told, finish, output, record, row, run

KEY, OTHER = b"\x01" * 32, b"\x02" * 32
FIRST = """
ALTER TABLE attempt DROP COLUMN displays; ALTER TABLE attempt DROP COLUMN origin;
DROP TABLE cached; PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE);
"""


def keep(store: Store, id: str, *made: Made, **values: Any) -> int:
    serial, told = store.begin(run(id)), Told()
    store.record(serial, [row(m.node, **values) for m in made], told, made)
    told.ok()
    return serial


def made(key: bytes = KEY, node: int = 0, name: str = "fit", parts: str = "{}") -> Made:
    return Made(key, node, 0, name, parts)


def change(root: Path, sql: str, *parameters: Any) -> None:
    with sqlite3.connect(root / "index.sqlite3") as index:
        index.execute(sql, parameters)
    index.close()


def test_what_was_kept_is_found_by_its_key_with_its_record(store: Store) -> None:
    ref = BlobRef(b"\x07" * 32, 99)
    keep(store, "a", made(), made(OTHER, 1, "f \udc80"), value=ref)
    found = store.cached([KEY, OTHER, b"\x03" * 32])
    assert found.keys() == {KEY, OTHER}
    cached = found[OTHER]
    assert (cached.origin, cached.name, cached.parts) == (Origin("a", 1), "f \\udc80", "{}")
    assert cached.record == Record(*row(1, ref))


def test_it_is_there_for_other_processes(store: Store, root: Path) -> None:
    keep(store, "a", made())
    code = f"""if True:
        import sys
        from jupyter_flow.store import Store, schema
        print(Store.open(sys.argv[1]).cached([{KEY!r}])[{KEY!r}].record.value)
    """
    assert output(code, root) == "b'value'\n"


def test_more_keys_than_a_statement_takes_are_asked_for_at_once(store: Store) -> None:
    keys = [n.to_bytes(32, "big") for n in range(1234)]
    keep(store, "a", *(made(key, n) for n, key in enumerate(keys)))
    assert {key: cached.origin.node for key, cached in store.cached(keys).items()} == dict(
        zip(keys, range(1234), strict=True)
    )
    assert store.cached([]) == {}


def test_a_later_value_takes_the_place_of_an_earlier_one_and_is_the_newest(store: Store) -> None:
    for id in ("a", "b"):
        keep(store, id, made(), value=id.encode())
    keep(store, "c", made(OTHER, name="other"))
    assert store.cached([KEY])[KEY].origin == Origin("b", 0)
    keep(store, "d", made(OTHER))
    assert [cached.origin.dispatch for cached in store.cached_as("fit", 10)] == ["d", "b"]
    assert [cached.origin.dispatch for cached in store.cached_as("fit", 1)] == ["d"]
    assert store.cached_as("fit", 1)[0].record is None


def test_the_last_attempts_of_a_run_are_kept_with_its_end(store: Store) -> None:
    serial, told = store.begin(run("a")), Told()
    store.finish(serial, [row(0)], COMPLETED, None, 1, 2, told, made=[made()])
    told.ok()
    assert store.cached([KEY])[KEY].origin == Origin("a", 0)


def test_a_key_is_written_with_its_attempt_or_not_at_all(store: Store) -> None:
    serial, told = store.begin(run("a")), Told()
    store.record(serial, [row(0), row(0)], told, [made()])
    assert isinstance(told.error(), StoreError)
    assert store.cached([KEY]) == {}


def test_an_attempt_that_did_not_complete_is_no_value(store: Store) -> None:
    keep(store, "a", made(), status=FAILED, value=None)
    assert store.cached([KEY]) == {}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cached SET key = zeroblob(32) WHERE node = 0 AND run = 1",
        "UPDATE cached SET node = node + 1",
        "UPDATE cached SET attempt = attempt + 1",
        "UPDATE cached SET run = run + 1",
        "UPDATE cached SET name = 'other'",
        "UPDATE cached SET parts = '[]'",
        "UPDATE cached SET parts = x'00'",
        "UPDATE cached SET mac = zeroblob(32)",
        "UPDATE cached SET mac = 7",
        "UPDATE run SET serial = CASE serial WHEN 1 THEN 9 ELSE 1 END",
        "UPDATE attempt SET value = 'xx:1'",
        "UPDATE attempt SET value = 3",
        "UPDATE attempt SET origin = 'b:0'",
        "UPDATE attempt SET origin = x'00'",
        "UPDATE attempt SET status = 5",
    ],
)
def test_what_was_changed_is_passed_over_and_logged(
    sql: str, store: Store, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for id in ("a", "b"):
        keep(store, id, *(made(key, node) for node, key in enumerate([KEY, OTHER] if id == "a" else [b"3", b"4"])))
    change(root, sql)
    with caplog.at_level(logging.WARNING):
        found = store.cached([KEY, bytes(32)])
    assert found == {}
    joined = not any(word in sql for word in ("node +", "attempt +"))
    assert not joined or "cache is not used" in caplog.text


def test_what_another_key_signed_is_no_value(store: Store, root: Path, config: Path, tmp_path: Path) -> None:
    keep(store, "a", made())
    foreign = Store(root, Key.load(tmp_path / "keys" / "another"), "process")
    assert foreign.cached([KEY]) == {}
    assert foreign.cached_as("fit", 5) == []
    foreign.close()


def test_where_a_value_came_from_is_read_back(store: Store) -> None:
    serial = store.begin(run("b"))
    rows = [Record(0, 1, COMPLETED, CREATED, CREATED, 0, b"v", None, None, None, None, Origin("a-1", 12)), row(1)]
    finish(store, serial, rows)
    assert [found.origin for found in store.rows(serial)] == [Origin("a-1", 12), None]


@pytest.fixture
def old(root: Path) -> Path:
    """A store as the first version left it, with a dispatch."""
    with_one = Store.open(root)
    record(with_one, with_one.begin(run("a")), [row(0)])
    with_one.close()
    index = sqlite3.connect(root / "index.sqlite3", isolation_level=None)
    index.executescript(FIRST)
    index.close()
    return root


def test_a_store_of_the_first_version_gets_a_cache_and_keeps_what_it_has(old: Path) -> None:
    for _ in range(2):
        store = Store.open(old)
        assert [Record(*row(0))] == store.rows(store.run("a").serial)
        assert store.cached([KEY]) == {}
        store.close()
    with closing(sqlite3.connect(old / "index-format1.sqlite3")) as copy:  # made before anything was changed
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT id FROM run").fetchall() == [("a",)]
        assert "displays" not in [name for _, name, *_ in copy.execute("PRAGMA table_info(attempt)")]
    assert stat.S_IMODE((old / "index-format1.sqlite3").stat().st_mode) == 0o600
    store = Store.open(old)
    keep(store, "b", made())
    assert store.cached([KEY])[KEY].origin == Origin("b", 0)
    store.close()
    index = sqlite3.connect(old / "index.sqlite3")
    assert index.execute("PRAGMA user_version").fetchone() == (VERSION,)
    index.close()


def test_an_index_that_is_too_old_is_refused_and_left_alone(old: Path) -> None:
    with closing(sqlite3.connect(old / "index.sqlite3")) as index:
        index.execute("PRAGMA user_version = 0")
    before = (old / "index.sqlite3").read_bytes()
    with pytest.raises(StoreError, match=r"format 0, which .* cannot read \(it reads 1 to 2\).*JUPYTER_FLOW_STORE"):
        Store.open(old)
    assert (old / "index.sqlite3").read_bytes() == before


def test_an_old_index_that_cannot_be_copied_first_is_not_changed(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "_back_up", full)
    before = (old / "index.sqlite3").read_bytes()
    with pytest.raises(StoreError, match="full"):
        Store.open(old)
    assert (old / "index.sqlite3").read_bytes() == before


def test_two_kernels_that_find_an_old_store_bring_it_up_to_date_once(old: Path) -> None:
    first, second = Store.open(old), Store.open(old)
    assert first.run("a") == second.run("a")
    first.close()
    second.close()
