"""The workers of a cluster that have worked for this kernel, as it sees them."""

import os
import signal
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from ...worker.entries import Finished, Started
from ...worker.journal import JournalReader, unlink_all
from ...worker.tree import kill_descendants
from .seat import Hello

REMEMBERED = 1000  # workers that have gone
SIGNALS = frozenset(signal.Signals)  # real-time signals have no names


class Desk:
    """One thread of a worker."""

    def __init__(self, address: str, hello: Hello, store: Any) -> None:
        self.address, self.hello, self._store = address, hello, store
        self._reader = JournalReader(hello.journal, hello.number) if hello.journal is not None else None

    @property
    def here(self) -> bool:
        """Whether it is the kernel's own process, as for a `LocalCluster(processes=False)`: nobody is to kill that."""
        return self.hello.near and self.hello.pid == os.getpid()

    @property
    def obeys(self) -> bool:
        """Whether signals of the kernel reach it: it is on its machine, and not another user's."""
        if not self.hello.near:
            return False
        try:
            os.kill(self.hello.pid, 0)
        except PermissionError:
            return False
        except ProcessLookupError:
            return True  # it is gone, and that will be seen
        return True

    @property
    def exact(self) -> bool:
        """Whether all that it begins is written where the kernel finds it."""
        return self._reader is not None

    def read(self) -> list[Started | Finished]:
        """What it has written since the last look."""
        if self._reader is None:
            return []
        found = [entry for entry in self._reader.read() if isinstance(entry, Started | Finished)]
        through = self._reader.through()
        if through:
            self._store.then(lambda: unlink_all(through))
        return found

    def close(self, keep: bool = False) -> None:
        """It has gone; so do its files, once all that they told is on disk elsewhere, unless they are kept."""
        if self._reader is not None:
            self._reader.close()
            if not keep:
                with suppress(Exception):
                    self._store.then(self._reader.remove)

    # its process --------------------------------------------------------------------------------

    def freeze(self) -> bool:
        """Stop it in its tracks, so that what it runs can be looked at before it is killed. False: it is gone."""
        try:
            os.kill(self.hello.pid, signal.SIGSTOP)
            end = time.monotonic() + 0.05
            process = psutil.Process(self.hello.pid)
            while process.status() != psutil.STATUS_STOPPED and time.monotonic() < end:
                time.sleep(0.0002)
        except (ProcessLookupError, psutil.Error):
            return False
        return True

    def thaw(self) -> None:
        """Let it go on."""
        with suppress(ProcessLookupError):
            os.kill(self.hello.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Kill it, and what it started; its nanny starts another one."""
        kill_descendants(self.hello.pid)
        with suppress(ProcessLookupError):
            os.kill(self.hello.pid, signal.SIGKILL)


class Desks:
    """All of them, by their numbers."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.known: dict[int, Desk] = {}
        self._past: OrderedDict[int, Desk] = OrderedDict()

    def met(self, address: str, hello: Hello) -> None:
        """Somebody works for this kernel from now on."""
        self.known[hello.number] = Desk(address, hello, self._store)

    def left(self, addresses: Callable[[str], bool]) -> None:
        """Workers have gone: all that they wrote has been read."""
        for number in [number for number, desk in self.known.items() if addresses(desk.address)]:
            desk = self._past[number] = self.known.pop(number)
            desk.close()
        while len(self._past) > REMEMBERED:
            self._past.popitem(last=False)

    def find(self, number: int) -> Desk | None:
        """One that works, or did not long ago."""
        return self.known.get(number) or self._past.get(number)

    @property
    def exact(self) -> bool:
        """Whether all of them write down what they begin where the kernel finds it."""
        return all(desk.exact for desk in self.known.values())

    @property
    def pids(self) -> list[int]:
        """Their processes, as far as they are this machine's."""
        return sorted({desk.hello.pid for desk in list(self.known.values()) if desk.hello.near})

    def close(self, keep: bool) -> None:
        """The connection ends."""
        for desk in self.known.values():
            desk.close(keep)
        self.known.clear()


def told(folder: str, pid: int) -> str:
    """How a worker of the session's own cluster ended; empty while nobody knows."""
    try:
        code = int(Path(folder, f"{pid}.exit").read_text())
    except (OSError, ValueError):
        return ""
    if code >= 0:
        return f"exited with code {code} while it ran"
    return f"was killed by {signal.Signals(-code).name if -code in SIGNALS else f'signal {-code}'}"
