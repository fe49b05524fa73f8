import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_flow.model.errors import StoreCorruption, UnknownDispatch
from jupyter_flow.model.events import COMPLETED, INTERRUPTED, RUNNING, BlobRef
from jupyter_flow.store import Choice, Pruned, Store, leftovers, pruning
from jupyter_flow.store.files import locked
from jupyter_flow.store.manifests import write_manifest
from jupyter_flow.store.schema import connect
from tests.store.samples import finish, output, python, record, row, run
from tests.waiting import until

OLD = 2 * leftovers.GRACE
NOTHING = Pruned([], 0, 0)


def blob(store: Store, content: bytes | None = None, age: float = OLD) -> BlobRef:
    """A blob that was written a while ago."""
    ref = store.blobs.write(content or secrets.token_bytes(1000))
    os.utime(store.blobs.path(ref), (then := time.time() - age, then))
    return ref


def ended(store: Store, id: str, *values: object, parent: str | None = None, graph: object = b"graph") -> int:
    serial = store.begin(run(id, parent, graph))
    finish(store, serial, [row(node, value) for node, value in enumerate(values)])
    return serial


def ids(store: Store) -> list[str]:
    return [row.id for row in store.runs()]


def there(store: Store, *refs: BlobRef) -> list[bool]:
    return [store.blobs.path(ref).exists() for ref in refs]


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    store = Store.open(root)
    yield store
    store.close()


def test_a_dispatch_goes_with_its_rows_its_values_and_its_folder(store: Store) -> None:
    mine, graph, old, kept = (blob(store) for _ in range(4))
    serial = ended(store, "a", mine, old, graph=graph)
    ended(store, "b", kept)
    (store.folder("a") / "log.txt").write_text("12345")
    done = store.prune(Choice(keep=1))
    assert [row.id for row in done.runs] == ["a"]
    assert done.blobs == 3
    assert done.bytes > sum(ref.size for ref in (mine, graph, old)) + 5
    assert there(store, mine, graph, old, kept) == [False, False, False, True]
    assert not (store.root / "runs" / "a").exists()
    assert ids(store) == ["b"]
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as index:
        assert index.execute("SELECT count(*) FROM attempt WHERE run = ?", (serial,)).fetchone() == (0,)
    with pytest.raises(UnknownDispatch):  # and not "the index has lost it", though a session had begun it
        store.run("a")


def test_what_would_go_is_what_goes(store: Store) -> None:
    for n in range(5):
        ended(store, f"d{n}", blob(store), blob(store, b"shared" * 100))
    blob(store)  # nobody's
    planned = store.prune(Choice(keep=2), dry_run=True)
    assert ids(store) == ["d4", "d3", "d2", "d1", "d0"]
    assert store.prune(Choice(keep=2)) == planned
    assert planned.blobs == 4
    assert store.prune(Choice(keep=2)) == NOTHING


def test_without_a_choice_only_leftovers_go(store: Store) -> None:
    kept, left = blob(store), blob(store)
    ended(store, "a", kept)
    assert store.prune(Choice()) == Pruned([], 1, left.size)
    assert there(store, kept, left) == [True, False]


def test_sublattices_go_with_their_dispatch_and_only_when_all_have_ended(store: Store) -> None:
    inner = blob(store)
    store_serial = ended(store, "a")
    child = store.begin(run("child", "a"))
    assert store.prune(Choice(keep=0)).runs == []
    finish(store, child, [row(0, inner)])
    os.utime(store.blobs.path(inner), (0, 0))
    assert [row.id for row in store.prune(Choice(keep=0)).runs] == ["a"]
    assert store.runs(all=True) == []
    assert there(store, inner) == [False]
    assert store_serial != child


def test_what_runs_stays_and_so_does_every_file_since_it_began(store: Store) -> None:
    before, since = blob(store), blob(store, age=leftovers.GRACE * 1.5)
    begun = run("a")._replace(created=time.time_ns() - int(leftovers.GRACE * 1.7e9))
    serial = store.begin(begun)
    assert store.prune(Choice(keep=0)) == Pruned([], 1, before.size)
    assert there(store, before, since) == [False, True]
    record(store, serial, [row(0, since)])


def test_a_file_of_the_last_hour_stays(store: Store) -> None:
    young = blob(store, age=0.5 * leftovers.GRACE)
    assert store.prune(Choice()) == NOTHING
    assert there(store, young) == [True]


