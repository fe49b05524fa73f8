"""Values of workers that do not see the kernel's store: where they lie, how they travel, how long they stay."""

import threading
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest
from dask.sizeof import sizeof
from distributed.protocol import deserialize, serialize

from jupyter_flow.model.errors import StoreCorruption
from jupyter_flow.model.events import COMPLETED, FAILED, BlobRef, Failure, Record
from jupyter_flow.resources.base import Claim, Services
from jupyter_flow.resources.dask import shelf as shelves
from jupyter_flow.resources.dask.book import Book
from jupyter_flow.resources.dask.depot import Depot, failed
from jupyter_flow.resources.dask.desks import Desks
from jupyter_flow.resources.dask.relay import PIECE, RelayedBlobs, SharedBlobs, Unreachable, pieces
from jupyter_flow.resources.dask.seat import Hello
from jupyter_flow.resources.dask.shelf import Shelf
from jupyter_flow.resources.dask.token import Token
from jupyter_flow.store.blobs import Blobs

DATA = bytes(range(256)) * 1000


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def store(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "store")


def token(shelf: Shelf, data: bytes = DATA) -> tuple[Token, BlobRef]:
    ref = shelf.write(data)
    return Token({3: ref}, [ref], shelf, shelf.taken()), ref


# on a worker ------------------------------------------------------------------------------------


def test_a_file_is_on_the_shelf_as_long_as_a_token_holds_it(shelf: Shelf) -> None:
    one, ref = token(shelf)
    other, same = token(shelf)
    assert ref == same
    del one
    assert bytes(shelf.read(ref)[0]) == DATA
    del other
    assert not shelf.path(ref).exists()


def test_dask_is_told_the_size_of_what_there_is_to_move(shelf: Shelf) -> None:
    made, ref = token(shelf)
    assert ref.size < sizeof(made) < ref.size + 1000
    assert sizeof(Token({3: ref})) < 1000


