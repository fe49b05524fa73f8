"""A store that is not this session's: to look at, not to work with."""

from pathlib import Path

from ..model.errors import StoreUntrusted
from ..model.result import Result
from ..store.plain import DispatchText, NodeText, PlainStore
from ..store.runs import Store
from .views import StoreView


class OpenedStore:
    """The dispatches in another folder. Without trust there is only text, and nothing is unpickled."""

    def __init__(self, path: Path | str, trust: bool = False) -> None:
        self.trust = trust
        self._plain = PlainStore(path)
        self._store = Store.open(path) if trust else None

    @property
    def root(self) -> Path:
        """The folder."""
        return self._plain.root

    def dispatches(self, limit: int | None = None) -> list[DispatchText]:
        """Those that somebody started, newest first: names, statuses, times. Raises StoreCorruption."""
        return self._plain.dispatches(limit)

    def nodes(self, id: str) -> list[NodeText]:
        """What came of the nodes of a dispatch: statuses, what they printed, why they failed.

        Raises UnknownDispatch, StoreCorruption.
        """
        return self._plain.nodes(id)

    def result(self, id: str) -> Result:
        """A dispatch with its values, all of them signed by this user's key. Raises StoreUntrusted, UnknownDispatch."""
        if self._store is None:
            raise StoreUntrusted(
                f"{self.root} was opened without trust, so its values are not loaded. If you wrote them: "
                f"open_store({str(self.root)!r}, trust=True) loads what your key has signed."
            )
        return Result(StoreView(self._store.run(id), self._store, self._inside))

    def close(self) -> None:
        """Let go of it."""
        if self._store is not None:
            self._store.close()

    def __enter__(self) -> "OpenedStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _inside(self, id: str, node: int) -> Result | None:
        assert self._store is not None
        row = next((row for row in self._store.children(id) if row.parent_node == node), None)
        return Result(StoreView(row, self._store, self._inside)) if row is not None else None

    def __str__(self) -> str:
        return "\n".join(map(str, self.dispatches())) or f"{self.root} has no dispatches"

    def __repr__(self) -> str:
        return f"<store {self.root}{'' if self.trust else ', as text only'}>"
