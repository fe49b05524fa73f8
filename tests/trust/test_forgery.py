"""Stores that somebody has changed: whatever is not what this user's key signed is refused, and not unpickled."""

import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

import jupyter_flow as jf
from jupyter_flow.model.errors import StoreCorruption, StoreError, StoreUntrusted
from jupyter_flow.model.events import BlobRef
from jupyter_flow.store import Blobs, key_path
from tests.store.samples import output

WORK = """
import sys
import jupyter_flow as jf

@jf.electron(executor="inline")
def small(n):
    print("small", n)
    return n

@jf.electron(executor="inline")
def large(n): return bytes([n]) * 100_000

@jf.electron(executor="inline")
def said(): print("x" * 100_000)

@jf.lattice
def work(n): return small(n), small(n + 1), large(1), large(2), said()

for n in (1, 5):
    id = jf.dispatch(work)(n)
    id.result()
    print(id)
jf.session().close()
"""


class Marker:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


class Folder:
    """A store with two dispatches."""

    def __init__(self, root: Path, ids: list[str]) -> None:
        self.root, (self.one, self.two) = root, ids

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.root / "index.sqlite3")) as index:
            assert index.execute(statement, values).rowcount, "nothing was changed"
            index.commit()

    def value(self, node: int, id: str = "") -> Any:
        with jf.open_store(self.root, trust=True) as opened:
            return opened.result(id or self.one).node(node).output

    def blob(self, node: int) -> Path:
        with closing(sqlite3.connect(self.root / "index.sqlite3")) as index:
            sql = "SELECT value FROM attempt JOIN run ON run = serial WHERE node = ? AND id = ?"
            ((text,),) = index.execute(sql, (node, self.one)).fetchall()
        digest, size = text.split(":")
        return Blobs(self.root).path(BlobRef(bytes.fromhex(digest), int(size)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("made") / "store"
    script = root.parent / "work.py"
    script.write_text(WORK)
    ids = output(f"exec(compile(open({str(script)!r}).read(), {str(script)!r}, 'exec'))", JUPYTER_FLOW_STORE=str(root))
    return root, ids.split()


@pytest.fixture
def folder(made: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Folder]:
    shutil.copytree(made[0], tmp_path / "store")
    (tmp_path / "store").chmod(0o700)
    return Folder(tmp_path / "store", made[1])


FROM = "FROM attempt WHERE"
OF = "(SELECT serial FROM run WHERE id = ?)"
SWAPS: dict[str, Callable[[Folder], None]] = {
    "a value of another node": lambda f: f.sql(
        f"UPDATE attempt SET value = (SELECT value {FROM} node = 1 AND run = {OF}) WHERE node = 0 AND run = {OF}",
        f.one, f.one,
    ),
    "a whole row of another node": lambda f: _moved(f, "node"),
    "a row of another dispatch": lambda f: _moved(f, "run"),
    "another attempt": lambda f: f.sql(
        f"UPDATE attempt SET attempt = attempt + 1 WHERE node = 0 AND run = {OF}", f.one
    ),
    "a reference to another blob": lambda f: f.sql(
        f"UPDATE attempt SET value = (SELECT value {FROM} node = 2 AND run = {OF}) WHERE node = 0 AND run = {OF}",
        f.one, f.one,
    ),
    "what it printed": lambda f: f.sql(f"UPDATE attempt SET stdout = x'41' WHERE node = 0 AND run = {OF}", f.one),
    "another graph": lambda f: f.sql(
        "UPDATE run SET graph = (SELECT graph FROM run WHERE id = ?) WHERE id = ?", f.two, f.one
    ),
    "rows that are gone": lambda f: f.sql(f"DELETE FROM attempt WHERE node = 1 AND run = {OF}", f.one),
}  # fmt: skip


def _moved(folder: Folder, what: str) -> None:
    """Put a row in the place of another one, its tag and all."""
    columns = "attempt, status, start, end, worker, value, mac, stdout, stderr, failure, displays, origin"
    columns = columns.replace("end,", '"end",')
    source = (folder.one, 1) if what == "node" else (folder.two, 0)
    folder.sql(f"DELETE FROM attempt WHERE node = 0 AND run = {OF}", folder.one)
    folder.sql(
        f"INSERT INTO attempt (run, node, {columns}) SELECT {OF}, 0, {columns} {FROM} run = {OF} AND node = ?",
        folder.one, *source,
    )  # fmt: skip


@pytest.mark.parametrize("how", SWAPS)
def test_what_was_moved_or_changed_is_refused(folder: Folder, how: str) -> None:
    assert folder.value(0) == 1
    SWAPS[how](folder)
    with pytest.raises(StoreUntrusted if how != "rows that are gone" else StoreCorruption):
        folder.value(0)
    assert folder.value(0, folder.two) == 5


def test_blobs_of_one_size_that_were_exchanged_are_refused_and_put_aside(folder: Folder) -> None:
    one, two = folder.blob(2), folder.blob(3)
    first, second = one.read_bytes(), two.read_bytes()
    assert len(first) == len(second)
    one.write_bytes(second)
    with pytest.raises(StoreCorruption, match="quarantine"):
        folder.value(2)
    assert folder.value(3) == b"\2" * 100_000


def test_a_blob_that_was_changed_after_it_was_read_is_refused_also_where_its_time_was_set_back(folder: Folder) -> None:
    path = folder.blob(2)
    os.utime(path, ns=(1, 1))
    assert folder.value(2) == folder.value(2) == b"\1" * 100_000
    with open(path, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\7")
    os.utime(path, ns=(1, 1))
    with pytest.raises(StoreCorruption):
        folder.value(2)


@pytest.mark.parametrize("place", ["row", "blob", "blob with a matching digest", "graph"])
def test_a_forged_pickle_is_not_loaded(folder: Folder, tmp_path: Path, place: str) -> None:
    marker = tmp_path / "marker"
    forged = pickle.dumps(Marker(marker))
    if place == "row":
        folder.sql(f"UPDATE attempt SET value = ? WHERE node = 0 AND run = {OF}", forged, folder.one)
    elif place == "graph":
        folder.sql("UPDATE run SET graph = ? WHERE id = ?", forged, folder.one)
    elif place == "blob":
        folder.blob(2).write_bytes(forged)
    else:
        ref = Blobs(folder.root).write(forged)
        text = f"{ref.digest.hex()}:{ref.size}"
        assert blake3(Blobs(folder.root).path(ref).read_bytes()).digest() == ref.digest
        folder.sql(f"UPDATE attempt SET value = ? WHERE node = 2 AND run = {OF}", text, folder.one)
    with pytest.raises(StoreError):
        folder.value(0 if place in ("row", "graph") else 2)
    assert not marker.exists()


def test_a_copy_is_readable_with_the_key_that_signed_it_and_with_no_other(folder: Folder) -> None:
    assert folder.value(0) == 1
    key = key_path()
    kept = key.read_bytes()
    key.write_bytes(bytes(32))
    try:
        with pytest.raises(StoreUntrusted, match="key"):
            folder.value(0)
        with jf.open_store(folder.root) as opened:
            assert [(d.name, str(d.status)) for d in opened.dispatches()] == [("work", "COMPLETED")] * 2
    finally:
        key.write_bytes(kept)


# as text --------------------------------------------------------------------------------------------------


def test_without_trust_there_is_text(folder: Folder) -> None:
    with jf.open_store(folder.root) as opened:
        newest, oldest = opened.dispatches()
        assert (newest.id, oldest.id, newest.electrons) == (folder.two, folder.one, 5)
        nodes = opened.nodes(folder.one)
        assert [str(node.status) for node in nodes] == ["COMPLETED"] * 5
        assert nodes[0].stdout == "small 1\n"
        assert nodes[4].stdout.startswith("x" * 60_000)
        with pytest.raises(StoreUntrusted, match="trust=True"):
            opened.result(folder.one)


def test_without_trust_nothing_is_unpickled_and_nothing_written(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = pickle.dumps(Marker(tmp_path / "marker"))
    for statement in ("UPDATE run SET graph = ?, name = ?", "UPDATE attempt SET value = ?, stdout = ?"):
        folder.sql(statement, marker, marker)
    before = _state(folder.root)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, pytest.fail)
    with jf.open_store(folder.root) as opened:
        str(opened), repr(opened), [str(node) for d in opened.dispatches() for node in opened.nodes(d.id)]
    assert not (tmp_path / "marker").exists()
    assert _state(folder.root) == before


HOSTILE = [
    "UPDATE run SET name = x'ff00', status = 'x', created = 1e300, electrons = x'', error = 7",
    "UPDATE attempt SET status = -5, start = 9223372036854775807, failure = '[[[', stdout = '../../x:5', worker = 'x'",
    f"UPDATE attempt SET stdout = '{'00' * 32}:99999999999999', failure = '{'[' * 10_000}'",
    "UPDATE attempt SET failure = '[1, null, {}, [], 5]', stdout = x'1b5b324a', stderr = '\x9b2J'",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_without_trust_nothing_that_is_there_is_believed(folder: Folder, statement: str) -> None:
    folder.sql(statement)
    with jf.open_store(folder.root) as opened:
        told = str(opened) + "".join(str(node) for node in opened.nodes(folder.one))
    assert "\x1b" not in told
    assert "\x9b" not in told


def test_an_index_that_would_never_answer_is_given_up(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jupyter_flow.store.plain.STEPS", 100_000)
    with closing(sqlite3.connect(folder.root / "index.sqlite3")) as index:
        index.executescript(
            "DROP TABLE run; CREATE VIEW run AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS id, i AS name, i AS status, 1 AS electrons, 1 AS created, 1 AS ended, '' AS error, "
            "NULL AS parent, i AS serial FROM n;"
        )
    with pytest.raises(StoreCorruption, match="interrupted"):
        jf.open_store(folder.root).dispatches()


def test_what_is_no_store_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no index"):
        jf.open_store(tmp_path)


def _state(root: Path) -> dict[str, tuple[int, bytes]]:
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()}


# listing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["ls"], ["ls", "--json"], ["show", "ID", "--json"], ["show", "ID", "--logs"]])
def test_listing_unpickles_no_value(folder: Folder, arguments: list[str]) -> None:
    words = [folder.one if word == "ID" else word for word in arguments]
    code = (
        "import pickle, sys\nfrom jupyter_flow.cli import main\n"
        "def forbidden(*_, **__): raise RuntimeError('something was unpickled')\n"
        "import jupyter_flow.model.pickles as pickles\n"
        "pickle.loads = pickle.load = pickles.loads = forbidden\n"
        f"sys.exit(main({words!r}))"
    )
    assert ("small" if "--logs" in words else "work") in output(code, JUPYTER_FLOW_STORE=str(folder.root))
