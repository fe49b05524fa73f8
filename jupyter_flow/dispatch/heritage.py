"""What a repetition takes over from an earlier dispatch, its sublattices included."""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING

from ..model.errors import StoreError
from ..model.events import BlobRef
from ..model.graph import TransportGraph
from ..store.records import RunRow
from ..store.runs import Store
from .archive import archive_of
from .reuse import Taken, counterparts, renewed, taken_over

if TYPE_CHECKING:
    from .run import Run

LOG = logging.getLogger("jupyter_flow")


class Heritage:
    """An earlier dispatch, to be continued; `anew`: nodes of it that are computed again, with what depends on them."""

    def __init__(self, store: Store, row: RunRow, graph: TransportGraph, anew: Collection[int] = ()) -> None:
        self._store, self._id, self._graph, self._anew = store, row.id, graph, anew
        self._last = {record.node: record for record in store.rows(row.serial)}  # by attempt: the last one counts
        self._taken, self._renewed = Taken([], {}), set[int]()

    def match(self, graph: TransportGraph) -> None:
        """Look for what stands of it in another graph."""
        pairs = counterparts(graph, self._graph)
        self._renewed = renewed(graph, pairs, self._anew)
        self._taken = taken_over(graph, pairs, self._last.get, self._renew, self._renewed)

    def hand_on(self, run: "Run") -> None:
        """Before the start of a run: give it what stands, and have its sublattices get theirs when they are built."""
        run.inherit, run.anew = self._inside, self._renewed
        run.taken = sum(record.node < run.graph.electrons for record in self._taken.records)
        if self._taken.records:
            run.adopt(self._taken.records)

    def _inside(self, node: int, child: "Run") -> None:
        """The sublattice of a node that had begun then: what it had completed stands as well."""
        earlier = self._taken.alike.get(node)
        rows = [row for row in self._store.children(self._id) if row.parent_node == earlier]
        if earlier is None or not rows:
            return
        try:
            inside = Heritage(self._store, rows[-1], archive_of(rows[-1], self._store).graph)
            inside.match(child.graph)
        except StoreError as error:  # what cannot be read is computed again
            LOG.warning("nothing of the sublattice %s is taken over: %s", rows[-1].id, error)
        else:
            inside.hand_on(child)

    def _renew(self, ref: BlobRef) -> bool:
        return self._store.blobs.renew(ref) and self._store.blobs.stands(ref)
