import os
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from jupyter_flow.model.errors import StoreCorruption, StoreError
from jupyter_flow.model.events import COMPLETED, INTERRUPTED, RUNNING
from jupyter_flow.store import Store
from tests.store.samples import Told, finish, output, python, row, run

BEGIN = """if True:
    import os, sys, time
    from jupyter_flow.store import Store
    from tests.store.samples import run
    store = Store.open(sys.argv[1])
    store.begin(run("a"))
"""
SLEEP = (
    BEGIN
    + """
    print("ready", flush=True)
    time.sleep(100)
"""
)


def started(code: str, root: Path) -> "subprocess.Popen[str]":
    process = python(code, root)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with process:
        pass


def test_a_run_is_running_while_its_process_lives_and_interrupted_when_it_was_killed(root: Path) -> None:
    process = started(SLEEP, root)
    store = Store.open(root)
    assert store.run("a").status == RUNNING
    assert store.mark_interrupted("a").status == RUNNING
    end(process)
    assert store.run("a").status == INTERRUPTED
    assert [r.status for r in store.runs()] == [INTERRUPTED]
    store.close()


def test_an_interrupted_run_can_be_written_down_as_such(root: Path) -> None:
    end(started(SLEEP, root))
    store = Store.open(root)
    assert store.mark_interrupted("a").status == INTERRUPTED
    store.close()
    shutil.rmtree(root / "sessions")
    again = Store.open(root)
    assert (again.run("a").status, again.run("a").attempts) == (INTERRUPTED, 0)
    again.close()


def test_two_stores_of_one_process_do_not_take_each_other_for_dead(root: Path, store: Store) -> None:
    other = Store.open(root)
    other.begin(run("a"))
    assert [store.run("a").status for _ in range(3)] == [RUNNING] * 3
    assert other.run("a").status == RUNNING
    other.close()
    assert store.run("a").status == INTERRUPTED


def test_a_forked_child_does_not_keep_its_dead_parents_runs_alive(root: Path) -> None:
    code = (
        BEGIN
        + """
    if not (child := os.fork()):
        time.sleep(100)
    print("ready", flush=True)
    print(child, flush=True)
    time.sleep(100)
    """
    )
    process = started(code, root)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    store = Store.open(root)
    try:
        assert store.run("a").status == RUNNING
        process.kill()
        process.wait()
        assert store.run("a").status == INTERRUPTED
    finally:
        os.kill(child, signal.SIGKILL)
        store.close()
        process.stdout.close()


def test_a_child_forked_behind_our_back_does_not_either(root: Path) -> None:
    code = (
        BEGIN
        + """
    import ctypes
    libc = ctypes.CDLL(None)
    child = libc.fork()
    if not child:
        libc.sleep(100)
        os._exit(0)
    print("ready", flush=True)
    print(child, flush=True)
    time.sleep(100)
    """
    )
    if not Path("/proc/self/stat").exists():
        return
    process = started(code, root)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    store = Store.open(root)
    try:
        process.kill()
        process.wait()
        assert store.run("a").status == INTERRUPTED
    finally:
        os.kill(child, signal.SIGKILL)
        store.close()
        process.stdout.close()


def test_a_forked_child_neither_reads_nor_writes_the_store(root: Path) -> None:
    code = (
        BEGIN
        + """
    from jupyter_flow.model.errors import StoreError
    from tests.store.samples import finish
    if not os.fork():
        for use in (lambda: store.begin(run("b")), lambda: store.run("a"), store.runs):
            try:
                use()
            except StoreError as error:
                os.write(1, f"{error}\\n".encode())
        store.close()
        os._exit(0)
    os.wait()
    finish(store, store.run("a").serial)
    store.close()
    """
    )
    told = output(code, root).splitlines()
    assert len(told) == 3
    assert all("forked" in line for line in told)
    store = Store.open(root)
    assert [(r.id, r.status) for r in store.runs()] == [("a", COMPLETED)]
    store.close()


def test_commits_that_the_index_has_lost_are_told(root: Path) -> None:
    code = (
        BEGIN
        + """
    from tests.store.samples import record, row
    import shutil
    index = os.path.join(sys.argv[1], "index.sqlite3")
    store._writer._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for node in range(5):
        record(store, 1, [row(node)])
    os.kill(os.getpid(), 9)
    """
    )
    with python(code, root) as process:
        process.wait(60)
    (root / "index.sqlite3-wal").unlink()
    store = Store.open(root)
    found = store.run("a")
    assert found.status == INTERRUPTED
    assert found.error is not None
    assert "lost the last 5 groups" in found.error
    store.close()


def test_a_group_whose_commit_fails_is_not_missed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the end of a process at that moment would be told as a loss of what nobody was told of."""
    serial, told = store.begin(run("a")), Told()
    counts: list[bytes] = []
    file = next((store.root / "sessions").iterdir())

    class Failing:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def execute(self, statement: str, *values: Any) -> Any:
            if statement == "COMMIT":
                counts.append(file.read_bytes()[:8])
                raise sqlite3.OperationalError("disk I/O error")
            return self._connection.execute(statement, *values)

    before = file.read_bytes()[:8]
    with monkeypatch.context() as patch:
        patch.setattr(store._writer, "_connection", Failing(store._writer._connection))
        store.record(serial, [row(0)], told)
        assert told.error() is not None
    assert counts == [before]
    assert store.losses(thorough=True) == ""
    finish(store, serial, [row(0)])


def test_a_run_whose_record_went_with_the_wal_is_missed(root: Path) -> None:
    end(started(SLEEP, root))
    (root / "index.sqlite3-wal").unlink()
    store = Store.open(root)
    with pytest.raises(StoreCorruption, match="lost"):
        store.run("a")
    store.close()


def test_what_is_no_file_among_those_of_sessions_holds_nobody_up(root: Path, tmp_path: Path) -> None:
    Store.open(root).close()
    (root / "sessions").mkdir(exist_ok=True)
    os.mkfifo(root / "sessions" / f"{'a' * 16}.lock")
    (root / "sessions" / f"{'b' * 16}.lock").symlink_to("/dev/zero")
    store = Store.open(root)
    assert store.runs() == []
    store.close()


def test_a_session_that_ended_well_leaves_no_file(root: Path) -> None:
    store = Store.open(root)
    finish(store, store.begin(run("a")))
    store.close()
    assert list((root / "sessions").iterdir()) == []


def test_a_store_that_was_forked_says_what_is_wrong(store: Store) -> None:
    store._abandon()
    with pytest.raises(StoreError, match="forked"):
        store.begin(run("a"))
