import sqlite3
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreCorruption, StoreError
from jupyter_flow.store import Store
from tests.store.samples import finish, output, run


@pytest.fixture
def index(root: Path) -> Path:
    """The index of a store with one run."""
    store = Store.open(root)
    finish(store, store.begin(run("a")))
    store.close()
    return root / "index.sqlite3"


def refused(index: Path, match: str) -> None:
    """The store says what is wrong, where and what to do, and leaves the file as it is."""
    before = index.read_bytes()
    with pytest.raises(StoreCorruption, match=match) as caught:
        Store.open(index.parent)
    assert str(index) in str(caught.value)
    assert "JUPYTER_FLOW_STORE" in str(caught.value)
    assert index.read_bytes() == before
    assert sorted(path.name for path in index.parent.glob("index*")) == [index.name]


def test_garbage_is_no_index(index: Path) -> None:
    index.write_bytes(b"garbage " * 1000)
    refused(index, "not a database")


def test_an_empty_file_is_no_index(index: Path) -> None:
    index.write_bytes(b"")
    refused(index, "empty")


def test_another_programs_database_is_no_index(index: Path) -> None:
    index.unlink()
    with sqlite3.connect(index) as foreign:
        foreign.execute("CREATE TABLE session (id)")
    foreign.close()
    refused(index, "another program")


def test_a_foreign_file_where_a_store_is_to_be_made_is_left_alone(root: Path) -> None:
    root.mkdir(mode=0o700)
    (root / "index.sqlite3").write_bytes(b"mine " * 100)
    refused(root / "index.sqlite3", "not a database")


def test_an_index_without_its_tables_is_damaged(index: Path) -> None:
    with sqlite3.connect(index) as connection:
        connection.execute("DROP TABLE attempt")
    connection.close()
    with pytest.raises(StoreCorruption, match="attempt"):
        Store.open(index.parent)


def test_a_missing_index_is_missed_and_not_made_anew(index: Path) -> None:
    index.unlink()
    with pytest.raises(StoreCorruption, match="missing"):
        Store.open(index.parent)
    assert not index.exists()


def test_pages_overwritten_in_the_index_are_told(index: Path) -> None:
    data = bytearray(index.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    index.write_bytes(data)
    with pytest.raises(StoreCorruption, match="damaged"):
        Store.open(index.parent).runs()


def test_an_index_of_a_later_version_is_not_read(index: Path) -> None:
    connection = sqlite3.connect(index)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with pytest.raises(StoreError, match="later version"):
        Store.open(index.parent)


def test_a_store_whose_making_was_cut_short_is_made(root: Path) -> None:
    root.mkdir(mode=0o700)
    (root / "index.sqlite3").touch()
    Store.open(root).close()
    (root / "STORE").unlink()
    Store.open(root).close()
    assert (root / "STORE").exists()


def test_importing_the_store_imports_nothing_heavy() -> None:
    code = "import sys, jupyter_flow.store; print(sorted({'numpy', 'IPython', 'dask', 'networkx'} & set(sys.modules)))"
    assert output(code) == "[]\n"
