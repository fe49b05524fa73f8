"""Where one thread of a pool puts what its electrons print: files, so that they are read while an electron runs.

In the main thread of a process that is not the kernel, descriptors 1 and 2 are these files while an electron runs:
output of C code and of subprocesses is there too, and a crash leaves its traceback. Where threads share a process, as
in pools of threads and in Dask's workers, only what Python prints is the electron's.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ..model.vault import VAULT
from ..store.location import private_folder
from ..store.records import new_worker
from . import capture, printing
from .orders import Home, Worker
from .printing import Printing
from .shown import Shown


class Desk:
    """The files of one thread; without a folder that others see, files without names."""

    def __init__(self, home: Home, host: str, shares: bool, alone: bool) -> None:
        self.folder, self.alone = home.folder, alone
        thread = threading.current_thread().name
        name = f"{host}:{os.getpid()}" if alone else f"{host}:{os.getpid()} {thread}"
        self.worker = Worker(new_worker(), "process" if alone else "thread", host, os.getpid(), name)
        self.prefix = os.path.join(home.folder, f"{self.worker.number:x}") if shares else ""
        if shares:
            private_folder(Path(home.folder))
        self.streams = [Printing(_file(self.prefix, suffix)) for suffix in ("out", "err")]
        self.shown = Shown(f"{self.prefix}.shown" if shares else None)

    @contextmanager
    def taken(self, owner: tuple[int, int, int], note: str) -> Iterator[capture.Streams]:
        """An electron (run, node, attempt) runs here: the streams it writes to."""
        for stream in self.streams:
            stream.clear()
        self.shown.owner = owner
        streams: capture.Streams = [*self.streams, self.shown, None]
        if note:
            capture.note(streams, note)
        try:
            with printing.descriptors([stream.file for stream in self.streams]) if self.alone else nullcontext():
                yield streams
        finally:
            self.shown.owner = None

    def printed(self) -> tuple[bytes, bytes, bytes | None]:
        """stdout, stderr and displays of the electron that has ended. Nothing of it stays."""
        stdout, stderr = (VAULT.masked_bytes(stream.content()) for stream in self.streams)
        for stream in self.streams:
            stream.clear()
        shown = self.shown.take()
        return stdout, stderr, shown and VAULT.masked_bytes(shown)

    def close(self) -> None:
        """Let go of the files."""
        for stream in self.streams:
            stream.close()


def _file(prefix: str, suffix: str) -> int:
    if not prefix:
        return printing.unnamed()
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(f"{prefix}.{suffix}", flags, 0o600)
