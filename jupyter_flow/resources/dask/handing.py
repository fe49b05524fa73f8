"""From batches of electrons to tasks of a Dask cluster."""

import itertools
import pickle
from collections.abc import Sequence
from typing import Any

from dask._task_spec import Task

from ...model.events import Value
from ...model.vault import VAULT
from ...worker.farrunner import Brought
from ...worker.messages import Code
from ...worker.payload import nodes_in
from ..base import Claim, Services, Work
from . import envelope
from .connection import Connection
from .envelope import Errand
from .overseer import PREFIX


class Handed:
    """A batch that the cluster has."""

    def __init__(self, key: str, claim: Claim) -> None:
        self.key, self.claim = key, claim
        self.members = {member[0]: member[1] for member in claim.members}  # node: attempt, of those that have not ended
        self.future: Any = None
        self.worker = ""  # the address of the one that runs it
        self.current: tuple[int, int, int] | None = None  # node, attempt, start
        self.printed: tuple[bytes, bytes, bytes | None] = (b"", b"", None)  # by `current`, so far


class Hander:
    """Makes tasks, and sees to it that workers find what they need to run them."""

    def __init__(self, connection: Connection, services: Services, alone: bool) -> None:
        self._connection, self._services, self._alone = connection, services, alone
        self._count = itertools.count(1)
        self._brought: dict[int, tuple[set[int], int]] = {}  # run: versions that the scheduler has, in so many parts
        self._told = -1  # how many secrets it has

    def hand(self, claims: Sequence[Claim]) -> list[Handed]:
        """Give batches to the cluster, all in one message. Raises what pickling and the connection raise."""
        handed = [Handed(self._key(claim.work), claim) for claim in claims]
        tasks = {h.key: Task(h.key, envelope.run, self._errand(h)) for h in handed}
        priority = max(getattr(h.claim.share.executor, "priority", 0) for h in handed)
        futures = self._connection.client.get(tasks, list(tasks), sync=False, priority=priority)
        for h, future in zip(handed, futures, strict=True):
            h.future = future
        return handed

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        if self._brought.pop(work.number, None) is not None:
            self._connection.forget(self._id(work))

    def _key(self, work: Work) -> str:
        return f"{PREFIX}{self._services.store.session_id}-{work.number}-{next(self._count)}"

    def _id(self, work: Work) -> str:
        return f"{self._services.store.session_id}-{work.number}"

    def _errand(self, handed: Handed) -> bytes:
        claim = handed.claim
        work = claim.work
        values: dict[int, Value] = {}
        for _, _, _, kind, call in claim.members:
            for node in nodes_in(kind, call):
                if node not in handed.members and node not in values:
                    values[node] = work.value(node)
        parts = self._bring(work, {member[2] for member in claim.members})
        kernel = self._connection.id
        return pickle.dumps(Errand(handed.key, kernel, self._id(work), parts, self._alone, claim.members, values), 5)

    def _bring(self, work: Work, versions: set[int]) -> int:
        """Let the scheduler know versions and secrets that it does not; how many parts it has then."""
        known, parts = self._brought.get(work.number, (set[int](), 0))
        secrets = VAULT.size
        if versions <= known and secrets == self._told:
            return parts
        codes: dict[int, Code] = {version: work.code(version) for version in versions - known}
        shipment = VAULT.shipment() if secrets else None
        store = self._services.store
        brought = Brought(work.setup, codes, shipment, str(store.root), self._services.durability)
        self._connection.bring(self._id(work), pickle.dumps(brought, 5), self._alone)
        self._brought[work.number], self._told = (known | versions, parts + 1), secrets
        return parts + 1
