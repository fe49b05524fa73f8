"""One thread that runs electrons, and what it holds."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from ..model.events import Record
from ..worker import capture
from ..worker.begun import Begun
from ..worker.messages import Member
from .base import Claim


class Slot:
    """One thread. `serve` is its life, `number` the store's for it, `folder` where it notes what it begins."""

    def __init__(self, serve: "Callable[[Slot], None]", name: str, number: int, folder: str) -> None:
        self.wake = threading.Semaphore(0)
        self.members: deque[Member] = deque()
        self.claim: Claim | None = None
        self.current: tuple[int, int, int] | None = None  # node, attempt, start
        self.since = 0  # of `current`: when it began by a clock that nobody sets, in ns
        self.version = 0  # of `current`
        self.streams: capture.Streams = capture.NOTHING  # of `current`
        self.told = False
        self.incomplete = False  # a member of the claim has no value: what follows it may lack an input
        self.done: list[Record] = []
        self.posting = threading.Lock()  # what an electron needs is told before what it made
        self.objects: dict[int, Any] = {}
        self.retired = False  # its electron was cancelled or timed out; it leaves when that returns
        self.number = number
        self.begun = Begun(folder, name, number)
        self.thread = threading.Thread(target=serve, args=(self,), name=name, daemon=True)

    def discard(self, attempts: frozenset[tuple[int, int]]) -> None:
        """Do not begin these."""
        for member in [member for member in list(self.members) if member[:2] in attempts]:
            try:
                self.members.remove(member)
            except ValueError:  # its thread was faster
                continue

    def drain(self) -> list[tuple[int, int]]:
        """Take back what it has not begun: (node, attempt)."""
        taken: list[tuple[int, int]] = []
        while self.members:
            try:
                taken.append(self.members.popleft()[:2])
            except IndexError:
                break
        return taken
