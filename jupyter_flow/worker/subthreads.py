"""Threads that an electron in a thread starts are its own: they print for it, and know who they are.

A thread begins without the context of whoever starts it, so its lines would go to the cell that runs. Elsewhere
nothing changes. A pool may serve many electrons with one thread: there it is the call that knows whose it is.
"""

import contextvars
import functools
import sys
import threading
from collections.abc import Callable
from typing import Any

from .capture import INHERITED, WRITING

POOL = "concurrent.futures.thread"


def install() -> None:
    """Once is enough; more often does no harm."""
    _replace(threading.Thread, "start", _starting)
    pool = sys.modules.get(POOL)  # who has none uses none
    if pool is not None:
        _replace(pool.ThreadPoolExecutor, "submit", _submitting)


def _replace(kind: Any, name: str, made: Callable[[Any], Any]) -> None:
    original = vars(kind)[name]
    if not getattr(original, "inherits", False):
        method = functools.wraps(original)(made(original))
        method.inherits = True  # type: ignore[attr-defined]
        setattr(kind, name, method)


def _starting(original: Any) -> Any:
    def start(self: threading.Thread) -> Any:
        streams = WRITING.get()
        if streams is not None and getattr(getattr(self, "_target", None), "__module__", None) != POOL:
            streams[INHERITED] = True
            _belong(self)
        return original(self)

    return start


def _belong(thread: threading.Thread) -> None:
    context = contextvars.copy_context()

    def run() -> None:
        del thread.run  # it is its own again: no thread is to be kept by its own method
        context.run(thread.run)

    thread.run = run  # type: ignore[method-assign]


def _submitting(original: Any) -> Any:
    def submit(self: Any, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        streams = WRITING.get()
        if streams is None:
            return original(self, function, *args, **kwargs)
        streams[INHERITED] = True
        return original(self, contextvars.copy_context().run, function, *args, **kwargs)

    return submit
