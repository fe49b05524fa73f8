"""Tracebacks made of their text: real frames, as template engines make them, and the exceptions that led to one.

An exception travels without its frames and without its cause; the text of its traceback has both.
"""

import re
from collections.abc import Iterator
from types import TracebackType

FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+), in (?P<name>.+)$')
BEGIN = "Traceback (most recent call last):\n"
KIND = re.compile(r"[^\W\d][\w.<>]*")
LED = re.compile(
    r"\n(The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred):\n\n"
)


class _Raised(Exception):
    """What the frames that are put back raise."""


def remote(text: str) -> TracebackType | None:
    """The frames of a traceback's text, outermost first; of several, chained ones, the last."""
    lines = text.rpartition(BEGIN)[2].splitlines()
    trace: TracebackType | None = None
    for found in reversed([match for line in _indented(lines) if (match := FRAME.match(line))]):
        trace = _frame(found["file"], int(found["line"]), found["name"], trace)
    return trace


def _indented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("  "):
            return
        yield line


def _frame(file: str, line: int, name: str, inner: TracebackType | None) -> TracebackType | None:
    code = compile("\n" * (line - 1) + "raise error", file, "exec").replace(co_name=name, co_qualname=name)
    try:
        exec(code, {"error": _Raised(), "__name__": name})
    except _Raised as raised:
        made = raised.__traceback__.tb_next if raised.__traceback__ else None
    return TracebackType(inner, made.tb_frame, made.tb_lasti, made.tb_lineno) if made else inner


def put_causes_back(error: BaseException, text: str) -> None:
    """Give an exception what led to it, as the text of its traceback tells that, where it came without."""
    if error.__cause__ is not None or error.__context__ is not None:
        return
    *parts, _ = LED.split(text)
    for told, link in zip(reversed(parts[::2]), reversed(parts[1::2]), strict=True):
        earlier = _made(told)
        if earlier is None:
            return
        if link.startswith("The above"):
            error.__cause__ = earlier
        else:
            error.__context__ = earlier
        error = earlier


def _made(text: str) -> BaseException | None:
    """An exception that is shown as this text has it; None for what is told in another way, as groups are."""
    begin, rest = text[: len(BEGIN)], text[len(BEGIN) :].splitlines()
    words = "\n".join(rest[len(list(_indented(rest))) :])
    kind, colon, message = words.partition(": ")
    if begin != BEGIN or not KIND.fullmatch(kind):
        return None
    module, _, name = kind.rpartition(".")
    made: BaseException = type(name, (Exception,), {"__module__": module or "builtins"})(*([message] if colon else []))
    return made.with_traceback(remote(text))
