"""From batches of electrons to tasks of a Dask cluster."""

import itertools
import pickle
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dask._expr import LLGExpr
from dask._task_spec import Task, TaskRef
from distributed.spans import SpanMetadata

from ...model.events import Value
from ...model.vault import VAULT
from ...store.files import write_whole
from ...store.location import private_folder
from ...store.sealing import FAR
from ...store.sessions import place
from ...worker.farrunner import Brought
from ...worker.messages import Code
from ...worker.payload import nodes_in
from ..base import Claim, Services, Work
from . import envelope
from .connection import Connection
from .envelope import Errand
from .handed import Handed
from .overseer import PREFIX
from .terms import Terms

ALONG = 16 * 1024  # bytes of what is new about a dispatch that go with its batches: nobody has to ask for it

FOLLOWS = "after-"  # a word more in the names that Dask has for groups of tasks: "jf", "jf-after"


class Hander:
    """Makes tasks, and sees to it that workers find what they need to run them."""

    def __init__(
        self, connection: Connection, services: Services, alone: bool, terms: Callable[[Claim], Terms]
    ) -> None:
        self._connection, self._session, self._terms = connection, services.store.session_id, terms
        self._about = _about(services, alone)
        self._count, self._sent = itertools.count(1), itertools.count(1)
        self._brought: dict[int, tuple[set[int], int, int]] = {}  # by run: versions the scheduler has, parts, secrets
        self._fresh: dict[int, bytes] = {}  # by run: a part that nobody on the cluster can know yet
        self._later: list[tuple[str, bytes]] = []  # ids and parts that the scheduler is to have after the batches

    def hand(self, handed: Sequence[Handed], note: Callable[[Handed], None]) -> None:
        """Give batches to the cluster, a message for equal terms, none before those that it comes after.

        Raises what pickling and the connection raise.
        """
        for h in handed:
            note(h)
            h.terms = self._terms(h.claim)
        self._fresh.clear()
        self._later.clear()
        for _, same in itertools.groupby(sorted(handed, key=_run), key=_run):
            self._bring(list(same))
        try:
            self._send_all(handed)
        finally:
            for id, part in self._later:
                self._connection.bring(id, part)

    def _send_all(self, handed: Sequence[Handed]) -> None:
        ready = sorted((h for h in handed if not h.parents), key=_terms)
        following = [h for h in handed if h.parents]
        for terms, same in itertools.groupby([*ready, *following], key=_terms):
            self._send(list(same), terms)

    def _send(self, handed: list[Handed], terms: Terms) -> None:
        tasks = {h.key: self._task(h) for h in handed}
        order = {h.key: next(self._sent) for h in handed}  # else Dask finds one itself, which takes its time
        about = SpanMetadata(collections=[{"type": "low-level-graph"}])
        given = {"internal_priority": order, "fifo_timeout": "60s", **terms.keywords}
        graph = LLGExpr(tasks, _determ_token=next(iter(tasks)))  # a name that it need not hash everything for
        futures = self._connection.client._graph_to_futures(graph, list(tasks), about, **given)
        for h in handed:
            h.future = futures[h.key]

    def _task(self, handed: Handed) -> Task:
        return Task(handed.key, envelope.run, self._errand(handed), *(TaskRef(one.key) for one in handed.parents))

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        if self._brought.pop(work.number, None) is not None:
            self._connection.forget(self._id(work))

    def key(self, work: Work, follows: bool) -> str:
        """A name for a batch.

        Dask keeps those that follow nothing, and go by names of their own, until a worker has its turn for them.
        """
        return f"{PREFIX}{FOLLOWS if follows else ''}{self._session}-{work.number}-{next(self._count)}"

    def _id(self, work: Work) -> str:
        return f"{self._session}-{work.number}"

    def _errand(self, handed: Handed) -> bytes:
        claim = handed.claim
        work = claim.work
        values: dict[int, Value] = {}
        for member, _, _, kind, call in claim.members:
            later = claim.needs.get(member, ())
            for node in nodes_in(kind, call):
                if node not in handed.members and node not in values and node not in later:
                    values[node] = work.value(node)
        part = self._fresh.get(work.number, b"")
        dispatch = self._connection.id, self._id(work), self._brought[work.number][1], work.number
        part = part if len(part) <= ALONG else b""
        return pickle.dumps(Errand(handed.key, *dispatch, claim.members, values, claim.needs, part), 5)

    def _bring(self, handed: list[Handed]) -> None:
        """Let the scheduler know versions and secrets of a dispatch that it does not."""
        work = handed[0].claim.work
        versions = {member[2] for h in handed for member in h.claim.members}
        known, parts, told = self._brought.get(work.number, (set[int](), 0, -1))
        many = VAULT.size
        if versions <= known and many == told:
            return
        codes: dict[int, Code] = {version: work.code(version) for version in versions - known}
        shipment = VAULT.shipment() if many else None
        part = self._fresh[work.number] = pickle.dumps(Brought(work.setup, codes, shipment, *self._about), 5)
        if parts or len(part) > ALONG:
            self._connection.bring(self._id(work), part)
        else:  # all that there is goes along: nobody asks, so what is to run need not wait behind it
            self._later.append((self._id(work), part))
        self._brought[work.number] = known | versions, parts + 1, many


def _run(handed: Handed) -> int:
    return handed.claim.work.number


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
