"""The output of electrons in threads: `sys.stdout` that asks who is writing.

Replacing `sys.stdout` for the time of an electron, as `contextlib.redirect_stdout` does, would take the
lines of every other thread, and of the user's own cells.
"""

import io
import sys
from contextvars import ContextVar
from typing import Any, TextIO

Streams = list[io.StringIO | None]  # stdout and stderr; made when something is written

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
        own = streams[self._which]
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
    own = streams[which]
    return b"" if own is None else own.getvalue().encode("utf-8", "backslashreplace")


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
