"""Files that descriptors 1 and 2 of a process are while an electron runs there, in processes that are not only ours.

Output of C code and of subprocesses lands there, and is read while an electron runs.
"""

import faulthandler
import fcntl
import functools
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ..model.vault import VAULT
from . import cstdio

BESIDE: list[int | None] = [None, None]  # where those write meanwhile who are no electron, if it is not there


class Printing:
    """A text stream into a file, without secrets. The file is closed when nobody has the stream any more."""

    def __init__(self, file: int) -> None:
        self._file = os.fdopen(file, "wb", 0)
        self.file = file

    def write(self, text: str) -> int:
        """Write, at once: whoever looks on sees it."""
        data = (VAULT.masked(text) if VAULT.needles else text).encode("utf-8", "backslashreplace")
        put(self.file, data)
        return len(text)

    def getvalue(self) -> str:
        """All of it."""
        return self.content().decode("utf-8", "backslashreplace")

    def content(self, most: int | None = None) -> bytes:
        """All of it, as it is, or its end."""
        cstdio.flush()
        size = self.size
        start = max(0, size - most) if most is not None else 0
        return os.pread(self.file, size - start, start) if size else b""

    @property
    def size(self) -> int:
        """In bytes."""
        return os.fstat(self.file).st_size

    def clear(self) -> None:
        """Begin anew."""
        if self.size:
            os.ftruncate(self.file, 0)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def put(file: int, data: bytes) -> None:
    """Write all of it."""
    while data:
        data = data[os.write(file, data) :]


def unnamed() -> int:
    """A file that nobody else finds, in memory where there is such a thing: on a disk it would outlast a crash."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("jupyter_flow")
    else:
        with tempfile.TemporaryFile() as temporary:
            file = os.dup(temporary.fileno())
    fcntl.fcntl(file, fcntl.F_SETFL, os.O_RDWR | os.O_APPEND)  # it is emptied while others write to it
    return file


@contextmanager
def descriptors(files: Sequence[int]) -> Iterator[None]:
    """Have the process's own stdout and stderr be these files, and a crash's traceback go there."""
    flush()
    before = [os.dup(descriptor) for descriptor in (1, 2)]
    attach(files)
    faulthandler.enable(file=2)
    try:
        yield
    finally:
        flush()
        attach(before)
        for kept in before:
            os.close(kept)


@contextmanager
def among_others(files: Sequence[int]) -> Iterator[None]:
    """The same in a process that others use as well: what they print in Python goes where it always went.

    So does a crash's traceback, if it went there before. Raises OSError where the process has no stdout or stderr.
    """
    kept = _aside()
    flush()
    for descriptor, file in zip((1, 2), kept, strict=True):
        os.dup2(descriptor, file, inheritable=False)
    crashes = faulthandler.is_enabled()
    BESIDE[:] = kept
    attach(files)
    if crashes:
        faulthandler.enable(file=kept[1])
    try:
        yield
    finally:
        cstdio.flush()
        attach(kept)
        BESIDE[:] = [None, None]
        if crashes:
            faulthandler.enable(file=2)


@functools.cache
def _aside() -> list[int]:
    """Two descriptors that are never closed: whoever is about to write there is not to meet another file."""
    return [os.dup(descriptor) for descriptor in (1, 2)]


def attach(files: Sequence[int]) -> None:
    """Have descriptors 1 and 2 be these."""
    for file, descriptor in zip(files, (1, 2), strict=True):
        os.dup2(file, descriptor)


def flush() -> None:
    """Have all that was printed be written."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):  # whatever the user's code put there, or none
            stream.flush()  # type: ignore[union-attr]
    cstdio.flush()