def test_what_a_dead_kernel_ran_has_ended(store: Store) -> None:
    output("import sys\nfrom jupyter_flow.store import Store\nfrom tests.store.samples import run\n"
           "import os\nStore.open(sys.argv[1]).begin(run('a'))\nos._exit(0)", store.root)  # fmt: skip
    assert store.run("a").status == INTERRUPTED
    assert [row.id for row in store.prune(Choice(keep=0)).runs] == ["a"]
    with pytest.raises(UnknownDispatch):
        store.run("a")
    assert list((store.root / "sessions").iterdir()) == []  # this one has written nothing


@pytest.mark.parametrize(
    "graph",
    [
        lambda ref: b"\x80\x05" + b"C\x20" + ref.digest + b".",
        lambda ref: __import__("pickle").dumps([("nested", __import__("pickle").dumps(ref, 5))], 5),
        lambda ref: __import__("pickle").dumps([ref] * 3 + [b"x" * 100_000, BlobRef(ref.digest[:], 7)], 5),
    ],
)
def test_a_graph_keeps_what_it_names_however_deep(store: Store, graph: object) -> None:
    literal = blob(store)
    record = graph(literal)  # type: ignore[operator]
    ended(store, "inline", graph=record)
    assert store.prune(Choice()) == NOTHING
    store.prune(Choice(keep=0))
    assert there(store, literal) == [False]
    literal = blob(store)
    ended(store, "file", graph=blob(store, graph(literal)))  # type: ignore[operator]
    assert store.prune(Choice()) == NOTHING
    assert there(store, literal) == [True]


def test_rows_of_other_tables_go_with_their_run_and_keep_what_they_name(store: Store) -> None:
    first, second, third = (blob(store) for _ in range(3))
    gone, kept = ended(store, "a", first), ended(store, "b", second)
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as index, index:
        row = "INSERT INTO cached (key, run, node, attempt, name, parts, mac) VALUES (?, ?, 0, 1, 'f', '', x'00')"
        index.executemany(row, [(b"1", gone), (b"2", kept)])
        index.execute("CREATE TABLE later (said TEXT)")
        index.execute("INSERT INTO later VALUES (?)", (json.dumps([f"{third.digest.hex()}:{third.size}"]),))
    store.prune(Choice(keep=1))
    assert there(store, first, second, third) == [False, True, True]
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as index:
        assert index.execute("SELECT run FROM cached").fetchall() == [(kept,)]


def test_by_age_of_their_end_the_newest_spared(store: Store) -> None:
    for id in "abcd":
        ended(store, id)
    assert [row.id for row in store.prune(Choice(older_than=60.0, keep=2)).runs] == ["a", "b"]
    assert store.prune(Choice(older_than=1e10)).runs == []


def test_by_size_the_oldest_until_the_rest_fits(store: Store) -> None:
    shared = blob(store, b"s" * 50_000)
    for id in "abcd":
        ended(store, id, blob(store, id.encode() * 100_000), shared)
    assert store.prune(Choice(larger_than=10**9)).runs == []
    assert [row.id for row in store.prune(Choice(larger_than=260_000)).runs] == ["a", "b"]
    assert [row.id for row in store.prune(Choice(larger_than=160_000, keep=2)).runs] == []
    assert [row.id for row in store.prune(Choice(larger_than=1)).runs] == ["c", "d"]
    assert there(store, shared) == [False]


def test_what_was_taken_over_in_time_stays_and_what_was_not_is_known_to_be_gone(store: Store) -> None:
    one, other = blob(store), blob(store)
    assert store.blobs.renew(one)
    store.prune(Choice())
    assert there(store, one, other) == [True, False]
    assert not store.blobs.renew(other)
    assert store.blobs.write(b"healed") is not None


def test_nobody_puts_a_file_in_place_between_the_look_and_the_removal(store: Store) -> None:
    ref = blob(store, b"content")
    writing = threading.Thread(target=store.blobs.write, args=(b"content",))
    with locked(store.root / ".blobs.lock"):
        writing.start()
        until(lambda: list((store.root / "tmp").glob("*")))
        time.sleep(0.05)
        assert store.blobs.path(ref).stat().st_mtime < time.time() - 60
    writing.join()
    assert store.prune(Choice()) == NOTHING
    assert there(store, ref) == [True]


def test_a_file_that_became_new_after_the_first_look_stays(store: Store) -> None:
    again, renewed, gone = blob(store, b"again"), blob(store), blob(store)
    looked = leftovers.Leftovers(store.blobs, time.time_ns())
    store.blobs.write(b"again")
    assert store.blobs.renew(renewed)
    assert looked.remove_blobs(()) == (1, gone.size)
    assert there(store, again, renewed, gone) == [True, True, False]


def test_a_row_that_is_not_ours_stays_with_all_it_names(store: Store) -> None:
    named = blob(store)
    ended(store, "a", named)
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as index, index:
        index.execute("UPDATE run SET name = 'forged'")
    assert store.prune(Choice(keep=0)) == NOTHING
    assert there(store, named) == [True]


