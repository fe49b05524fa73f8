"""The rows of the store, as values."""

import os
import re
from typing import NamedTuple

from ..model.events import STATUS_OF, Origin, Record, Value
from ..model.status import Status

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)


def valid(id: str) -> bool:
    """Whether this can be a dispatch's id, and with it the name of a folder."""
    return ID.fullmatch(id) is not None


def new_worker() -> int:
    """A number for a worker: nobody has it, in any kernel."""
    return int.from_bytes(os.urandom(8), "big") >> 2 | 1


class Run(NamedTuple):
    """A dispatch that begins. Times are nanoseconds since the epoch."""

    id: str
    root: str  # the top-level dispatch it belongs to; its own id when it is one
    parent: str | None  # the dispatch whose node it is, for a sublattice
    parent_node: int | None
    name: str
    created: int
    electrons: int
    graph: Value


class RunRow(NamedTuple):
    """A dispatch as it is recorded; status is one of the small integers of ``model.events``."""

    serial: int
    id: str
    root: str
    parent: str | None
    parent_node: int | None
    session: str
    name: str
    status: int
    created: int
    started: int  # 0: not yet
    ended: int  # 0: not yet
    electrons: int
    graph: Value
    error: str | None
    attempts: int | None  # rows it had when it ended

    @property
    def state(self) -> Status:
        """The status by its public name."""
        return STATUS_OF[self.status]


class WorkerRow(NamedTuple):
    """Something that ran electrons."""

    number: int
    session: str
    resource: str
    kind: str  # process, thread, ...
    host: str
    pid: int
    name: str


class Made(NamedTuple):
    """A value for the cache: the attempt of a run that made it, and what it was made from."""

    key: bytes
    node: int
    attempt: int
    name: str  # of the electron
    parts: str  # what the key is made of, to tell later what has changed


class Cached(NamedTuple):
    """A value of the cache."""

    key: bytes
    origin: Origin
    name: str
    parts: str
    record: Record | None  # None where only the pointer was asked for


class SessionRow(NamedTuple):
    """A kernel, or another process, that opened the store to write."""

    id: str
    host: str
    place: str  # which boot and which process namespace the pid means something in
    pid: int
    started: int  # the process's start, in its system's own count; 0 where unknown
