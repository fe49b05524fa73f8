"""What memory a process and its children take while something runs. Linux only; elsewhere nothing is known."""

import os
import threading
import time
from pathlib import Path

import psutil

EVERY = 0.02  # seconds between two looks


def resident() -> float | None:
    """Megabytes of this process that nothing else can give back: its anonymous memory."""
    fields = _rollup(os.getpid())
    return fields["Anonymous"] / 1024 if fields else None


class Peak(threading.Thread):
    """Looks again and again, and keeps the largest, beyond what there was at the start, in megabytes.

    `held` is memory of the tree that has no file behind it; `mapped` are pages of files, which the system
    can take back at any time; `kernel` is what this process alone holds.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.held = self.mapped = self.kernel = 0.0
        self._first = _tree()
        self._stopped = False

    def run(self) -> None:
        """Look."""
        while not self._stopped:
            now = [(a - b) / 1024 for a, b in zip(_tree(), self._first, strict=True)]
            self.held, self.mapped, self.kernel = map(max, now, (self.held, self.mapped, self.kernel))
            time.sleep(EVERY)

    def stop(self) -> dict[str, float]:
        """The largest."""
        self._stopped = True
        self.join()
        known = _rollup(os.getpid()) is not None
        return {"held": self.held, "mapped": self.mapped, "kernel": self.kernel} if known else {}


def _tree() -> tuple[int, int, int]:
    held = mapped = kernel = 0
    for pid in [os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))]:
        fields = _rollup(pid) or {}
        mine = fields.get("Pss_Anon", 0) + fields.get("Pss_Shmem", 0)
        held += mine
        mapped += fields.get("Pss_File", 0)
        if pid == os.getpid():
            kernel = mine
    return held, mapped, kernel


def _rollup(pid: int) -> dict[str, int] | None:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return None
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
