"""Small private files, written whole or not at all, by one process at a time."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def create(path: Path, flags: int = NEW) -> int:
    """Make a new file, 0600 whatever the umask, and return its descriptor. Raises FileExistsError."""
    fd = os.open(path, flags, 0o600)
    os.fchmod(fd, 0o600)
    return fd


def opened(path: Path) -> int:
    """A descriptor to read a file of ours: a link in its place is none, and a pipe or a device holds nobody up.

    Raises FileNotFoundError, OSError.
    """
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def contents(path: Path) -> bytes:
    """What is in a file of ours; nothing where that is a pipe or a device. Raises FileNotFoundError, OSError."""
    fd = opened(path)
    with open(fd, "rb") as file:
        return file.read() if stat.S_ISREG(os.fstat(fd).st_mode) else b""


def sync(path: Path) -> None:
    """Have what a file holds, or the names in a folder, survive a power failure."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(path: Path, data: bytes, full: bool = False) -> None:
    """Replace a file: readers see the old one or the new one; `full`: also after a power failure."""
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    fd = create(temporary)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            if full:
                file.flush()
                os.fsync(fd)
        os.replace(temporary, path)
        if full:
            sync(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def remove_tree(folder: Path) -> None:
    """Remove a folder and what is in it, as far as that can be."""
    import shutil  # which knows all archives there are: few need it, and never at once

    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path, shared: bool = False) -> Iterator[None]:
    """Hold a lock on a file, made if need be; the death of the process frees it.

    shared: with all who ask for it so, and with nobody who does not.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(fd, 0o600)
        fcntl.flock(fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(fd, fcntl.LOCK_UN)  # closing would leave it to a child that was forked meanwhile
    finally:
        os.close(fd)
