import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.errors import StoreError
from jupyter_flow.model.events import COMPLETED, RUNNING
from jupyter_flow.store import Store
from jupyter_flow.store.plain import PlainStore
from tests.store.samples import Told, output, python, record, row, run


@pytest.mark.parametrize(
    "bad", [row(0), (1, 2, 3), row(2**70), row(5, object())], ids=["twice", "short", "huge", "odd"]
)
def test_a_bad_row_spoils_only_what_was_recorded_with_it(store: Store, bad: tuple[Any, ...]) -> None:
    serial = store.begin(run("a"))
    record(store, serial, [row(0)])
    hold, before, wrong, after = threading.Event(), Told(), Told(), Told()
    store.record(serial, [row(1)], lambda _: hold.wait(60))  # what follows becomes one group
    store.record(serial, [row(2)], before)
    store.record(serial, [row(3), bad], wrong)
    store.record(serial, [row(4)], after)
    hold.set()
    before.ok()
    after.ok()
    assert wrong.error() is not None
    assert [r.node for r in store.rows(serial)] == [0, 1, 2, 4]


def test_a_callback_that_raises_stops_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    serial = store.begin(run("a"))

    def fail(_: BaseException | None) -> None:
        raise RuntimeError("mine")

    store.record(serial, [row(0)], fail)
    record(store, serial, [row(1)])
    assert len(store.rows(serial)) == 2
    assert "mine" in caplog.text


def test_rows_of_every_kind_and_number_are_all_written(store: Store) -> None:
    serial = store.begin(run("a"))
    rows = [row(n, b"v" if n % 3 else None) for n in range(1234)]
    record(store, serial, rows)
    assert [tuple(r) for r in store.rows(serial)] == rows


def test_a_finish_that_fails_leaves_the_run_running_and_may_be_tried_again(store: Store) -> None:
    serial = store.begin(run("a"))
    record(store, serial, [row(0)])
    told = Told()
    store.finish(serial, [row(0)], COMPLETED, None, 1, 2, told)
    assert isinstance(told.error(), StoreError)
    told = Told()
    store.finish(serial, [row(1)], COMPLETED, None, 1, 2, told)
    told.ok()
    assert (store.run("a").status, store.run("a").attempts) == (COMPLETED, 2)


def test_on_a_full_disk_what_does_not_fit_is_told_and_freeing_space_is_enough(root: Path) -> None:
    code = """if True:
        import resource, sys
        from jupyter_flow.model.errors import StoreFull
        from jupyter_flow.store import Store
        from tests.store.samples import Told, row, run
        store = Store.open(sys.argv[1])
        serial = store.begin(run("a"))

        def put(node, size):
            told = Told()
            store.record(serial, [row(node, bytes(size))], told)
            return told.error()

        assert put(0, 10) is None
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, -1))
        assert isinstance(put(1, 1_000_000), StoreFull)
        assert put(2, 10) is None
        assert [r.node for r in store.rows(serial)] == [0, 2]
        resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
        assert put(1, 1_000_000) is None
        assert [r.node for r in store.rows(serial)] == [0, 1, 2]
        print("done")
    """
    assert output(code, root) == "done\n"


def test_two_processes_write_one_store_at_once(root: Path) -> None:
    code = """if True:
        import sys, threading
        from jupyter_flow.store import Store
        from tests.store.samples import finish, record, row, run
        store = Store.open(sys.argv[1])

        def dispatch(n):
            serial = store.begin(run(f"{sys.argv[2]}-{n}"))
            for node in range(20):
                record(store, serial, [row(node)])
            finish(store, serial)

        threads = [threading.Thread(target=dispatch, args=(n,)) for n in range(25)]
        [t.start() for t in threads]; [t.join() for t in threads]
        store.close()
    """
    told: list[str] = []
    threads = [threading.Thread(target=lambda name=name: told.append(output(code, root, name))) for name in ("x", "y")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store.open(root)
    runs = store.runs()
    assert (told, len(runs)) == (["", ""], 50)
    assert all(r.status == COMPLETED and len(store.rows(r.serial)) == 20 for r in runs)
    store.close()


def test_a_store_opened_twice_loses_nothing_when_another_process_closes_it(root: Path) -> None:
    first = Store.open(root)
    record(first, first.begin(run("a")), [row(0)])
    second = Store.open(root)  # to look at the index is to open and close its file, past SQLite
    code = """if True:
        import sys
        from jupyter_flow.store import Store
        from tests.store.samples import record, row, run
        store = Store.open(sys.argv[1])
        record(store, store.begin(run("b")), [row(0)])
        store.close()
    """
    assert output(code, root) == ""
    record(first, first.begin(run("c")), [row(0)])
    reader = "import sys\nfrom jupyter_flow.store import Store\nprint([r.id for r in Store.open(sys.argv[1]).runs()])"
    assert output(reader, root).strip() == "['c', 'b', 'a']"
    first.close()
    second.close()


def test_nothing_told_as_committed_is_lost_to_kill_9(root: Path) -> None:
    code = """if True:
        import os, sys, threading
        from jupyter_flow.store import Store
        from tests.store.samples import row, run
        store = Store.open(sys.argv[1])
        serial = store.begin(run(sys.argv[2]))
        for node in range(10**6):
            ref = store.blobs.write(b"%d" % node) if node % 10 == 0 else b"%d" % node
            store.record(serial, [row(node, ref)], lambda e, n=node: e or os.write(1, b"%d\\n" % n))
    """
    for id in ("a", "b", "c"):
        with python(code, root, id) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(300)]
            process.kill()
            lines += process.stdout.read().splitlines(keepends=True)
        told = {int(line) for line in lines if line.endswith("\n")}
        store = Store.open(root)
        rows = {r.node: r.value for r in store.rows(store.run(id).serial)}
        assert told <= rows.keys()
        for node, value in rows.items():
            data = value if isinstance(value, bytes) else bytes(store.blobs.read(value)[0])  # type: ignore[arg-type]
            assert data == b"%d" % node
        store.close()


