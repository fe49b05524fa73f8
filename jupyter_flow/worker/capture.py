"""The output of electrons in threads: `sys.stdout` that asks who is writing, and a place for what they display.

Replacing `sys.stdout` for the time of an electron, as `contextlib.redirect_stdout` does, would take the
lines of every other thread, and of the user's own cells. The stream underneath asks as well: handlers of `logging` and
whatever else took it before it was replaced hold on to it.

What C code and subprocesses print is beyond this: they write to the descriptors of the kernel. In a process of a
cluster that runs one electron at a time those are files of the electron meanwhile (see `outlet`).
"""

import io
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any, TextIO

from . import asking
from .printing import BESIDE, Printing, put
from .remarks import REMARK
from .shown import Shown

Streams = list[
    Any
]  # stdout and stderr (StringIO, Printing or Late), displays (Shown), each made when it is needed; see INHERITED
NOTHING: Streams = [None, None, None, None]
INHERITED = 3  # true where threads of the electron's own write as well, and may outlive it

WRITING: ContextVar[Streams | None] = ContextVar("jupyter_flow_streams", default=None)


class Late:
    """Where an electron writes that has been given up, or threads that outlive theirs. `add`: None for nowhere."""

    def __init__(self, add: Callable[[bytes], object] | None = None) -> None:
        self._add = add

    def write(self, text: str) -> int:
        """Write to the log, as far as there is one."""
        if self._add is not None:
            self._add(_encoded(text))
        return len(text)

    def getvalue(self) -> str:
        """Nothing of it belongs to the electron's record."""
        return ""


class Shared:
    """A stream that sends an electron's lines to the electron, all others where they always went."""

    def __init__(self, stream: TextIO, which: int) -> None:
        self._stream, self._which = stream, which
        self._write = asking.install(stream, partial(_asked, which))

    @property
    def write(self) -> Callable[[str], int]:
        """Write, for whoever is running."""
        return _asked(self._which, self._write)

    @write.setter
    def write(self, write: Callable[[str], int]) -> None:
        self._write = getattr(write, "itself", write)  # as IPython does for a cell, to remember what it printed

    def writelines(self, lines: Any) -> None:
        """Write several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the stream underneath, for those it belongs to."""
        if WRITING.get() is None:
            self._stream.flush()

    def isatty(self) -> bool:
        """No electron writes to a terminal."""
        return WRITING.get() is None and self._stream.isatty()

    @property
    def buffer(self) -> Any:
        """For bytes."""
        return self._stream.buffer if WRITING.get() is None else _Bytes(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Bytes:
    """What an electron finds below its stream."""

    def __init__(self, text: Shared) -> None:
        self._text = text

    def write(self, data: bytes) -> int:
        """Write bytes, which are taken for UTF-8."""
        self._text.write(bytes(data).decode("utf-8", "backslashreplace"))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _put(streams: Streams, which: int, text: str) -> int:
    own: io.StringIO | None = streams[which]
    if own is None:
        own = streams[which] = io.StringIO()
    return own.write(text)


def _asked(which: int, itself: Callable[[str], int]) -> Callable[[str], int]:
    """A stream's own way to write, for those who are no electron."""

    def write(text: str) -> int:
        streams = WRITING.get()
        if streams is not None:
            return _put(streams, which, text)
        beside = BESIDE[which]
        return itself(text) if beside is None else _put_beside(beside, text)

    write.itself = itself  # type: ignore[attr-defined]
    return write


def _put_beside(file: int, text: str) -> int:
    put(file, _encoded(text))
    return len(text)


def written(streams: Streams, which: int) -> bytes:
    """What an electron wrote."""
    own: io.StringIO | Printing | None = streams[which]
    if isinstance(own, Printing):
        return own.content()
    return b"" if own is None else _encoded(own.getvalue())


def amount(streams: Streams, which: int) -> int:
    """How much an electron has written, in whatever unit: it grows when it writes."""
    own: io.StringIO | Printing | Late | None = streams[which]
    if isinstance(own, Printing):
        return own.size
    return own.tell() if isinstance(own, io.StringIO) else 0


def lately(streams: Streams, which: int, most: int) -> bytes:
    """The end of it, at most so many bytes."""
    own: Any = streams[which]
    return own.content(most) if isinstance(own, Printing) else written(streams, which)[-most:]


def note(streams: Streams, text: str) -> None:
    """A remark of ours among what an electron writes."""
    _put(streams, 1, f"{REMARK}{text}\n")


def leave(streams: Streams, stdout: Late, stderr: Late) -> tuple[bytes, bytes]:
    """What an electron wrote until now; what it writes from now on goes elsewhere."""
    before = written(streams, 0), written(streams, 1)
    streams[0], streams[1] = stdout, stderr
    return before


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def shown(streams: Streams) -> Shown:
    """Where an electron's displays go."""
    own: Shown | None = streams[2]
    if own is None:
        own = streams[2] = Shown()
    return own


def displayed(streams: Streams) -> bytes | None:
    """What an electron displayed, as a JSON list."""
    own: Shown | None = streams[2]
    return None if own is None else own.text()


def install() -> None:
    """See to it that `sys.stdout` and `sys.stderr` ask; once more where something has replaced them."""
    if type(sys.stdout) is not Shared:
        sys.stdout = Shared(sys.stdout, 0)
    if type(sys.stderr) is not Shared:
        sys.stderr = Shared(sys.stderr, 1)


def uninstall() -> None:
    """Put back the streams that were there."""
    if type(sys.stdout) is Shared:
        sys.stdout = asking.uninstall(sys.stdout._stream)
    if type(sys.stderr) is Shared:
        sys.stderr = asking.uninstall(sys.stderr._stream)
