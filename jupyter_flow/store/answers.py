"""What a store answers. Nothing of it is written anywhere, and no value is unpickled."""

from collections.abc import Iterable, Sequence

from ..model.events import Record
from .reader import Reader
from .records import Cached, RunRow, WorkerRow


class Answers:
    """The side of a store that only looks."""

    def _reading(self) -> Reader:
        """Whoever answers. Raises StoreError where there is nobody any more."""
        raise NotImplementedError

    def run(self, id: str) -> RunRow:
        """A dispatch by its id; INTERRUPTED where it is recorded as running and its owner is dead.

        Raises UnknownDispatch, StoreCorruption for one that the index has lost, StoreUntrusted.
        """
        return self._reading().run(id)

    def runs(
        self, limit: int | None = None, all: bool = False, beginning: str = "", strange: list[str] | None = None
    ) -> list[RunRow]:
        """Dispatches, newest first: those that someone started, or `all` with their sublattices.

        beginning: only those whose ids begin so. strange: gets the ids of those that this user's key has not signed,
        which are left out.
        """
        return self._reading().runs(limit, all, beginning, strange)

    def children(self, id: str) -> list[RunRow]:
        """The sublattices that nodes of a dispatch started, oldest first."""
        return self._reading().children(id)

    def rows(self, serial: int) -> list[Record]:
        """Every recorded attempt of a run, by node and attempt. Raises StoreCorruption, StoreUntrusted."""
        return self._reading().rows(serial)

    def counted(self) -> Reader:
        """Who counts rows rather than reading and checking each (`Reader.tally`, `Reader.completed`)."""
        return self._reading()

    def row(self, serial: int, node: int) -> Record | None:
        """The last recorded attempt of a node. Raises StoreUntrusted."""
        return self._reading().row(serial, node)

    def cached(self, keys: Sequence[bytes]) -> dict[bytes, Cached]:
        """The values of the cache under these keys, whoever made them; what cannot be trusted is not there."""
        return self._reading().cached(keys)

    def cached_as(self, name: str, most: int) -> list[Cached]:
        """The newest values of the cache that electrons of a name made, without their records."""
        return self._reading().cached_as(name, most)

    def workers(self, numbers: Iterable[int]) -> dict[int, WorkerRow]:
        """What is known of workers, by number; unknown numbers are left out."""
        return self._reading().workers(numbers)

    def unsettled(self, session: str) -> bool:
        """Whether a dispatch that a session began is yet to be recorded as ended."""
        return self._reading().unsettled(session)

    def losses(self, thorough: bool = False) -> str:
        """What the index has lost, in a sentence that says the way out; empty where nothing is known to be missing.

        thorough: look for every dispatch, which takes time where there are many.
        """
        return self._reading().losses(thorough)
