"""What memory a process and its children take while something runs. Linux only; elsewhere nothing is known."""

import os
import threading
import time
from collections import Counter
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

    `held` is memory of the tree that has no file behind it; `mapped` are pages of files, which the system can take
    back at any time. `kernel` is what this process alone holds, `scheduler` what that one does where there is one,
    `workers` what all others do together, `worker` the most that one of them does; `… mapped` likewise. `… whole`
    is all of it, and what there was at the start.
    """

    def __init__(self, scheduler: int | None = None) -> None:
        super().__init__(daemon=True)
        self._known = {os.getpid(): "kernel"} | ({scheduler: "scheduler"} if scheduler is not None else {})
        self.most: dict[str, int] = {}
        self._first = _tree()
        self._look(self._first)
        self._stopped = False

    def run(self) -> None:
        """Look."""
        while not self._stopped:
            self._look(_tree())
            time.sleep(EVERY)

    def _look(self, now: "Tree") -> None:
        """Processes that have ended since the start count for less than nothing, as what they held is free."""
        began = self._first
        seen = Counter[str]({"worker": 0, "held": sum(now.held.values()) - sum(began.held.values())})
        seen["mapped"] = sum(now.mapped.values()) - sum(began.mapped.values())
        for pid, held in now.held.items():
            more, role = held - began.held.get(pid, 0), self._known.get(pid, "workers")
            seen[role] += more
            seen[f"{role} mapped"] += now.mapped[pid] - began.mapped.get(pid, 0)
            seen[f"{role} whole"] += held + now.mapped[pid]
            if role == "workers":
                seen["worker"] = max(seen["worker"], more)
        self.most |= {name: max(self.most.get(name, 0), size) for name, size in seen.items()}

    def stop(self) -> dict[str, float]:
        """The largest."""
        self._stopped = True
        self.join()
        return {name: size / 1024 for name, size in self.most.items()} if _rollup(os.getpid()) is not None else {}


class Tree(NamedTuple):
    """This process and its children, in kilobytes by their numbers."""

    held: dict[int, int]
    mapped: dict[int, int]


def _tree() -> Tree:
    held, mapped = {}, {}
    for pid in [os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))]:
        fields = _rollup(pid) or {}
        held[pid] = fields.get("Pss_Anon", 0) + fields.get("Pss_Shmem", 0)
        mapped[pid] = fields.get("Pss_File", 0)
    return Tree(held, mapped)


def _rollup(pid: int) -> dict[str, int] | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
