"""What goes to a worker of somebody else's pool, one electron at a time, and what comes back. All of it is pickled."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..model.events import BlobRef, Record, Value
from ..model.graph import MIXED, OUTPUT
from ..model.vault import Shipment
from ..store.blobs import Durability
from .messages import Code, Member, Setup

Contents = tuple[bytes, list[bytes]]  # of a blob: the pickle, and its buffers


class Home(NamedTuple):
    """Where the orders of a session come from, and what its workers find there if they see the same files."""

    session: str
    root: str  # the store
    durability: Durability
    token: str  # a file in the folder that has a random content, which is known by this
    folder: str  # for claims, and for what is printed while electrons run
    host: str
    kernel: int  # its process,
    group: int  # and that one's group: interrupts reach all of it
    owned: bool  # the session made the pool: its processes end with the kernel


class Order(NamedTuple):
    """One electron to run."""

    number: int  # nobody has it twice
    shared: bool  # it is sent to who sees the store, and begins with a claim
    home: Home
    run: int
    member: Member
    setup: Setup | None  # where the worker may have met the dispatch
    code: Code | None  # the same for the version
    values: dict[int, Value]
    carried: dict[BlobRef, Contents]  # blobs for a worker that cannot see the store
    vault: Shipment | None
    note: str  # what the electron is told on its stderr


class Worker(NamedTuple):
    """One that ran something: the thread of a process. number: the store's."""

    number: int
    kind: str  # process, or thread where the process has several
    host: str
    pid: int
    name: str


class Begun(NamedTuple):
    """What a worker says in the claim of an order: it has begun. desk: where it writes what is printed."""

    worker: Worker
    start: int
    desk: str


class Answer(NamedTuple):
    """What comes of an order. Without a record nothing has run."""

    worker: Worker
    shares: bool  # it sees the store
    record: Record | None = None
    lacks: bool = False  # it has not met the code, or cannot see a value: send all of it
    carried: Mapping[BlobRef, Contents] = {}  # blobs it could not write to the store


def refs_in(member: Member, values: Mapping[int, Value], code: Code | None) -> set[BlobRef]:
    """The blobs that running this takes."""
    _, _, _, kind, call = member
    found: list[Any] = [*values.values()]
    if kind == MIXED:
        found += [item.data for tag, item in zip(call[0], call[1], strict=True) if tag and tag != OUTPUT]
    if code is not None:
        found.append(code.code)
    return set(_refs(found))


def _refs(values: Iterable[Any]) -> Iterator[BlobRef]:
    return (value for value in values if isinstance(value, BlobRef))
