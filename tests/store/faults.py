"""Fails, or kills the process at, the n-th system call with which a store is changed: its own and SQLite's."""

import ctypes
import errno
import fcntl
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

OWN = (
    "open", "write", "pwrite", "replace", "rename", "link", "unlink", "mkdir", "rmdir", "chmod", "fchmod", "utime",
    "fsync",
)  # fmt: skip
INT, LONG, POINTER, TEXT = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p, ctypes.c_char_p
SQLITES: dict[str, tuple[Any, ...]] = {  # by SQLite's name: what it gives, what it takes
    "open": (INT, TEXT, INT, INT),
    "write": (LONG, INT, POINTER, ctypes.c_size_t),
    "pwrite": (LONG, INT, POINTER, ctypes.c_size_t, LONG),
    "pwrite64": (LONG, INT, POINTER, ctypes.c_size_t, LONG),
    "ftruncate": (INT, INT, LONG),
    "fchmod": (INT, INT, INT),
    "unlink": (INT, TEXT),
}


class Faults:
    """Counts calls; the n-th one fails with `error`, or kills (None)."""

    def __init__(self, at: int, error: int | None) -> None:
        self.at, self.error = at, error
        self.calls = 0
        self._lock = threading.Lock()
        self._kept: list[Any] = []

    def hit(self, name: str, own: bool) -> int:
        """The error of this call, 0 for none."""
        with self._lock:
            self.calls += 1
            now = self.calls == self.at
        if not now or (own and self.error == errno.EINTR):  # Python tries those again by itself
            return 0
        if self.error is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.error or 0

    def install(self) -> None:
        """From now on, in this process."""
        for name in OWN:
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        fcntl.flock = self._wrapped("flock", fcntl.flock)
        for name, signature in SQLITES.items():
            self._wrap_sqlites(name, signature)

    def _wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if error := self.hit(name, True):
                raise OSError(error, os.strerror(error))
            return real(*arguments, **named)

        return call

    def _wrap_sqlites(self, name: str, signature: tuple[Any, ...]) -> None:
        vfs = _vfs()
        if vfs is None:
            return
        kind = ctypes.CFUNCTYPE(*signature, use_errno=True)
        address = vfs.contents.get(vfs, name.encode())
        if not address:
            return
        real = kind(address)

        def call(*arguments: Any) -> int:
            if error := self.hit(name, False):
                ctypes.set_errno(error)
                return -1
            return int(real(*arguments))

        wrapped = kind(call)
        self._kept += [real, wrapped]
        vfs.contents.set(vfs, name.encode(), ctypes.cast(wrapped, POINTER))


class Vfs(ctypes.Structure):
    """struct sqlite3_vfs, as far as it is needed: SQLite's door to the system."""


Vfs._fields_ = [
    ("version", INT), ("size", INT), ("longest", INT), ("next", POINTER), ("name", TEXT), ("data", POINTER),
    *[(f"method{n}", POINTER) for n in range(13)],
    ("set", ctypes.CFUNCTYPE(INT, ctypes.POINTER(Vfs), TEXT, POINTER)),
    ("get", ctypes.CFUNCTYPE(POINTER, ctypes.POINTER(Vfs), TEXT)),
]  # fmt: skip


def _vfs() -> Any:
    """SQLite's default one; None where Python has SQLite inside and shows nothing of it."""
    import _sqlite3

    try:
        find = ctypes.CDLL(getattr(_sqlite3, "__file__", None)).sqlite3_vfs_find
    except AttributeError:
        return None
    find.restype, find.argtypes = ctypes.POINTER(Vfs), [TEXT]
    return find(None)
