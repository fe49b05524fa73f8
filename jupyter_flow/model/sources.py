"""The text functions were written in, which records, panels and tracebacks show."""

import functools
import inspect
import linecache
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any


def source_of(function: Callable[..., Any]) -> str:
    """A function's text, decorators and comments included; empty where Python does not know it."""
    code = code_of(function)
    return _source(code) if code else ""


def written_in(function: Callable[..., Any]) -> tuple[str, str]:
    """The file or cell a function stands in, and its text where a worker could not read it there."""
    code = code_of(function)
    file = code.co_filename if code else ""
    entry = linecache.cache.get(file)
    in_memory = entry is not None and len(entry) == 4 and entry[1] is None  # how notebooks register their cells
    return file, "".join(entry[2]) if entry is not None and in_memory and len(entry) == 4 else ""


def code_of(function: Callable[..., Any]) -> CodeType | None:
    """The code under a function's decorators, if it is written in Python."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code if isinstance(code, CodeType) else None


@functools.lru_cache(maxsize=1024)  # reading a source takes longer than running a small graph
def _source(code: CodeType) -> str:
    try:
        return inspect.getsource(code)
    except (OSError, TypeError):
        return ""


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A function's code, and that of the functions and classes written in it, in order."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def names_in(code: CodeType) -> set[str]:
    """The names a function's code mentions, those of its inner functions included."""
    return {name for one in codes_in(code) for name in one.co_names}
