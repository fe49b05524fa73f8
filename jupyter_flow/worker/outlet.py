"""What electrons print in a process of somebody else's that runs one at a time: C code and subprocesses included."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from . import capture, cstdio, printing
from .printing import Printing

LONG = 300_000  # ns: to start a process takes longer, which may go on printing when its electron has ended


class Outlet:
    """Descriptors 1 and 2 of this process, which are files for as long as a batch runs."""

    def __init__(self) -> None:
        self._free = threading.Lock()
        self._files: list[Printing] = []
        cstdio.by_lines()

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """A batch runs. False: without them, for another one that has let go of its place in Dask still has them."""
        with ExitStack() as stack:
            yield self._take(stack)

    def _take(self, stack: ExitStack) -> bool:
        if not self._free.acquire(blocking=False):
            return False
        stack.callback(self._free.release)
        try:
            if not self._files:
                self._renew()
            stack.enter_context(printing.among_others([file.file for file in self._files]))
        except OSError:  # this process has no stdout, or may open no more files
            return False
        return True

    def streams(self) -> capture.Streams:
        """Where the electron that begins now prints, in a batch that has taken them."""
        for file in self._files:
            file.clear()
        printing.attach([file.file for file in self._files])  # the last one may have put others there
        return [*self._files, None, None]

    def ended(self, took: int) -> None:
        """It has, after so many ns; what it may have started writes to no file of the next one."""
        if took > LONG:
            with suppress(OSError):  # no room for more files: it keeps these
                self._renew()

    def _renew(self) -> None:
        self._files = [Printing(printing.unnamed()) for _ in (1, 2)]
