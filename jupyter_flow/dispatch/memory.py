"""Dispatches of this session that have ended and are still read from memory, as far as that is worth it."""

from collections import OrderedDict

from .archive import Inputs
from .run import Run

MOST = 32  # dispatches
MOST_NODES = 20_000
MOST_BYTES = 4 * 1024 * 1024  # of values, each


class Memory:
    """The last dispatches, and what each was given."""

    def __init__(self) -> None:
        self._given: dict[str, Inputs] = {}
        self._ended: OrderedDict[str, Run] = OrderedDict()

    def begun(self, run: Run, inputs: Inputs) -> None:
        """A dispatch begins."""
        self._given[run.id] = inputs

    def ended(self, run: Run) -> None:
        """A dispatch has ended."""
        if run.outputs.weight > MOST_BYTES:
            self._given.pop(run.id, None)
            return
        self._ended[run.id] = run
        while len(self._ended) > MOST or sum(len(other.graph) for other in list(self._ended.values())) > MOST_NODES:
            id, _ = self._ended.popitem(last=False)
            self._given.pop(id, None)

    def get(self, id: str) -> Run | None:
        """A dispatch that has ended, if it is remembered."""
        return self._ended.get(id)

    def all(self) -> list[Run]:
        """Those that are remembered, in the order in which they ended."""
        return list(self._ended.values())

    def given(self, id: str) -> Inputs | None:
        """What a dispatch was given."""
        return self._given.get(id)

    def clear(self) -> None:
        """Forget them all: whoever asks for one reads it from the store."""
        self._ended.clear()
        self._given.clear()
