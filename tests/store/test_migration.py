import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreUntrusted
from jupyter_flow.model.events import Record
from jupyter_flow.store import Store
from jupyter_flow.store.migration import ADDED, version
from jupyter_flow.store.schema import VERSION
from tests.store.samples import CREATED, finish, record, row, run

SHOWN = b'[{"data": {}, "metadata": {}}]'


@contextmanager
def index(root: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(root / "index.sqlite3", isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def old(root: Path) -> Path:
    """A store of version 1, with one run. Rows without displays are the same then and now."""
    store = Store.open(root)
    finish(store, store.begin(run("a")), [row(0), row(1, None)])
    store.close()
    with index(root) as connection:
        connection.execute("ALTER TABLE attempt DROP COLUMN displays")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return root


def columns(root: Path) -> list[str]:
    with index(root) as connection:
        return [name for _, name, *_ in connection.execute("PRAGMA table_info(attempt)")]


def test_every_version_says_what_it_added() -> None:
    assert set(ADDED) == set(range(2, VERSION + 1))


def test_an_old_index_is_read_as_it_is(old: Path) -> None:
    store = Store.open(old)
    assert [tuple(r) for r in store.rows(store.run("a").serial)] == [row(0), row(1, None)]
    assert store.row(store.run("a").serial, 0) == Record(*row(0))
    store.close()
    assert "displays" not in columns(old)


def test_an_old_index_is_brought_up_to_date_when_it_is_written(old: Path) -> None:
    store = Store.open(old)
    before = store.rows(store.run("a").serial)
    serial = store.begin(run("b"))
    shown = Record(0, 1, 4, CREATED, CREATED, 7, b"v", displays=SHOWN)
    record(store, serial, [shown])
    assert store.rows(serial) == [shown]
    assert store.rows(store.run("a").serial) == before
    store.close()
    with index(old) as connection:
        assert version(connection) == VERSION


def test_one_who_reads_an_old_index_sees_what_another_one_writes_in_it(old: Path) -> None:
    reader, writer = Store.open(old), Store.open(old)
    assert reader.rows(reader.run("a").serial)
    serial = writer.begin(run("b"))
    shown = Record(0, 1, 4, CREATED, CREATED, 7, b"v", displays=SHOWN)
    record(writer, serial, [shown])
    assert reader.rows(serial) == [shown]
    reader.close()
    writer.close()


def test_many_who_begin_to_write_at_once_bring_it_up_to_date_once(old: Path) -> None:
    stores = [Store.open(old) for _ in range(6)]
    threads = [threading.Thread(target=s.begin, args=(run(f"r{n}"),)) for n, s in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores[0].runs()) == 7
    for store in stores:
        store.close()
    assert columns(old).count("displays") == 1


def test_displays_that_were_taken_away_are_missed(root: Path) -> None:
    store = Store.open(root)
    serial = store.begin(run("a"))
    record(store, serial, [Record(0, 1, 4, CREATED, CREATED, 7, b"v", displays=SHOWN)])
    with index(root) as connection:
        connection.execute("UPDATE attempt SET displays = NULL")
    with pytest.raises(StoreUntrusted):
        store.rows(serial)
    store.close()
