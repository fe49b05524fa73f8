"""The output of electrons in threads: `sys.stdout` that asks who is writing, and a place for what they display.

Replacing `sys.stdout` for the time of an electron, as `contextlib.redirect_stdout` does, would take the
lines of every other thread, and of the user's own cells.
"""

import io
import sys
from contextvars import ContextVar
from typing import Any, TextIO

from .shown import Shown

Streams = list[Any]  # stdout and stderr (StringIO), displays (Shown); each made when it is needed
NOTHING: Streams = [None, None, None]

WRITING: ContextVar[Streams | None] = ContextVar("jupyter_flow_streams", default=None)


class Shared:
    """A stream that sends an electron's lines to the electron, all others where they always went."""

    def __init__(self, stream: TextIO, which: int) -> None:
        self._stream, self._which = stream, which

    def write(self, text: str) -> int:
        """Write, for whoever is running."""
        streams = WRITING.get()
        if streams is None:
            return self._stream.write(text)
        own: io.StringIO | None = streams[self._which]
        if own is None:
            own = streams[self._which] = io.StringIO()
        return own.write(text)

    def writelines(self, lines: Any) -> None:
        """Write several."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush the stream underneath, for those it belongs to."""
        if WRITING.get() is None:
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def written(streams: Streams, which: int) -> bytes:
    """What an electron wrote."""
    own: io.StringIO | None = streams[which]
    return b"" if own is None else own.getvalue().encode("utf-8", "backslashreplace")


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
        sys.stdout = sys.stdout._stream
    if type(sys.stderr) is Shared:
        sys.stderr = sys.stderr._stream
