"""No worker outlives its kernel, however the kernel dies."""

import os
import select
import threading
import time
from collections.abc import Callable
from typing import NoReturn

import psutil

from .tree import kill_descendants


def die_with(process: int) -> None:
    """End this process as soon as the other one has ended.

    A pipe's end of file would not do: a child that the user's code forked in the kernel keeps the pipe
    open. PR_SET_PDEATHSIG would not either: it fires when the thread that started us ends.
    """
    threading.Thread(target=_watch, args=(process,), name="jupyter-flow-orphan", daemon=True).start()


def _watch(process: int) -> None:
    try:
        handle = os.pidfd_open(process)
    except (AttributeError, OSError):
        _poll(process)
    else:
        select.select([handle], [], [])
    end(70)


last_words: list[Callable[[], object]] = []  # called as this process ends itself
traces: list[Callable[[], object]] = []  # called after that, when what its electrons have started writes no more


def end(code: int) -> NoReturn:
    """End this process, and what its electrons have started."""
    try:
        for call in last_words:
            call()
        kill_descendants(os.getpid())
        for call in traces:
            call()
    finally:
        os._exit(code)


def _poll(process: int) -> None:
    try:
        known = psutil.Process(process)
        while known.is_running():
            time.sleep(0.5)
    except psutil.Error:
        return
