"""Notes of what is handed out, for the kernel after this one: where no worker leaves word of what it begins."""

import time

from ...worker.begun import Begun
from .desks import Desks
from .handed import Handed


class Notes:
    """Of one resource. ours: its workers leave word in any case."""

    def __init__(self, folder: str, name: str, ours: bool, desks: Desks) -> None:
        self._folder, self._name, self._ours, self._desks = folder, name, ours, desks
        self._free: list[Begun] = []
        self._count = 0

    @property
    def _needed(self) -> bool:
        """Whether a worker may begin something and leave no word of it where another kernel finds it."""
        return not self._ours and (not self._desks.known or not self._desks.exact)

    def take(self, handed: Handed) -> None:
        """This is about to be handed out: should this kernel die, it is in doubt."""
        if not self._needed:
            return
        self._count += not self._free
        name = f"{self._name}-handed-{self._count}"
        handed.note = self._free.pop() if self._free else Begun(self._folder, name, 0)
        now = time.time_ns()
        for node, attempt in handed.members.items():
            handed.note.note(handed.claim.work.number, node, attempt, now)

    def drop(self, handed: Handed) -> None:
        """It is through."""
        if handed.note is not None:
            self._free.append(handed.note)

    def close(self) -> None:
        """What was noted is recorded, but for what has not ended."""
        for note in self._free:
            note.remove()
