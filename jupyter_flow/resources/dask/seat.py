"""One thread of a worker, working for one kernel, with a journal in the kernel's store where it sees that."""

import os
import secrets
import socket
from pathlib import Path
from typing import NamedTuple

from ...model.events import Record
from ...store.records import new_worker
from ...store.sealing import FAR, far_key
from ...store.sessions import place
from ...worker.entries import Opened
from ...worker.farrunner import Brought
from ...worker.journal import JournalWriter
from ...worker.messages import Member

NOBODY = Opened(0, 0.0, 0)  # a worker that is not ours may outlive its kernel


class Hello(NamedTuple):
    """Who works there."""

    number: int  # the store's
    host: str
    pid: int
    threads: int  # of its worker
    near: bool  # on the kernel's machine
    shares: bool  # the kernel's store
    journal: str | None  # what the names of its files begin with


class Seat:
    """A thread's."""

    def __init__(self, brought: Brought, threads: int) -> None:
        self.number = new_worker()
        near = bool(place()) and (socket.gethostname(), place()) == (brought.host, brought.place)
        self.journal: JournalWriter | None = None
        prefix = None
        shares = shared(brought)
        if near and shares:
            name = f"{FAR}{os.getpid()}-{secrets.token_hex(8)}"
            prefix = os.path.join(brought.journals, name)
            opened = None if brought.alone else NOBODY
            self.journal = JournalWriter(prefix, far_key(brought.key, name), self.number, opened)
        self.hello = Hello(self.number, socket.gethostname(), os.getpid(), threads, near, shares, prefix)

    def begin(self, run: int, member: Member, start: int) -> None:
        """A member begins."""
        if self.journal is not None:
            self.journal.started(run, member[0], member[1], start)

    def end(self, run: int, record: Record) -> None:
        """It has ended."""
        if self.journal is not None:
            self.journal.finished(run, record)

    def through(self) -> None:
        """So has its batch."""
        if self.journal is not None:
            self.journal.seal()


def shared(brought: Brought) -> bool:
    """Whether this is the store that the kernel has."""
    try:
        return Path(brought.journals, brought.sign).is_file()
    except OSError:
        return False
