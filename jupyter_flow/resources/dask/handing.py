"""From batches of electrons to tasks of a Dask cluster."""

import itertools
import pickle
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dask._task_spec import Task

from ...model.events import Value
from ...model.vault import VAULT
from ...store.files import write_whole
from ...store.location import private_folder
from ...store.sealing import FAR
from ...store.sessions import place
from ...worker.begun import Begun
from ...worker.farrunner import Brought
from ...worker.messages import Code
from ...worker.payload import nodes_in
from ..base import Claim, Services, Work
from . import envelope
from .connection import Connection
from .envelope import Errand
from .overseer import PREFIX
from .terms import Terms


class Handed:
    """A batch that the cluster has."""

    def __init__(self, key: str, claim: Claim) -> None:
        self.key, self.claim = key, claim
        self.members = {member[0]: member[1] for member in claim.members}  # node: attempt, of those that have not ended
        self.future: Any = None
        self.terms = Terms()
        self.note: Begun | None = None  # that it was handed out, for the kernel after this one
        self.failed = 0.0  # when it was first seen that Dask had given it up
        self.withdrawn = 0.0  # when it was taken back; it may have begun all the same
        self.number = 0  # of the desk that runs it
        self.current: tuple[int, int, int] | None = None  # node, attempt, start
        self.printed: tuple[bytes, bytes, bytes | None] = (b"", b"", None)  # by `current`, so far


class Hander:
    """Makes tasks, and sees to it that workers find what they need to run them."""

    def __init__(
        self, connection: Connection, services: Services, alone: bool, terms: Callable[[Claim], Terms]
    ) -> None:
        self._connection, self._session, self._terms = connection, services.store.session_id, terms
        self._about = _about(services, alone)
        self._count = itertools.count(1)
        self._brought: dict[int, tuple[set[int], int, int]] = {}  # by run: versions the scheduler has, parts, secrets

    def hand(self, claims: Sequence[Claim], note: Callable[[Handed], None]) -> list[Handed]:
        """Give batches to the cluster, a message for equal terms. Raises what pickling and the connection raise."""
        handed = [Handed(self._key(claim.work), claim) for claim in claims]
        for h in handed:
            note(h)
            h.terms = self._terms(h.claim)
        for terms, same in itertools.groupby(sorted(handed, key=_terms), key=_terms):
            self._send(list(same), terms)
        return handed

    def _send(self, handed: list[Handed], terms: Terms) -> None:
        tasks = {h.key: Task(h.key, envelope.run, self._errand(h)) for h in handed}
        futures = self._connection.client.get(tasks, list(tasks), sync=False, **terms.keywords)
        for h, future in zip(handed, futures, strict=True):
            h.future = future

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        if self._brought.pop(work.number, None) is not None:
            self._connection.forget(self._id(work))

    def _key(self, work: Work) -> str:
        return f"{PREFIX}{self._session}-{work.number}-{next(self._count)}"

    def _id(self, work: Work) -> str:
        return f"{self._session}-{work.number}"

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
        return pickle.dumps(Errand(handed.key, kernel, self._id(work), parts, work.number, claim.members, values), 5)

    def _bring(self, work: Work, versions: set[int]) -> int:
        """Let the scheduler know versions and secrets that it does not; how many parts it has then."""
        known, parts, told = self._brought.get(work.number, (set[int](), 0, -1))
        many = VAULT.size
        if versions <= known and many == told:
            return parts
        codes: dict[int, Code] = {version: work.code(version) for version in versions - known}
        shipment = VAULT.shipment() if many else None
        self._connection.bring(self._id(work), pickle.dumps(Brought(work.setup, codes, shipment, *self._about), 5))
        self._brought[work.number] = known | versions, parts + 1, many
        return parts + 1


def _terms(handed: Handed) -> Terms:
    return handed.terms


def _about(services: Services, alone: bool) -> tuple[Any, ...]:
    """Where workers may find the kernel and its store."""
    store, folder = services.store, services.folder
    sign = secrets.token_hex(16)
    private_folder(Path(folder))
    write_whole(Path(folder, sign), b"")
    host = socket.gethostname()
    return str(store.root), services.durability, folder, sign, store.journal_key(FAR), host, place(), alone