def test_a_run_that_lacks_rows_is_not_recorded_as_ended(store: Store) -> None:
    serial = store.begin(run("a"))
    record(store, serial, [row(0)])
    told = Told()
    store.finish(serial, [row(2)], COMPLETED, None, 1, 2, told, nodes=3)
    assert "some were lost" in str(told.error())
    assert store.run("a").status == RUNNING
    again = Told()
    store.finish(serial, [row(1), row(2)], COMPLETED, None, 1, 2, again, nodes=3)
    again.ok()
    assert store.run("a").status == COMPLETED


def test_nothing_is_told_as_committed_that_went_into_an_index_which_was_removed(root: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from jupyter_flow.store import Store
        from tests.store.samples import Told, record, row, run
        store = Store.open(sys.argv[1])
        serial = store.begin(run("a"))
        record(store, serial, [row(0)])
        (Path(sys.argv[1]) / "index.sqlite3").unlink()
        told = Told()
        store.record(serial, [row(1)], told)
        print(type(told.error()).__name__, told.error())
    """
    told = output(code, root)
    assert told.startswith("StoreCorruption")
    assert "index.sqlite3 was removed or replaced while this kernel worked with it" in told
    assert "jupyter-flow recover" in told


@pytest.mark.parametrize("how", ["shutil.rmtree(root)", "root.rename(root.with_name('moved'))"])
def test_a_store_that_was_removed_or_moved_away_says_so_and_how_to_go_on(root: Path, how: str) -> None:
    code = f"""if True:
        import shutil, sys
        from pathlib import Path
        from jupyter_flow.store import Store
        from tests.store.samples import Told, record, row, run
        root = Path(sys.argv[1])
        store = Store.open(root)
        serial = store.begin(run("a"))
        {how}
        told = Told()
        store.record(serial, [row(1)], told)
        print(type(told.error()).__name__, told.error())
        store.close()
        Store.open(root).begin(run("a"))
    """
    told = output(code, root)
    assert told.startswith(f"StoreCorruption The store {root} was removed or moved away")
    assert "Restart the kernel" in told


@pytest.fixture
def unanchored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that has only the locks of processes, which a copy of the folder takes away."""
    monkeypatch.setattr("jupyter_flow.store.anchor.SET", None)


@pytest.mark.usefixtures("unanchored")
def test_a_wal_that_another_process_put_away_loses_nothing(root: Path) -> None:
    """It takes itself for the last one after a copy of the folder has taken our locks."""
    store = Store.open(root)
    serial = store.begin(run("a"))
    record(store, serial, [row(0)])
    for node in (1, 2):
        while (root / "index.sqlite3-wal").exists():  # our writer may take its locks anew when it has been copied
            shutil.copytree(root, root.with_name("copy"), dirs_exist_ok=True)
            output("import sys; from jupyter_flow.store import Store; Store.open(sys.argv[1]).close()", root)
        record(store, serial, [row(node)])
    assert [found.node for found in store.rows(serial)] == [0, 1, 2]
    rows = "import sys; from jupyter_flow.store import Store; print(len(Store.open(sys.argv[1]).rows(1)))"
    assert output(rows, root).strip() == "3"
    assert store.losses(thorough=True) == ""
    store.close()


@pytest.mark.usefixtures("unanchored")
def test_all_that_have_the_store_open_in_one_process_go_on_after_a_wal_was_put_away(root: Path) -> None:
    writers, looks = [Store.open(root), Store.open(root)], Store.open(root)
    serials = [store.begin(run(f"run{n}")) for n, store in enumerate(writers)]
    assert len(looks.runs()) == 2
    for node in range(3):
        shutil.copytree(root, root.with_name(f"copy{node}"))
        output("import sys; from jupyter_flow.store import Store; Store.open(sys.argv[1]).close()", root)
        told = [Told() for _ in writers]
        for store, serial, each in zip(writers, serials, told, strict=True):  # both at once
            store.record(serial, [row(node)], each)
        for each in told:
            each.ok()
        assert [[found.node for found in looks.rows(serial)] for serial in serials] == [list(range(node + 1))] * 2
    assert looks.losses(thorough=True) == ""
    for store in (*writers, looks):
        store.close()


@pytest.mark.usefixtures("unanchored")
def test_who_only_reads_sees_what_came_after_a_wal_was_put_away(root: Path) -> None:
    Store.open(root).close()
    looks = Store.open(root)
    for node in range(2):
        assert len(looks.runs()) == node
        shutil.copytree(root, root.with_name(f"copy{node}"))
        output(BEGIN, root, f"run{node}")
    assert len(looks.runs()) == 2
    looks.close()


BEGIN = """if True:
    import sys
    from jupyter_flow.store import Store
    from tests.store.samples import finish, row, run
    store = Store.open(sys.argv[1])
    finish(store, store.begin(run(sys.argv[2])), [row(0)])
    store.close()
"""


def test_rows_that_went_with_a_wal_are_missed_and_no_more_are_taken(root: Path) -> None:
    code = """if True:
        import os, sys
        from jupyter_flow.store import Store
        from tests.store.samples import Told, record, row, run
        store = Store.open(sys.argv[1])
        serial = store.begin(run("a"))
        store._writer._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        record(store, serial, [row(0)])
        os.unlink(os.path.join(sys.argv[1], "index.sqlite3-wal"))
        for n in (1, 2):
            told = Told()
            store.record(serial, [row(n)], told)
            print(type(told.error()).__name__, told.error())
    """
    told = output(code, root)
    assert told.count("StoreCorruption The index") == 2
    assert told.count("index.sqlite3-wal was removed or replaced while this kernel worked with it") == 2
    assert told.count("jupyter-flow recover") == 2


def test_to_look_at_a_store_as_text_takes_no_lock_from_who_writes_in_it(root: Path) -> None:
    store = Store.open(root)
    serial = store.begin(run("a"))
    record(store, serial, [row(0)])
    assert [found.id for found in PlainStore(root).dispatches()] == ["a"]
    output("import sys; from jupyter_flow.store import Store; Store.open(sys.argv[1]).close()", root)
    assert (root / "index.sqlite3-wal").exists()
    store.close()


@pytest.mark.slow
def test_a_store_may_be_copied_from_within_a_kernel_while_others_come_write_and_go(root: Path) -> None:
    """Each copy takes SQLite's locks from the process that makes it, wherever its writer is just then."""
    copying = """if True:
        import sys, threading
        from pathlib import Path
        from jupyter_flow.store import Store
        from tests.store.samples import record, row, run
        def copy(again):
            while again:
                for path in Path(sys.argv[1]).glob("index.sqlite3*"):
                    path.read_bytes()
        store, again = Store.open(sys.argv[1]), [True]
        serial = store.begin(run("copying"))
        thread = threading.Thread(target=copy, args=(again,))
        thread.start()
        print("begun", flush=True)
        node = 0
        while not Path(sys.argv[1], "enough").exists():
            record(store, serial, [row(node)])
            node += 1
        assert [found.node for found in store.rows(serial)] == list(range(node))
        print(node)
        again.clear()
        thread.join()
        store.close()
    """
    coming = """if True:
        import sys
        from jupyter_flow.store import Store
        from tests.store.samples import record, row, run
        store = Store.open(sys.argv[1])
        serial = store.begin(run(sys.argv[2]))
        for node in range(20):
            record(store, serial, [row(node)])
        assert len(store.rows(serial)) == 20
        store.close()
    """
    with python(copying, root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for number in range(6):
            with python(coming, root, f"coming{number}") as one, python(coming, root, f"going{number}") as other:
                assert [one.wait(60), other.wait(60)] == [0, 0]
        (root / "enough").touch()
        written = int(process.stdout.read())
    assert process.returncode == 0
    store = Store.open(root)
    assert store.losses(thorough=True) == ""
    assert {r.id: len(store.rows(r.serial)) for r in store.runs()} == {
        "copying": written,
        **{f"{who}{number}": 20 for who in ("coming", "going") for number in range(6)},
    }
    store.close()
