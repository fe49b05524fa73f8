"""C's own standard output. Into a file it holds back some kilobytes, which a worker that is ended never writes."""

import ctypes
import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

NAMES = ("stdout", "__stdoutp")  # Linux, macOS
LINES = 1  # _IOLBF


def by_lines() -> None:
    """Have C code's lines be written as it prints them."""
    library, stream = _stdout()
    if stream:
        library.setvbuf(stream, None, LINES, 0)


def flush() -> None:
    """Have what it has printed of its last line be written too."""
    _flush()()


@functools.cache
def _flush() -> Callable[[], object]:
    library, stream = _stdout()
    if not stream:
        return int
    library.fflush.argtypes = [ctypes.c_void_p]
    return functools.partial(library.fflush, stream.value)


@functools.cache
def _stdout() -> tuple[Any, Any]:
    """The C library and its stream; None where there is none."""
    library = ctypes.CDLL(None)
    for name in NAMES:
        with suppress(ValueError):
            return library, ctypes.c_void_p.in_dll(library, name)
    return library, None
