"""The output of electrons in a worker process: everything written to its descriptors 1 and 2.

They are files, so output of Python, of C code and of subprocesses lands there alike, and survives a
crash; a segfault's traceback does too. A worker runs one electron at a time, so an electron's output is
a slice of the file.
"""

import faulthandler
import io
import os
import sys

from ..model.vault import VAULT
from .payload import LONGEST_INLINE

LONGEST = 64 * 1024 * 1024  # bytes; a longer log starts anew between two electrons


class Logs:
    """The two files of this process."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        for descriptor, suffix in ((1, "out"), (2, "err")):
            file = os.open(f"{prefix}.{suffix}", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            os.dup2(file, descriptor)
            os.close(file)
        self._open()
        faulthandler.enable(file=2)

    def _open(self) -> None:
        sys.stdout = self.stdout = _text(1)
        sys.stderr = self.stderr = _text(2)
        sys.__stdout__, sys.__stderr__ = self.stdout, self.stderr  # type: ignore[misc]

    def position(self) -> tuple[int, int]:
        """Where the output of what starts now begins, in bytes."""
        at = os.lseek(1, 0, os.SEEK_END), os.lseek(2, 0, os.SEEK_END)
        if max(at) > LONGEST:
            os.ftruncate(1, 0)
            os.ftruncate(2, 0)
            return 0, 0
        return at

    def since(self, position: tuple[int, int]) -> tuple[bytes, bytes]:
        """What has been written since: stdout and stderr."""
        self._restore()
        return _slice(1, position[0]), _slice(2, position[1])

    def blot(self, position: tuple[int, int], *texts: bytes) -> None:
        """Overwrite the secrets in what `since` gave."""
        for suffix, start, text in zip(("out", "err"), position, texts, strict=True):
            same = VAULT.masked_bytes(text, same=True)
            if same != text:
                with open(f"{self._prefix}.{suffix}", "r+b") as file:
                    file.seek(start)
                    file.write(same)

    def _restore(self) -> None:
        for stream in (sys.stdout, sys.stderr, self.stdout, self.stderr):
            try:
                stream.flush()
            except Exception:  # whatever the user's code put there
                continue
        if self.stdout.closed or self.stderr.closed:
            self._open()
        sys.stdout, sys.stderr = self.stdout, self.stderr


class _Stream(io.TextIOWrapper):
    """Writes no secret: what C code and subprocesses write is mended when the electron has ended."""

    def write(self, text: str) -> int:
        if VAULT.needles and isinstance(text, str):
            super().write(VAULT.masked(text))
            return len(text)
        return super().write(text)


def printed(prefix: str, stream: str, start: int, most: int = LONGEST_INLINE) -> bytes | None:
    """What a worker has written to its `out` or `err` from there on; of much of it the end, which says most."""
    try:
        with open(f"{prefix}.{stream}", "rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(start, end - most))
            return log.read(most) or None
    except OSError:
        return None


def _text(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return _Stream(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True)


def _slice(descriptor: int, start: int) -> bytes:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    return os.pread(descriptor, end - start, start) if end > start else b""
