"""Electrons that say `cache`: before one runs, the store is asked for the value that the same code made of the same
inputs, in any dispatch; when one has run, its value is kept for others.

Which node has which key is known when its inputs are. The store is asked on a thread of its own, for as many nodes
as have gathered meanwhile, so that nobody holds the dispatcher's lock while a disk is read.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from ..model.errors import StoreError
from ..model.events import COMPLETED, BlobRef, Record, Value
from ..model.fingerprint import Fingerprint
from ..model.graph import TransportGraph
from ..store.records import Cached, Made
from ..store.runs import Store
from .keys import Contents, Parts, parts_of

if TYPE_CHECKING:
    from .run import Run

LOG = logging.getLogger("jupyter_flow")


def caches(version: Any) -> bool:
    """Whether the values of a version may be taken from the cache: glue and sublattices are computed."""
    return version.kind == "electron" and bool(version.options.cache)


def opaque(version: Any) -> bool:
    """Whether a version reaches something that nobody can compare with what it was."""
    return isinstance(version.fingerprint, Fingerprint) and version.fingerprint.opaque


class Caching:
    """The nodes of one dispatch that may be in the cache."""

    def __init__(self, graph: TransportGraph, chosen: Sequence[bool]) -> None:
        self._graph, self._chosen = graph, chosen
        self._asked: set[int] = set()
        self._parts: dict[int, Parts] = {}  # of nodes that were asked for and have not completed

    @classmethod
    def of(cls, graph: TransportGraph) -> "Caching | None":
        """For a graph; None where no electron of it says so, which is all that others pay for this."""
        chosen = [caches(version) and not opaque(version) for version in graph.versions]
        return cls(graph, chosen) if any(chosen) else None

    def new(self, nodes: Iterable[int]) -> list[int]:
        """(lock) Those of these that the cache is to be asked for. Once: what failed, or came back, is to run."""
        version = self._graph.version
        found = [node for node in nodes if self._chosen[version[node]] and node not in self._asked]
        self._asked.update(found)
        return found

    def keys(self, nodes: Sequence[int], values: Mapping[int, Value], contents: Contents) -> dict[int, bytes]:
        """The keys of nodes whose inputs are known."""
        for node in nodes:
            self._parts[node] = parts_of(self._graph, node, values, contents)
        return {node: self._parts[node].key for node in nodes}

    def made(self, rows: Iterable[Record]) -> list[Made]:
        """(lock) What to keep of rows: the values that were computed."""
        found = []
        for row in rows:
            if row[2] != COMPLETED:
                continue
            parts = self._parts.pop(row[0], None)
            if parts is not None and row.origin is None:
                found.append(Made(parts.key, row[0], row[1], self._graph.name_of(row[0]), parts.text()))
        return found


class Lookups:
    """The thread that asks the store, started when there is something to ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wanted: SimpleQueue[tuple[Run, list[int]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, run: "Run", nodes: list[int]) -> None:
        """(lock) Have `run.looked_up` told which of these nodes are in the cache."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="jupyter-flow-cache", daemon=True)
            self._thread.start()
        self._wanted.put((run, nodes))

    def close(self) -> None:
        """Let the thread go."""
        self._closed = True
        self._wanted.put(None)

    def _serve(self) -> None:
        while (first := self._wanted.get()) is not None:
            gathered, more = _gathered(first, self._wanted.get_nowait)
            for run, nodes in gathered:
                self._answer(run, nodes)
            if not more:
                return

    def _answer(self, run: "Run", nodes: list[int]) -> None:
        values, hits = run.values, dict[int, Record]()
        if run.ended_at:  # after the line above: with its end a dispatch lets go of its values
            return
        try:
            hits = self._hits(run, nodes, values)
        except Exception:  # whatever is wrong with the cache: what is not found there can run
            if self._closed:
                return
            LOG.exception("the cache could not be asked for dispatch %s, which computes", run.id)
        try:
            run.looked_up(nodes, hits)
        except Exception:
            LOG.exception("dispatch %s could not go on after a look into the cache", run.id)

    def _hits(self, run: "Run", nodes: list[int], values: Mapping[int, Value]) -> dict[int, Record]:
        assert run.caching is not None
        keys = run.caching.keys(nodes, values, Contents(lambda ref: self._store.blobs.read(ref)[0]))
        found = self._store.cached(list(dict.fromkeys(key for node, key in keys.items() if node not in run.anew)))
        whole: dict[BlobRef, bool] = {}
        records = {key: self._record(cached, whole) for key, cached in found.items()}
        hits = {node: records.get(key) for node, key in keys.items() if node not in run.anew}
        return {node: record for node, record in hits.items() if record is not None}

    def _record(self, cached: Cached, whole: dict[BlobRef, bool]) -> Record | None:
        """The record of a value that is all there, with what was printed as far as it is."""
        record = cached.record
        if record is None or record.value is None or not self._whole(record.value, whole):
            return None
        printed = record.stdout, record.stderr, record.displays
        out, err, shown = (text if text is not None and self._whole(text, whole) else None for text in printed)
        now = time.time_ns()
        here = record._replace(start=now, end=now, worker=0, origin=cached.origin)
        return here._replace(stdout=out, stderr=err, displays=shown)

    def _whole(self, value: Value, whole: dict[BlobRef, bool]) -> bool:
        """Whether a value is there, and what was written."""
        if isinstance(value, bytes):
            return True
        if value not in whole:
            try:
                self._store.blobs.read(value)
                whole[value] = True
            except StoreError as error:
                LOG.warning("a value of the cache is not used, and computed again: %s", error)
                whole[value] = False
        return whole[value]


def _gathered(
    first: "tuple[Run, list[int]]", more: "Callable[[], tuple[Run, list[int]] | None]"
) -> "tuple[list[tuple[Run, list[int]]], bool]":
    """All that is asked for now, by dispatch; and whether more is to come."""
    runs = {id(first[0]): (first[0], list(first[1]))}
    try:
        while (item := more()) is not None:
            runs.setdefault(id(item[0]), (item[0], []))[1].extend(item[1])
    except Empty:
        return list(runs.values()), True
    return list(runs.values()), False
