import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_flow.store import Store
from jupyter_flow.store.authentication import Key
from tests.store.samples import finish, output, row, run
from tests.store.test_sessions import SLEEP, end, started

READ = """if True:
    import sys
    import jupyter_flow as jf
    from jupyter_flow.store import Store
    from tests.store.samples import anyone, row, run
    anyone()
    store = Store.open(sys.argv[1])
    for one in store.runs():
        records = store.rows(one.serial)
        values = [r.value if type(r.value) is bytes else len(store.blobs.read(r.value)[0]) for r in records]
        print(one.id, one.state, values)
    for write in (lambda: store.begin(run("b")), lambda: store.pin("a"), lambda: store.blobs.write(b"x")):
        try:
            write()
            print("written")
        except jf.errors.StoreError as error:
            print(error)
    store.close()
"""

OPEN = """
import sys
from jupyter_flow.model.errors import StoreError
from jupyter_flow.store import Store
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error)
"""


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [root, *root.rglob("*")]
    }


def sealed(root: Path) -> None:
    for path in [*root.rglob("*"), root]:
        path.chmod(0o500 if path.is_dir() else 0o400)


@pytest.fixture
def written(root: Path) -> Path:
    store = Store.open(root)
    finish(store, store.begin(run("a")), [row(0), row(1, store.blobs.write(b"large" * 20_000))])
    store.close()
    return root


def read(root: Path) -> list[str]:
    before = tree(root)
    told = output(READ, root).splitlines()
    assert tree(root) == before
    assert len(told[-3:]) == 3
    assert all(str(root) in line and "JUPYTER_FLOW_STORE" in line for line in told[-3:]), told
    return told[:-3]


def test_it_is_read_without_a_byte_being_written_and_what_cannot_be_done_is_said(written: Path) -> None:
    sealed(written)
    assert read(written) == ["a COMPLETED [b'value', 100000]"]


@pytest.mark.parametrize("index_of_the_wal", [True, False])
def test_what_a_killed_kernel_left_in_the_wal_is_read_too(written: Path, index_of_the_wal: bool) -> None:
    end(started(SLEEP.replace('run("a")', 'run("young")'), written))
    assert (written / "index.sqlite3-wal").stat().st_size
    if not index_of_the_wal:
        (written / "index.sqlite3-shm").unlink()
    sealed(written)
    assert read(written) == ["young INTERRUPTED []", "a COMPLETED [b'value', 100000]"]


def test_a_kernel_that_may_write_is_seen_at_work(written: Path) -> None:
    process = started(SLEEP.replace('run("a")', 'run("live")'), written)
    try:
        code = READ.replace("for write in (", "for write in () and (")
        sealed(written)  # who has its files open goes on
        assert output(code, written).splitlines()[0] == "live RUNNING []"
    finally:
        end(process)


def test_who_has_it_open_sees_what_another_kernel_writes_later(written: Path) -> None:
    looks = Store(written, Key.load(), "process", read_only=True)
    assert [one.id for one in looks.runs()] == ["a"]
    process = started(SLEEP.replace('run("a")', 'run("live")'), written)
    try:
        assert [(one.id, one.state) for one in looks.runs()] == [("live", "RUNNING"), ("a", "COMPLETED")]
    finally:
        end(process)
    assert [(one.id, one.state) for one in looks.runs()] == [("live", "INTERRUPTED"), ("a", "COMPLETED")]
    again = Store.open(written)
    finish(again, again.begin(run("b")), [row(0)])
    again.close()
    assert [one.id for one in looks.runs()] == ["b", "live", "a"]
    looks.close()


def test_without_an_index_it_is_refused_with_the_way_out(written: Path) -> None:
    (written / "index.sqlite3").unlink()
    sealed(written)
    code = f"if True:\n    from tests.store.samples import anyone\n    anyone()\n{textwrap.indent(OPEN, '    ')}"
    assert "cannot be written, and there is no store in it. Set JUPYTER_FLOW_STORE" in output(code, written)


def test_an_older_index_is_not_brought_up_to_date(written: Path) -> None:
    with closing(sqlite3.connect(written / "index.sqlite3")) as index:
        index.execute("PRAGMA user_version = 1")
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    sealed(written)
    before = tree(written)
    code = f"if True:\n    from tests.store.samples import anyone\n    anyone()\n{textwrap.indent(OPEN, '    ')}"
    assert "an earlier version" in output(code, written)
    assert tree(written) == before
