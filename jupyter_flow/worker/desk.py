"""Where one thread of a pool puts what its electrons print: files, so that they are read while an electron runs.

In the main thread of a process that is not the kernel, descriptors 1 and 2 are these files while an electron runs:
output of C code and of subprocesses is there too, and a crash leaves its traceback. Where threads share a process, as
in pools of threads and in Dask's workers, only what Python prints is the electron's.
"""

import faulthandler
import fcntl
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..model.vault import VAULT
from ..store.location import private_folder
from ..store.records import new_worker
from . import capture
from .orders import Home, Worker
from .shown import Shown


class Printing:
    """A text stream into a file, without secrets."""

    def __init__(self, file: int) -> None:
        self.file = file

    def write(self, text: str) -> int:
        """Write, at once: whoever looks on sees it."""
        data = (VAULT.masked(text) if VAULT.needles else text).encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(self.file, data) :]
        return len(text)

    def getvalue(self) -> str:
        """All of it."""
        return self.content().decode("utf-8", "backslashreplace")

    def content(self) -> bytes:
        """All of it, as it is."""
        return os.pread(self.file, os.fstat(self.file).st_size, 0)

    def clear(self) -> None:
        """Begin anew."""
        if os.fstat(self.file).st_size:
            os.ftruncate(self.file, 0)


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
            with _descriptors([stream.file for stream in self.streams] if self.alone else []):
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
            os.close(stream.file)


def _file(prefix: str, suffix: str) -> int:
    if not prefix:
        with tempfile.TemporaryFile() as file:
            fcntl.fcntl(file, fcntl.F_SETFL, os.O_RDWR | os.O_APPEND)  # it is emptied while others write to it
            return os.dup(file.fileno())
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(f"{prefix}.{suffix}", flags, 0o600)


@contextmanager
def _descriptors(files: list[int]) -> Iterator[None]:
    """Have the process's own stdout and stderr be these files."""
    if not files:
        yield
        return
    _flush()
    before = [os.dup(descriptor) for descriptor in (1, 2)]
    for file, descriptor in zip(files, (1, 2), strict=True):
        os.dup2(file, descriptor)
    faulthandler.enable(file=2)
    try:
        yield
    finally:
        _flush()
        for kept, descriptor in zip(before, (1, 2), strict=True):
            os.dup2(kept, descriptor)
            os.close(kept)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):  # whatever the user's code put there, or none
            stream.flush()  # type: ignore[union-attr]
