"""Batches whose values lie on a cluster, as long as electrons that are yet to go there need them."""

from collections.abc import Iterable

from ..base import Work
from .handed import Handed


class Kept:
    """They stay where they are, and what takes them is placed by that. On the resource's thread."""

    def __init__(self) -> None:
        self._by_node: dict[tuple[int, int], Handed] = {}  # by run and node

    def keep(self, handed: Handed) -> None:
        """Keep what it has made that is still needed."""
        work = handed.claim.work
        handed.kept = {node for node in handed.kept if work.needed(node)}
        self._by_node.update(((work.number, node), handed) for node in handed.kept)

    def having(self, work: Work, nodes: Iterable[int]) -> list[Handed]:
        """Those that have made these."""
        found = (self._by_node.get((work.number, node)) for node in nodes) if self._by_node else ()
        return [handed for handed in found if handed is not None]

    def look(self, handed: Handed) -> None:
        """One that has taken something is through: it may have been the last."""
        work = handed.claim.work
        for parent in handed.parents:
            for node in [node for node in parent.kept if (work.number, node) in self._by_node]:
                if not work.needed(node):
                    self._drop(parent, node)

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        for (run, node), handed in list(self._by_node.items()):
            if run == work.number:
                self._drop(handed, node)

    def _drop(self, handed: Handed, node: int) -> None:
        del self._by_node[handed.claim.work.number, node]
        handed.kept.discard(node)
        handed.let_go()