PRUNE = """if True:
    import sys, time
    from jupyter_flow.store import Choice, Store, leftovers, pruning
    leftovers.GRACE, pruning.SLACK = 2.0, 0
    print("ready", flush=True)
    while True:
        Store.open(sys.argv[1]).prune(Choice(keep=3))
"""

DISPATCH = """if True:
    import random, sys, time
    import jupyter_flow as jf
    from jupyter_flow.model.errors import StoreCorruption, UnknownDispatch

    @jf.electron(executor=sys.argv[2])
    def load(seed):
        return bytes([seed]) * 100_000

    @jf.electron(executor=sys.argv[2])
    def size(data, more):
        return len(data) + len(more)

    @jf.lattice
    def flow(seed, given):
        return size(load(seed), given), load(seed + 1)

    def or_pruned(id, look):
        try:
            return look()
        except UnknownDispatch:
            return None
        except StoreCorruption:  # it went between two looks
            try:
                jf.session().store.run(id)
            except UnknownDispatch:
                return None
            raise

    def look(row):
        store = jf.session().store
        found = [record.value for record in store.rows(row.serial) if not isinstance(record.value, bytes)]
        return len([store.blobs.read(value) for value in found])

    end = time.monotonic() + float(sys.argv[3])
    last, n, looked, reused = "none", 0, 0, 0
    while time.monotonic() < end:
        seed = random.randrange(8)  # few, so that the same content is written, removed and written again
        last = jf.dispatch(flow)(seed, bytes([seed + 100]) * 50_000)
        value = last.result(60)
        assert value == (150_000, bytes([seed + 1]) * 100_000), value
        n += 1
        again = or_pruned(last, lambda: jf.redispatch(last, reuse_previous_results=True)())
        if again is not None:
            assert again.result(60)[0] == 150_000
            reused += 1
        for row in jf.session().store.runs(3):  # what is kept loads
            looked += or_pruned(row.id, lambda: look(row)) or 0
    print(n, looked, reused, flush=True)
"""


