"""A stream that asks who is writing, for all those who hold it: handlers of `logging`, say, made before it asked.

It becomes an object of a class of its own, in which `write` is a property. An attribute would not last: IPython sets
one for each cell, and in the end puts back what it found before. Streams written in C cannot change their class; they
get the attribute.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TextIO

Write = Callable[[str], int]
Ask = Callable[[Write], Write]  # makes a `write` that asks; its attribute `itself` is the one it was made from

OWN = "_jupyter_flow_write"


def install(stream: TextIO, ask: Ask) -> Write:
    """Have a stream ask; how it writes where nobody else is to. Often is as good as once."""
    known: Write | None = getattr(stream.write, "itself", None)
    if known is not None:
        return known
    itself = stream.write
    with suppress(AttributeError, TypeError):  # some can be changed in neither way
        try:
            _become(stream, ask)
        except TypeError:
            stream.write = ask(itself)  # type: ignore[method-assign]
    return itself


def uninstall(stream: TextIO) -> TextIO:
    """The stream, as it was."""
    kind = getattr(type(stream), "asked", None)
    if kind is not None:
        stream.__class__ = kind
        stream.__dict__.pop(OWN, None)
    elif hasattr(stream.write, "itself"):
        del stream.write
    return stream


def _become(stream: Any, ask: Ask) -> None:
    kind = type(stream)

    def get(self: Any) -> Write:
        return ask(self.__dict__.get(OWN) or partial(kind.write, self))

    def put(self: Any, write: Write) -> None:
        self.__dict__[OWN] = getattr(write, "itself", write)

    stream.__class__ = type(kind.__name__, (kind,), {"write": property(get, put), "asked": kind})
    if "write" in stream.__dict__:
        put(stream, stream.__dict__.pop("write"))
