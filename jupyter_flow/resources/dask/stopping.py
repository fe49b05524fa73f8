"""Stopping what runs on a cluster: Dask itself only stops what has not begun."""

import logging
import threading
from typing import Any

from ...worker.tree import kill_descendants
from ..base import Work
from .book import Book
from .connection import Connection
from .desks import Desk, Desks
from .handed import Handed

LOG = logging.getLogger("jupyter_flow")


class Stopper:
    """Takes back what was not begun, and kills workers for what they run. On the resource's thread."""

    def __init__(self, book: Book, desks: Desks) -> None:
        self._book, self._desks = book, desks
        self.connection: Connection | None = None

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """These (node, attempt) are not wanted any more; what their batches have besides goes on, or elsewhere."""
        self._book.read()
        for handed in self._book.of(work):
            if attempts.isdisjoint(handed.members.items()):
                continue
            if handed.current is not None:
                self.kill_if(handed, attempts)
            else:
                self._recall(handed, attempts)

    def _recall(self, handed: Handed, attempts: frozenset[tuple[int, int]]) -> None:
        """Nothing of it is to begin; what else it has goes elsewhere as soon as that is certain."""
        if self.connection is not None:
            self.connection.recall(handed.key)
        if attempts.issuperset(handed.members.items()):
            self._book.withdraw(handed)

    def kill_if(self, handed: Handed, attempts: frozenset[tuple[int, int]] | None = None) -> None:
        """Kill a worker if it runs one of these (None: what it was last known to run) at this very moment."""
        desk = self._desks.known.get(handed.number)
        if desk is None or desk.hello.threads > 1 or desk.here or handed.current is None:
            return
        wanted = frozenset([handed.current[:2]]) if attempts is None else attempts
        if self._in_company(handed, desk, wanted):
            return
        if not desk.obeys:
            if _runs(handed, wanted):
                self._from_afar(desk)
        elif desk.freeze():
            self._book.read()
            if _runs(handed, wanted):
                desk.kill()
            else:
                desk.thaw()

    def _in_company(self, handed: Handed, desk: Desk, wanted: frozenset[tuple[int, int]]) -> bool:
        """Whether its process runs others that go on: an electron may leave its thread while it waits for Dask."""
        others = [one for one in self._book.handed.values() if one is not handed and one.current is not None]
        near = [one for one in others if (other := self._desks.known.get(one.number)) and other.address == desk.address]
        return any(one.claim.work is not handed.claim.work or not _runs(one, wanted) for one in near)

    def _from_afar(self, desk: Desk) -> None:
        """The nanny of a worker on another machine, or of another user, or else that worker itself, is to kill it."""
        assert self.connection is not None
        target = (self.connection.client, desk.address, desk.hello.pid)
        threading.Thread(target=_kill_there, args=target, name="jupyter-flow-kill", daemon=True).start()


def _runs(handed: Handed, wanted: frozenset[tuple[int, int]]) -> bool:
    return handed.current is not None and handed.current[:2] in wanted


def _kill_there(client: Any, address: str, pid: int) -> None:
    for nanny in (True, False):
        try:
            client.run(end_worker, pid, workers=[address], nanny=nanny, wait=nanny)
            return
        except Exception:
            LOG.debug("the worker %s could not be killed (by its nanny: %s)", address, nanny, exc_info=True)


def end_worker(pid: int) -> None:
    """Kill a worker, and what it has started, on its machine."""
    import os
    import signal

    kill_descendants(pid)
    os.kill(pid, signal.SIGKILL)
