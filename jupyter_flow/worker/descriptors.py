"""Descriptors that are to stay what they are: an electron may close one, and have a file of its own in its place.

That is looked for after each electron, in the time that a small one takes. To ask which file a descriptor is takes
three times as long as to read a mark from what it has opened, where the system lets us put one there.
"""

import fcntl
import os
import signal

_PUT, _READ = getattr(fcntl, "F_SETSIG", None), getattr(fcntl, "F_GETSIG", None)
MARKS = (signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH)  # never sent for it, and ignored if they were


class Kept:
    """What a descriptor is now. mark: another one for each that a process has."""

    def __init__(self, descriptor: int, mark: int) -> None:
        self._descriptor, self._mark, self._file = descriptor, mark, identity(descriptor)
        if not _marked(descriptor, mark):
            self._mark = 0

    def gone(self) -> bool:
        """Whether it was closed, or is something else."""
        if not self._mark:
            return identity(self._descriptor) != self._file
        try:
            return fcntl.fcntl(self._descriptor, _READ) != self._mark  # type: ignore[arg-type]  # there is a mark
        except OSError:
            return True


def _marked(descriptor: int, mark: int) -> bool:
    """Whether what it has opened now has this mark: one of Linux, "the signal that tells of input"."""
    if _PUT is None or _READ is None:
        return False
    try:
        fcntl.fcntl(descriptor, _PUT, mark)
        return fcntl.fcntl(descriptor, _READ) == mark
    except OSError:
        return False


def identity(descriptor: int) -> tuple[int, int]:
    """Which file a descriptor is; none where it is closed."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino
