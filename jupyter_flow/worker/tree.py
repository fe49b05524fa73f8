"""All that a process has started, near or far, and its end.

Descendants are found by their parents. What an electron started and let go of (a double fork) has its worker for
a parent as soon as its own has ended: workers are subreapers, on Linux. What outlives a worker is known by a
variable of its environment, which it has unless it took care to have another one.
"""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress

import psutil

MARK = "JUPYTER_FLOW_WORKER"  # the variable; its value names the worker
ROUNDS = 20  # looks at what was started while the last was being killed
_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """What this process's descendants leave behind is its own, and not the system's."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[psutil.Process]:
    """The processes that a process has started, and those that they have, as far as they live."""
    try:
        found: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []
    return [process for process in found if alive(process)]


def kill_descendants(pid: int) -> None:
    """Kill all that a process has started; it is stopped meanwhile, or it is the one that calls this."""
    for _ in range(ROUNDS):
        found = descendants(pid)
        if not found:
            return
        kill(found)


def kill(processes: list[psutil.Process]) -> None:
    """Kill processes, as far as they are there."""
    for process in processes:
        with suppress(psutil.Error):
            process.kill()


def marked(worker: str) -> Iterator[psutil.Process]:
    """The processes of this user that a worker of this name, or whose name begins so, has started."""
    wanted = f"{MARK}={worker}".encode()
    own = os.getpid()
    for pid in psutil.pids():
        if pid != own and wanted in _environment(pid):
            with suppress(psutil.Error):
                yield psutil.Process(pid)


def alive(process: psutil.Process) -> bool:
    """Whether it is there, and no mere entry of one that has ended."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _environment(pid: int) -> bytes:
    if sys.platform != "linux":
        with suppress(psutil.Error):
            return f"{MARK}={psutil.Process(pid).environ().get(MARK, '')}".encode()
        return b""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:  # another user's, or gone
        return b""
