"""What memory a process and its children take while something runs. Linux only; elsewhere nothing is known."""

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

import psutil

EVERY = 0.02  # seconds between two looks


def resident() -> float | None:
    """Megabytes of this process that nothing else can give back: its anonymous memory."""
    fields = _rollup(os.getpid())
    return fields["Anonymous"] / 1024 if fields else None


class Peak(threading.Thread):
    """Looks again and again, and keeps the largest, beyond what there was at the start, in megabytes.

    `held` is memory of the tree that has no file behind it; `mapped` are pages of files, which the system
    can take back at any time; `kernel` is what this process alone holds, `worker` the most that another one does.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.held = self.mapped = self.kernel = self.worker = 0
        self._first = _tree()
        self._stopped = False

    def run(self) -> None:
        """Look."""
        while not self._stopped:
            self._look(_tree())
            time.sleep(EVERY)

    def _look(self, now: "Tree") -> None:
        """Processes that have ended since the start count for less than nothing, as what they held is free."""
        began = self._first
        more = {pid: held - began.held.get(pid, 0) for pid, held in now.held.items()}
        self.held = max(self.held, sum(now.held.values()) - sum(began.held.values()))
        self.mapped = max(self.mapped, now.mapped - began.mapped)
        self.kernel = max(self.kernel, more.pop(os.getpid(), 0))
        self.worker = max(self.worker, *more.values(), 0)

    def stop(self) -> dict[str, float]:
        """The largest."""
        self._stopped = True
        self.join()
        found = {name: getattr(self, name) / 1024 for name in ("held", "mapped", "kernel", "worker")}
        return found if _rollup(os.getpid()) is not None else {}


class Tree(NamedTuple):
    """This process and its children, in kilobytes."""

    held: dict[int, int]
    mapped: int


def _tree() -> Tree:
    held, mapped = {}, 0
    for pid in [os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))]:
        fields = _rollup(pid) or {}
        held[pid] = fields.get("Pss_Anon", 0) + fields.get("Pss_Shmem", 0)
        mapped += fields.get("Pss_File", 0)
    return Tree(held, mapped)


def _rollup(pid: int) -> dict[str, int] | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