@pytest.mark.parametrize("executor", ["local", "thread"])
def test_kernels_dispatch_while_another_process_prunes(root: Path, executor: str) -> None:
    """Also while the one that prunes is killed again and again."""
    Store.open(root).close()
    code = DISPATCH.replace("import jupyter_flow as jf", f"import os; os.environ['JUPYTER_FLOW_STORE'] = {str(root)!r}"
                            "\n    import jupyter_flow as jf")  # fmt: skip
    writers = [python(code, root, executor, 6) for _ in range(2)]
    killed = 0
    while any(writer.poll() is None for writer in writers):
        pruner = python(PRUNE, root)
        assert pruner.stdout is not None
        pruner.stdout.readline()
        time.sleep(0.2 + 0.8 * secrets.randbelow(1000) / 1000)
        pruner.kill()
        pruner.communicate()
        killed += 1
    told = [writer.communicate()[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert all(int(number) > 0 for line in told for number in line), told
    assert not (root / "quarantine").exists()
    intact(root)
    assert killed > 2


def intact(root: Path) -> None:
    """Every value that the index names is there, and after a last prune nothing else is."""
    store = Store.open(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leftovers, "GRACE", 0.0)
        patch.setattr(pruning, "SLACK", 0)
        time.sleep(0.1)
        store.prune(Choice())
    named = set()
    for one in store.runs(all=True):
        assert one.status != RUNNING
        values = [record.value for record in store.rows(one.serial)] + [one.graph]
        for value in values:
            if isinstance(value, BlobRef):
                store.blobs.read(value)
                named.add(value.digest.hex())
    assert {path.name for path in (root / "blobs").glob("*/*")} >= named
    assert not [path for path in (root / "tmp").iterdir() if path.name.startswith(leftovers.MOVED)]
    known = {one.id for one in store.runs(all=True)}
    assert {path.name for path in (root / "runs").glob("*")} <= known
    store.close()


KILLED = """if True:
    import os, signal, sys
    from jupyter_flow.store import Choice, Store, leftovers, pruning
    left = int(sys.argv[2])
    def watch(frame, event, argument):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return watch
    store = Store.open(sys.argv[1])
    sys.settrace(lambda frame, event, argument: watch(frame, event, argument) if frame.f_code.co_filename in (
        pruning.__file__, leftovers.__file__) else None)
    store.prune(Choice(keep=2))
    sys.settrace(None)
    print("done")
"""


@pytest.mark.slow
def test_killed_at_any_line_it_leaves_whole_dispatches_and_the_next_one_finishes(root: Path) -> None:
    store = Store.open(root)
    shared = blob(store, b"shared" * 1000)
    at, killed = 1, 0
    while True:
        for n in range(4):
            id = f"d{at}-{n}"
            serial = ended(store, id, blob(store), shared)
            with closing(connect(root)) as index:
                write_manifest(index, store.blobs, id, [serial])
        with python(KILLED, root, at) as process:
            told, _ = process.communicate(timeout=60)
        assert store.losses(thorough=True) == ""  # what is gone was pruned
        for one in store.runs():
            for each in store.rows(one.serial):
                assert isinstance(each.value, BlobRef)
                store.blobs.read(each.value)
        os.utime(store.blobs.path(shared), (0, 0))
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, told
        killed += 1
        at = at + 1 + at // 2
    store.prune(Choice(keep=2))
    assert len(ids(store)) == 2
    assert killed > 5
    store.close()
    intact(root)


def test_stopped_before_its_folder_goes_a_pruned_dispatch_is_not_taken_for_a_lost_one(store: Store) -> None:
    serial = ended(store, "a")
    with closing(connect(store.root)) as index:
        write_manifest(index, store.blobs, "a", [serial])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            store.prune(Choice(keep=0))
    assert (store.root / "runs" / "a").exists()
    assert (ids(store), store.losses(thorough=True)) == ([], "")


def test_a_dispatch_that_the_index_has_lost_is_still_told_from_one_that_was_pruned(store: Store) -> None:
    ended(store, "a")
    ended(store, "b")
    store.prune(Choice(keep=1))
    with closing(sqlite3.connect(store.root / "index.sqlite3")) as index, index:
        index.execute("DELETE FROM run")
    with pytest.raises(StoreCorruption):
        store.run("b")
    with pytest.raises(UnknownDispatch):
        store.run("a")


def test_journals_of_a_dead_kernel_stay_with_the_dispatch_that_it_cut_short(store: Store) -> None:
    output("import sys\nfrom jupyter_flow.store import Store\nfrom tests.store.samples import run\n"
           "import os\nStore.open(sys.argv[1]).begin(run('a'))\nos._exit(0)", store.root)  # fmt: skip
    journals = store.root / "journals" / store.run("a").session
    journals.mkdir(parents=True)
    os.utime(journals, (0, 0))
    store.prune(Choice())
    assert journals.exists()
    store.prune(Choice(keep=0))
    assert not journals.exists()


def test_journals_go_once_all_that_they_know_is_recorded(store: Store) -> None:
    def died(end: str) -> Path:
        code = "import os, sys\nfrom jupyter_flow.store import Store\nfrom tests.store.samples import *\n"
        id = secrets.token_hex(4)
        output(
            f"{code}store = Store.open(sys.argv[1])\nserial = store.begin(run('{id}'))\n{end}\nos._exit(0)", store.root
        )
        folder = store.root / "journals" / store.run(id).session
        folder.mkdir(parents=True)
        (folder / "local-1.0").touch()
        return folder

    cut_short, over = died(""), died("finish(store, serial, [])")
    unknown = store.root / "journals" / "0123456789abcdef"
    unknown.mkdir()
    later = Store.open(store.root)  # only one that writes tidies up
    assert over.exists()
    own = later.root / "journals" / later.session_id
    own.mkdir()
    later.begin(run("later"))
    assert [folder.exists() for folder in (over, cut_short, unknown, own)] == [False, True, True, True]
    row = next(row for row in store.runs() if row.session == cut_short.name)
    store.mark_interrupted(row.id, [])
    assert cut_short.exists()
    store.prune(Choice(among=frozenset()))
    assert [folder.exists() for folder in (cut_short, unknown, own)] == [False, True, True]
    assert store.run(row.id).status == INTERRUPTED
    later.close()


def test_two_at_once_take_turns(root: Path) -> None:
    store = Store.open(root)
    for n in range(20):
        ended(store, f"d{n}", blob(store))
    once = "sys.stdin.readline()\n    print(len(Store.open(sys.argv[1]).prune(Choice(keep=3)).runs))"
    code = PRUNE.replace("while True:\n        Store.open(sys.argv[1]).prune(Choice(keep=3))", once)
    both: list[subprocess.Popen[str]] = [python(code, root) for _ in range(2)]
    for one in both:
        assert one.stdout is not None
        one.stdout.readline()
    removed = [int(one.communicate("go\n", timeout=60)[0]) for one in both]
    assert sum(removed) == 17
    assert len(store.runs()) == 3
    assert all(record.status == COMPLETED for one in store.runs() for record in store.rows(one.serial))
    store.close()
