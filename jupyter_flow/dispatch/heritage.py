"""What a repetition takes over from an earlier dispatch, its sublattices included.

The earlier one may itself continue another, and may have died before it wrote down what it had from there, or before
a sublattice began again. So what it knows nothing of is looked for in the one before it, and so on.
"""

import logging
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from ..model.errors import StoreError, UnknownDispatch
from ..model.events import BlobRef, Record
from ..model.graph import TransportGraph
from ..store.records import RunRow
from ..store.runs import Store
from .archive import Archive, Continues, archive_of
from .reuse import Taken, counterparts, renewed, standing, taken_over

if TYPE_CHECKING:
    from .run import Run

LOG = logging.getLogger("jupyter_flow")


class Heritage:
    """An earlier dispatch, to be continued; `anew`: nodes of it that are computed again, with what depends on them.

    earlier: for a sublattice, the same one of the dispatch before.
    """

    def __init__(
        self, store: Store, row: RunRow, archive: Archive, anew: Collection[int] = (),
        earlier: "Heritage | None" = None,
    ) -> None:  # fmt: skip
        self._store, self._id, self._graph, self._anew = store, row.id, archive.graph, anew
        self._continues, self._earlier = archive.continues, earlier
        self._last = {record.node: record for record in store.rows(row.serial)}  # by attempt: the last one counts
        self._taken, self._renewed = Taken([], {}), set[int]()

    @property
    def continued(self) -> Continues:
        """What the record of the dispatch that continues this one says of it."""
        return Continues(self._id, tuple(self._anew))

    def match(self, graph: TransportGraph) -> None:
        """Look for what stands of it in another graph."""
        pairs = counterparts(graph, self._graph)
        self._renewed = renewed(graph, pairs, self._anew)
        self._taken = taken_over(graph, pairs, self._outcome, self._renew, self._renewed)

    def hand_on(self, run: "Run") -> None:
        """Before the start of a run: give it what stands, and have its sublattices get theirs when they are built."""
        run.inherit, run.anew = self._inherit, self._renewed
        electrons, taken = run.graph.electrons, {record.node for record in self._taken.records}
        run.taken = sum(node < electrons for node in taken)
        run.left = tuple({run.graph.version[node] for node in range(electrons) if node not in taken})
        if self._taken.records:
            run.adopt(self._taken.records)

    def _inherit(self, node: int, child: "Run") -> None:
        """The sublattice of a node that had begun then: what it had completed stands as well."""
        same = self._taken.alike.get(node)
        inside = None if same is None else self._inside(same)
        if inside is None:
            return
        try:
            inside.match(child.graph)
        except StoreError as error:  # what cannot be read is computed again
            LOG.warning("nothing of the sublattice %s is taken over: %s", inside._id, error)
        else:
            inside.hand_on(child)

    def _inside(self, node: int) -> "Heritage | None":
        """The sublattice of one of its own nodes: its own, and what it may have had from those before."""
        same, earlier = self._alike.get(node), None
        if self._before is not None and same is not None:
            earlier = self._before._inside(same)
        rows = [row for row in self._store.children(self._id) if row.parent_node == node]
        if not rows:
            return earlier
        try:
            return Heritage(self._store, rows[-1], archive_of(rows[-1], self._store), earlier=earlier)
        except StoreError as error:
            LOG.warning("nothing of the sublattice %s is taken over: %s", rows[-1].id, error)
            return earlier

    def _outcome(self, node: int) -> Record | None:
        """How one of its own nodes ended."""
        if node in self._last or self._before is None or node not in self._alike:
            return self._last.get(node)
        return self._before._outcome(self._alike[node])

    @cached_property
    def _before(self) -> "Heritage | None":
        """The dispatch that it continues itself, if that is still there."""
        if self._earlier is not None or self._continues is None:
            return self._earlier
        id, anew = self._continues
        try:
            row = self._store.run(id)
            return Heritage(self._store, row, archive_of(row, self._store), anew)
        except UnknownDispatch:  # it was pruned
            return None
        except StoreError as error:
            LOG.warning("nothing of the earlier dispatch %s is taken over: %s", id, error)
            return None

    @cached_property
    def _alike(self) -> dict[int, int]:
        """Its own nodes, as far as those of the one before may stand for them."""
        if self._before is None:
            return {}
        pairs = counterparts(self._graph, self._before._graph)
        again = renewed(self._graph, pairs, self._before._anew)
        return standing(self._graph, pairs, self._before._outcome, again)

    def _renew(self, ref: BlobRef) -> bool:
        return self._store.blobs.renew(ref) and self._store.blobs.stands(ref)
