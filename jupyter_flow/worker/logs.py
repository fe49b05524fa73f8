"""The output of electrons in a worker process: everything written to its descriptors 1 and 2.

They are files, so output of Python, of C code and of subprocesses lands there alike, and survives a
crash; a segfault's traceback does too. A worker runs one electron at a time, so an electron's output is
a slice of the file.
"""

import faulthandler
import io
import os
import sys
from contextlib import suppress
from typing import Any

from ..model.errors import StoreFull
from ..model.vault import VAULT
from ..store.blobs import FULL
from . import cstdio
from .descriptors import MARKS, Kept
from .payload import LONGEST_INLINE
from .remarks import REMARK

LONGEST = 64 * 1024 * 1024  # bytes; a longer log starts anew between two electrons
SUFFIXES = ("out", "err")
WHOLE = (True, True)
UNMENDED = "unmended"  # of a file that says: secrets may be in the log, which nobody has looked through since


class Logs:
    """The two files of this process."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._ends: tuple[int, int] | None = None  # if the electron before has printed nothing
        self._files = {descriptor: self._placed(descriptor) for descriptor in (1, 2)}
        self._open()
        cstdio.by_lines()
        faulthandler.enable(file=2)

    def _placed(self, descriptor: int) -> Kept:
        """Have a descriptor be its file."""
        path = f"{self._prefix}.{SUFFIXES[descriptor - 1]}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        if file == descriptor:  # it was closed
            os.set_inheritable(descriptor, True)
        else:
            os.dup2(file, descriptor)
            os.close(file)
        return Kept(descriptor, MARKS[descriptor])

    def _open(self) -> None:
        folder = os.path.dirname(self._prefix)
        sys.stdout = self.stdout = _text(1, folder)
        sys.stderr = self.stderr = _text(2, folder)
        sys.__stdout__, sys.__stderr__ = self.stdout, self.stderr  # type: ignore[misc]

    def begin(self) -> None:
        """A batch begins. Threads that electrons have left may have printed since the one before."""
        self._ends = None

    def position(self) -> tuple[int, int]:
        """Where the output of what starts now begins, in bytes."""
        if self._ends is not None:
            return self._ends
        at = os.lseek(1, 0, os.SEEK_END), os.lseek(2, 0, os.SEEK_END)
        if max(at) > LONGEST:
            os.ftruncate(1, 0)
            os.ftruncate(2, 0)
            return 0, 0
        return at

    def since(self, position: tuple[int, int]) -> tuple[bytes, bytes]:
        """What has been written since: stdout and stderr."""
        for descriptor in (1, 2):
            if self._files[descriptor].gone():  # the electron closed it, or put another in its place, which is not ours
                self._files[descriptor] = self._placed(descriptor)
        self._restore()
        out, err = os.lseek(1, 0, os.SEEK_END), os.lseek(2, 0, os.SEEK_END)
        if out <= position[0] and err <= position[1]:
            self._ends = out, err
            return b"", b""
        self._ends = None
        return _slice(1, position[0], out), _slice(2, position[1], err)

    def lost(self) -> bytes:
        """What is to be said where there was no space for some of it, once."""
        if self.stdout.log.full is self.stderr.log.full is None:
            return b""
        self._ends = None
        errors = [log.full for log in (self.stdout.log, self.stderr.log) if log.full is not None]
        self.stdout.log.full = self.stderr.log.full = None
        return f"{REMARK}some of what it printed is lost: {errors[0]}\n".encode()

    def blot(self, position: tuple[int, int], *texts: bytes) -> None:
        """Overwrite the secrets in what `since` gave."""
        for suffix, start, text in zip(SUFFIXES, position, texts, strict=True):
            _overwrite(f"{self._prefix}.{suffix}", start, text)

    def meets_secrets(self) -> None:
        """From now on a subprocess may print one."""
        with suppress(FileExistsError):
            os.close(os.open(f"{self._prefix}.{UNMENDED}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def _restore(self) -> None:
        if sys.stdout is not self.stdout or sys.stderr is not self.stderr:
            _flush(sys.stdout)
            _flush(sys.stderr)
            sys.stdout, sys.stderr = self.stdout, self.stderr
        whole = _flush(self.stdout), _flush(self.stderr)
        cstdio.flush()
        if whole != WHOLE and (self.stdout.closed or self.stderr.closed):
            self._open()


class _Log(io.FileIO):
    """A log that drops what there is no space for: kept in a buffer, it would come out of the next electron."""

    def __init__(self, descriptor: int, folder: str) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self.full: StoreFull | None = None
        self._folder = folder

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in FULL:
                raise
            told = (
                f"No space left for what it prints, in {self._folder}: {error.strerror}. Free some, and run it again."
            )
            self.full = StoreFull(told)
            return len(data)


class _Stream(io.TextIOWrapper):
    """Writes no secret: what C code and subprocesses write is mended when the electron has ended."""

    def __init__(self, log: _Log) -> None:
        super().__init__(io.BufferedWriter(log), "utf-8", "backslashreplace", line_buffering=True)
        self.log = log

    def write(self, text: str) -> int:
        """Raises StoreFull."""
        if VAULT.needles and isinstance(text, str):
            super().write(VAULT.masked(text))
        else:
            super().write(text)
        if self.log.full is not None:
            raise self.log.full
        return len(text)


def mend(prefix: str) -> None:
    """Overwrite the secrets in the log of a worker that writes no more: its electron has not come to its end."""
    mark = f"{prefix}.{UNMENDED}"
    if not os.path.exists(mark):
        return
    for suffix in SUFFIXES:
        with open(f"{prefix}.{suffix}", "rb") as file:
            text = file.read()
        _overwrite(f"{prefix}.{suffix}", 0, text)
    os.unlink(mark)


def _overwrite(log: str, start: int, text: bytes) -> None:
    same = VAULT.masked_bytes(text, same=True)
    if same != text:
        with open(log, "r+b") as file:
            file.seek(start)
            file.write(same)


def mended(prefix: str) -> bool:
    """Whether no secret can be in a log any more."""
    return not os.path.exists(f"{prefix}.{UNMENDED}")


def printed(prefix: str, stream: str, start: int, most: int = LONGEST_INLINE) -> bytes | None:
    """What a worker has written to its `out` or `err` from there on; of much of it the end, which says most."""
    try:
        with open(f"{prefix}.{stream}", "rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(start, end - most))
            return log.read(most) or None
    except OSError:
        return None


def _text(descriptor: int, folder: str) -> _Stream:
    return _Stream(_Log(descriptor, folder))


def _flush(stream: Any) -> bool:
    """Whether that can be done: of a stream that was closed it cannot."""
    try:
        stream.flush()
    except Exception:  # whatever the user's code put there
        return False
    return True


def _slice(descriptor: int, start: int, end: int) -> bytes:
    return os.pread(descriptor, end - start, start) if end > start else b""
