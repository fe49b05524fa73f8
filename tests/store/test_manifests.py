import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreCorruption
from jupyter_flow.store import Choice, Store, manifests
from jupyter_flow.store.manifests import manifest_path, write_manifest
from jupyter_flow.store.schema import connect
from tests.store.samples import finish, output, record, row, run
from tests.waiting import until


def rows_of(root: Path, dispatch: str, table: str = "attempt") -> int:
    with closing(sqlite3.connect(manifest_path(root, dispatch))) as manifest:
        return int(manifest.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_dispatch_that_has_ended_has_one_with_its_sublattices(store: Store, root: Path) -> None:
    serial = store.begin(run("a"))
    inner = store.begin(run("a-inner", "a"))
    finish(store, inner, [row(0), row(1)])
    finish(store, serial, [row(0)])
    until(manifest_path(root, "a").exists)
    store.close()
    assert (rows_of(root, "a", "run"), rows_of(root, "a"), rows_of(root, "a", "session")) == (2, 3, 1)
    assert list(manifests.manifests(root)) == ["a"]


def test_one_that_runs_has_one_too(store: Store, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "FIRST", 0.0)
    record(store, store.begin(run("a")), [row(0)])
    until(manifest_path(root, "a").exists)


def test_closing_writes_those_that_are_missing(root: Path) -> None:
    store = Store.open(root)
    for n in range(5):
        finish(store, store.begin(run(f"d{n}")), [row(0)])
    store.close()
    assert sorted(manifests.manifests(root)) == [f"d{n}" for n in range(5)]


def test_the_next_session_writes_those_of_one_that_was_killed(root: Path) -> None:
    code = """if True:
        import os, sys
        from jupyter_flow.store import Store
        from tests.store.samples import finish, row, run
        store = Store.open(sys.argv[1])
        finish(store, store.begin(run("a")), [row(0)])
        os._exit(0)
    """
    output(code, root)
    assert list(manifests.manifests(root)) == []
    store = Store.open(root)
    store.begin(run("b"))
    until(manifest_path(root, "a").exists)
    store.close()
    assert rows_of(root, "a") == 1


def test_what_is_written_down_of_a_dead_sessions_dispatch_later_is_in_it(root: Path) -> None:
    code = """if True:
        import os, sys
        from jupyter_flow.store import Store, manifests
        from tests.store.samples import record, row, run
        manifests.FIRST = 0.0
        store = Store.open(sys.argv[1])
        serial = store.begin(run("a"))
        record(store, serial, [row(0)])
        while not manifests.manifest_path(store.root, "a").exists():
            pass
        os._exit(0)
    """
    output(code, root)
    assert rows_of(root, "a") == 1
    store = Store.open(root)
    store.mark_interrupted("a", [row(1)])
    store.close()
    assert rows_of(root, "a") == 2


def test_a_pruned_dispatch_gets_none_and_is_not_taken_for_lost(store: Store, root: Path) -> None:
    serial = store.begin(run("a"))
    finish(store, serial, [row(0)])
    store.prune(Choice(keep=0))
    with closing(connect(root)) as index:  # as the thread would, had it looked before
        write_manifest(index, store.blobs, "a", [serial])
    assert list(manifests.manifests(root)) == []
    assert store.losses(thorough=True) == ""


def test_one_that_cannot_be_written_harms_nobody(store: Store, root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root / "runs").write_text("in the way")
    finish(store, store.begin(run("a")), [row(0)])
    store.close()
    assert "manifest of dispatch a could not be written" in caplog.text
    assert [r.id for r in Store.open(root).runs()] == ["a"]


def test_a_dispatch_that_only_its_manifest_knows_is_missed(store: Store, root: Path) -> None:
    finish(store, store.begin(run("a")), [row(0)])
    store.close()
    with closing(sqlite3.connect(root / "index.sqlite3")) as index, index:
        index.execute("DELETE FROM run")
    again = Store.open(root)
    assert "has lost 1 dispatch;" in again.losses(thorough=True)
    with pytest.raises(StoreCorruption, match=r"jupyter-flow recover"):
        again.run("a")
    again.prune(Choice())  # and it is not taken for something left over
    assert manifest_path(root, "a").exists()
    again.close()
