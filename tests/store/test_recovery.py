"""The index is made anew from what is left of it and from the manifests; nothing comes in that was not signed."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreCorruption, StoreError
from jupyter_flow.model.events import COMPLETED, INTERRUPTED, BlobRef, Record
from jupyter_flow.store import Choice, Key, Store
from jupyter_flow.store.manifests import manifest_path
from jupyter_flow.store.records import Made
from jupyter_flow.store.recovery import Recovered, recover
from jupyter_flow.store.schema import sound
from tests.store.samples import CREATED, Told, finish, output, python, row, run
from tests.store.test_sessions import SLEEP, end, started

KEY = b"k" * 32


@pytest.fixture
def written(root: Path) -> Path:
    """A store with three dispatches, one with a sublattice, a large value and something for the cache."""
    store = Store.open(root)
    large = store.blobs.write(b"large" * 20_000)
    for id in ("a", "b", "c"):
        serial = store.begin(run(id, graph=store.blobs.write(b"graph of " + id.encode())))
        worker = store.add_worker("local", "process", 11, "worker 1")
        inner = store.begin(run(f"{id}-inner", id))
        finish(store, inner, [row(0)])
        told = Told()
        rows = [(0, 0, COMPLETED, CREATED, CREATED + 1, worker, large, b"out", None, None, None, None), row(1)]
        made = [Made(KEY, 1, 0, "fit", "parts")]
        store.finish(serial, rows, COMPLETED, None, CREATED, CREATED + 2, told, made=made)
        told.ok()
    store.close()
    return root


def whole(root: Path, *ids: str) -> None:
    """All that was written is there again, and loads."""
    store = Store.open(root)
    assert sorted(r.id for r in store.runs()) == sorted(ids)
    for one in store.runs():
        assert one.status == COMPLETED
        assert isinstance(one.graph, BlobRef)
        assert bytes(store.blobs.read(one.graph)[0]) == b"graph of " + one.id.encode()
        first, second = store.rows(one.serial)
        assert isinstance(first.value, BlobRef)
        assert bytes(store.blobs.read(first.value)[0]) == b"large" * 20_000
        assert store.workers([first.worker])[first.worker].name == "worker 1"
        assert second == Record(*row(1))
        assert [r.id for r in store.children(one.id)] == [f"{one.id}-inner"]
    assert store.cached([KEY])[KEY].name == "fit"
    assert store.losses(thorough=True) == ""
    store.close()


def made_anew(root: Path) -> Recovered:
    return recover(root, Key.load())


@pytest.mark.parametrize("damage", ["garbage", "empty", "missing", "foreign", "cut", "overwritten"])
def test_whatever_became_of_the_index_all_is_there_again(written: Path, damage: str) -> None:
    index = written / "index.sqlite3"
    data = index.read_bytes()
    index.unlink()
    if damage == "foreign":
        with closing(sqlite3.connect(index)) as foreign, foreign:
            foreign.execute("CREATE TABLE run (serial, id)")
            foreign.execute("INSERT INTO run VALUES (1, 'theirs')")
    elif damage != "missing":
        page = data[:4096] + b"\xff" * (len(data) - 4096)
        index.write_bytes({"garbage": b"garbage " * 999, "empty": b"", "cut": data[:5000], "overwritten": page}[damage])
    before = index.read_bytes() if index.exists() else None
    with pytest.raises(StoreError, match=r"jupyter-flow recover"):
        Store.open(written).runs()
    found = made_anew(written)
    assert (found.runs, found.partial, found.lost) == (6, [], [])
    whole(written, "a", "b", "c")
    aside = found.aside / "index.sqlite3"
    assert (aside.read_bytes() if aside.exists() else None) == before
    new = Store.open(written)  # and it is a store like any other
    finish(new, new.begin(run("d")), [row(0)])
    assert new.runs()[0].id == "d"
    assert len({r.serial for r in new.runs(all=True)}) == 7
    assert len(new.prune(Choice(keep=0)).runs) == 4
    new.close()


@pytest.mark.parametrize("damage", ["deleted", "cut"])
def test_what_went_with_the_wal_comes_from_the_manifests(root: Path, damage: str) -> None:
    code = """if True:
        import os, sys, time
        from jupyter_flow.store import Store
        from tests.store.samples import finish, row, run
        from jupyter_flow.store.manifests import manifest_path
        store = Store.open(sys.argv[1])
        for n in range(3):
            finish(store, store.begin(run(f"d{n}")), [row(0), row(1)])
        while not all(manifest_path(store.root, f"d{n}").exists() for n in range(3)):
            time.sleep(0.01)
        store.begin(run("young"))
        os.kill(os.getpid(), 9)
    """
    with pytest.raises(AssertionError):
        output(code, root)
    wal = root / "index.sqlite3-wal"
    if damage == "deleted":
        wal.unlink()
    else:
        os.truncate(wal, 100)
    store = Store.open(root)
    assert "has lost 3 dispatches and the last 7 groups" in store.losses(thorough=True)
    with pytest.raises(StoreCorruption, match="recover"):
        store.run("d1")
    store.close()
    found = made_anew(root)
    assert (found.runs, found.lost) == (3, ["young"])
    again = Store.open(root)
    assert all(again.rows(r.serial) == [Record(*row(0)), Record(*row(1))] for r in again.runs())
    assert again.losses(thorough=True) == ""
    with pytest.raises(StoreCorruption, match="lost"):  # still not just unknown
        again.run("young")
    again.close()


def test_what_a_killed_kernel_left_in_the_wal_is_taken_over_and_the_wal_put_aside(written: Path) -> None:
    end(started(SLEEP.replace('run("a")', 'run("young")'), written))
    wal = written / "index.sqlite3-wal"
    left = wal.read_bytes()
    assert left
    found = made_anew(written)
    assert not wal.exists()  # SQLite would put what is in it into the new index
    assert (found.aside / wal.name).read_bytes() == left
    sound(written)
    store = Store.open(written)
    assert (store.runs()[0].id, store.runs()[0].status) == ("young", INTERRUPTED)
    store.close()


def test_what_only_the_index_has_comes_from_the_index(written: Path) -> None:
    manifest_path(written, "b").unlink()
    manifest_path(written, "c").write_bytes(b"damaged as well")
    assert made_anew(written).runs == 6
    whole(written, "a", "b", "c")


def test_of_a_dispatch_that_lacks_attempts_the_rest_is_there_and_it_is_interrupted(written: Path) -> None:
    (written / "index.sqlite3").write_bytes(b"")
    with closing(sqlite3.connect(manifest_path(written, "b"))) as manifest, manifest:
        manifest.execute("DELETE FROM attempt WHERE node = 1")
    assert made_anew(written).partial == ["b"]
    store = Store.open(written)
    found = store.run("b")
    assert found.status == INTERRUPTED
    assert "of the 2 attempts on record here 1 were found again" in str(found.error)
    assert [r.node for r in store.rows(found.serial)] == [0]
    store.close()


@pytest.mark.parametrize("sql", ["UPDATE attempt SET value = x'00'", "UPDATE run SET name = 'evil'"])
def test_nothing_comes_in_that_the_key_has_not_signed(written: Path, sql: str) -> None:
    (written / "index.sqlite3").write_bytes(b"")
    with closing(sqlite3.connect(manifest_path(written, "b"))) as manifest, manifest:
        manifest.execute(f"{sql} WHERE rowid = 1")
    found = made_anew(written)
    assert found.unsigned > 0
    store = Store.open(written)
    assert "evil" not in [r.name for r in store.runs(all=True)]
    assert [r.value for r in store.rows(store.run("a").serial)][1] == b"value"
    assert found.partial == ["b"] or "b" not in [r.id for r in store.runs()]
    store.close()


def test_while_a_kernel_works_there_it_is_refused(written: Path) -> None:
    process = started(SLEEP.replace('run("a")', 'run("live")'), written)
    try:
        before = (written / "index.sqlite3").read_bytes()
        with pytest.raises(StoreError, match="in use by 1 kernel or script;"):
            made_anew(written)
        assert (written / "index.sqlite3").read_bytes() == before
    finally:
        end(process)
    assert made_anew(written).runs == 7


KILLED = """if True:
    import os, signal, sys
    from pathlib import Path
    from jupyter_flow.store import Key, recovery
    left = int(sys.argv[2])
    def watch(frame, event, argument):
        global left
        left -= event == "line"
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return watch
    sys.settrace(lambda frame, *_: watch if frame.f_code.co_filename == recovery.__file__ else None)
    recovery.recover(Path(sys.argv[1]), Key.load())
    sys.settrace(None)
    print("done")
"""


@pytest.mark.slow
def test_killed_at_any_line_it_can_be_done_again(written: Path, tmp_path: Path) -> None:
    (written / "index.sqlite3").write_bytes(b"garbage")
    (written / "index.sqlite3-wal").write_bytes(b"of the old one")
    at, killed = 1, 0
    while True:
        copy = tmp_path / f"copy-{at}"
        shutil.copytree(written, copy)
        with python(KILLED, copy, at) as process:
            told, _ = process.communicate(timeout=60)
        if process.returncode:
            assert process.returncode == -signal.SIGKILL, told
            killed += 1
            made_anew(copy)
        whole(copy, "a", "b", "c")
        shutil.rmtree(copy)
        if not process.returncode:
            break
        at = at + 1 + at // 3
    assert killed > 10