def test_a_token_that_travels_brings_its_files(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Shelf(tmp_path / "other")
    monkeypatch.setattr(shelves, "here", lambda: other)
    made, ref = token(shelf)
    head, frames = serialize(made, context={"recipient": "somebody"})
    del made
    arrived = deserialize(head, frames)
    assert (arrived.values, bytes(other.read(ref)[0])) == ({3: ref}, DATA)
    del arrived
    assert not other.path(ref).exists()


def test_a_token_that_dask_puts_on_disk_leaves_its_files_where_they_are(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "here", lambda: shelf)
    made, ref = token(shelf)
    head, frames = serialize(made)
    assert sum(map(len, frames)) < 1000
    del made
    again = deserialize(head, frames)
    assert (again.values, again.refs, bytes(shelf.read(ref)[0])) == ({3: ref}, [ref], DATA)


def asked(store: Blobs, sizes: list[int]) -> Any:
    """A scheduler that asks a kernel with this store."""

    def ask(what: str, kernel: str, digest: bytes, at: int, size: int) -> bytes:
        sizes.append(size)
        return Depot(store).give(digest, at, size)

    return ask


def test_what_only_the_kernel_has_comes_once_and_piece_by_piece(shelf: Shelf, store: Blobs) -> None:
    ref = store.write(bytes(2 * PIECE))
    sizes: list[int] = []
    blobs = RelayedBlobs(shelf, asked(store, sizes), "kernel")
    assert bytes(blobs.read(ref)[0]) == bytes(blobs.read(ref)[0]) == bytes(2 * PIECE)
    assert (max(sizes), sum(sizes)) == (PIECE, ref.size)


def test_a_damaged_file_is_fetched_again_and_a_value_that_nobody_has_is_said_to_be(shelf: Shelf, store: Blobs) -> None:
    ref, sizes = store.write(DATA), list[int]()
    blobs = RelayedBlobs(shelf, asked(store, sizes), "kernel")
    blobs.read(ref)
    shelf.path(ref).write_bytes(b"x" * ref.size)
    assert bytes(blobs.read(ref)[0]) == DATA
    with pytest.raises(Unreachable):
        blobs.read(BlobRef(bytes(32), 10))


def test_a_worker_that_sees_the_store_reads_from_its_shelf_what_is_not_there_yet(shelf: Shelf, store: Blobs) -> None:
    ref = shelf.write(DATA)
    blobs = SharedBlobs(store, shelf)
    assert bytes(blobs.read(ref)[0]) == DATA
    shelf.drop(shelf.taken())
    with pytest.raises(StoreCorruption):
        blobs.read(ref)


# in the kernel ----------------------------------------------------------------------------------


def taken(depot: Depot, refs: list[BlobRef], pull: Any) -> Failure | None:
    """Why they were not taken."""
    told: SimpleQueue[Failure | None] = SimpleQueue()
    depot.take(refs, pull, told.put)
    outcome = told.get(timeout=30)
    depot.close()
    return outcome


def test_the_kernel_takes_copies_piece_by_piece(shelf: Shelf, store: Blobs) -> None:
    ref = shelf.write(bytes(2 * PIECE))
    sizes: list[int] = []

    def pull(digest: bytes, at: int, size: int) -> bytes:
        sizes.append(size)
        return shelf.piece(digest, at, size)

    depot = Depot(store)
    record = Record(0, 1, COMPLETED, 1, 2, 3, ref, b"out")
    assert depot.missing(record) == [ref]
    assert taken(depot, [ref], pull) is None
    assert depot.missing(record) == []
    assert bytes(store.read(ref)[0]) == bytes(2 * PIECE)
    assert (max(sizes), sum(sizes)) == (PIECE, ref.size)


@pytest.mark.parametrize(("error", "kind"), [(OSError("no worker has it any more"), "worker_lost"), (None, "store")])
def test_what_does_not_come_or_is_something_else_is_a_failure(store: Blobs, error: Exception | None, kind: str) -> None:
    def pull(digest: bytes, at: int, size: int) -> bytes:
        if error:
            raise error
        return bytes(size)

    ref = BlobRef(bytes(32), 10)
    failure = taken(Depot(store), [ref], pull)
    assert failure is not None
    assert failure.kind == kind
    assert not store.path(ref).exists()
    record = failed(Record(0, 1, COMPLETED, 1, 2, 3, ref, b"out", ref), failure)
    assert (record.value, record.stdout, record.stderr, record.failure) == (None, b"out", None, failure)


def test_pieces_cover_all_of_a_value() -> None:
    ref = BlobRef(bytes(32), PIECE + 1)
    assert [len(piece) for piece in pieces(ref, lambda digest, at, size: bytes(size))] == [PIECE, 1]


class Far:
    """One electron on a worker that does not see the store, as the kernel keeps it. pull: brings pieces."""

    def __init__(self, store: Blobs, folder: Path, pull: Any) -> None:
        self.told: list[Record] = []
        self.board: SimpleQueue[Any] = SimpleQueue()
        work = SimpleNamespace(number=1, finished=self.told.extend)
        claim: Any = Claim(work, None, [(0, 1, 0, 0, ())], 1, False)
        queue: Any = SimpleNamespace(lock=threading.Lock())
        services: Any = Services(queue, SimpleNamespace(blobs=store), str(folder), None)
        desks = Desks(services.store)
        desks.met("tcp://far:1", Hello(7, "far", 1, 1, near=False, shares=False, journal=None))
        self.book = Book(services, "dask", False, desks, self.board.put)
        self.book.connection = SimpleNamespace(pull=pull)
        self.handed = self.book.add("jf-1", claim)

    def ends(self, record: Record) -> None:
        """Word of its end has come."""
        self.book.ended(record, self.handed, ended := {})
        self.book.tell(ended)


def test_a_value_made_far_away_counts_once_the_kernel_has_a_copy_and_not_before(store: Blobs, shelf: Shelf) -> None:
    gate = threading.Event()

    def pull(key: str, worker: str, digest: bytes, at: int, size: int) -> bytes:
        gate.wait(30)
        return shelf.piece(digest, at, size)

    far, ref = Far(store, shelf.root, pull), shelf.write(DATA)
    far.ends(Record(0, 1, COMPLETED, 1, 2, 7, ref))
    assert (far.told, store.path(ref).exists()) == ([], False)
    gate.set()
    far.board.get(timeout=30)()
    assert [record.status for record in far.told] == [COMPLETED]
    shelf.drop(shelf.taken())  # the worker is gone
    assert bytes(store.read(ref)[0]) == DATA


def test_a_value_that_is_lost_before_the_kernel_has_a_copy_never_was(store: Blobs, shelf: Shelf) -> None:
    def pull(*_: Any) -> bytes:
        raise OSError("no worker has it any more")

    far, ref = Far(store, shelf.root, pull), shelf.write(DATA)
    far.ends(Record(0, 1, COMPLETED, 1, 2, 7, ref))
    far.board.get(timeout=30)()
    (record,) = far.told
    assert record.status == FAILED
    assert record.failure is not None
    assert "was lost before it was in the kernel's store" in record.failure.message
