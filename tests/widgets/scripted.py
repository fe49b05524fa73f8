"""A dispatch whose states a test sets, and a page that follows it."""

import time
from typing import Any

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED, RUNNING, Record
from jupyter_flow.model.graph import TransportGraph
from jupyter_flow.widgets.source import Source
from jupyter_flow.widgets.views import DispatchView


@jf.electron
def split(n: int) -> list[int]:
    """Parts."""
    return list(range(n))


@jf.electron
def train(part: Any) -> Any:
    """One of many."""
    return part


@jf.electron(executor="thread")
def best(models: list[Any]) -> Any:
    """The best of many."""
    return models[0]


def fan(width: int) -> TransportGraph:
    """Glue between one electron and many, and one after them."""

    def body() -> Any:
        parts = split(width)
        return best([train(parts[i]) for i in range(width)])

    return jf.lattice(body).build_graph()


class Scripted:
    """Facts that a test makes up."""

    id = "scripted"
    error = None
    resumable = "scripted-1"

    def __init__(self, graph: TransportGraph) -> None:
        self.graph = graph
        self.status, self.started, self.ended = RUNNING, time.time_ns(), 0
        self.now = bytearray(len(graph))
        self.records: dict[int, Record] = {}

    def set(self, node: int, state: int, seconds: float = 1.0, worker: int = 0, start: float = 0.0) -> None:
        """A node gets into a state."""
        self.now[node] = state
        if state >= COMPLETED:
            began = self.started + int(start * 1e9)
            ran = state == COMPLETED or seconds > 0
            self.records[node] = Record(node, 1, state, began if ran else 0, began + int(seconds * 1e9), worker)

    def end(self, status: int = COMPLETED) -> None:
        """The dispatch ends."""
        self.status, self.ended = status, self.started + 10**9

    def states(self) -> bytes:
        """As they were set."""
        return bytes(self.now)

    def begun(self) -> dict[int, int]:
        """What runs."""
        return {node: self.started for node, state in enumerate(self.now) if state == RUNNING}

    def record(self, node: int) -> Record | None:
        """As it was made up."""
        return self.records.get(node)

    def attempts(self, node: int) -> list[Record]:
        """At most one."""
        return [self.records[node]] if node in self.records else []

    def retried(self) -> list[Record]:
        """None."""
        return []

    def stamp(self) -> Any:
        """The states."""
        return bytes(self.now), self.ended


def scripted(graph: TransportGraph) -> tuple[Source, Scripted]:
    """A source, and the facts behind it."""
    source, facts = Source("", graph=graph), Scripted(graph)
    source._facts = facts
    return source, facts


class Follower:
    """What a page knows: the last picture, with what has changed about it since."""

    def __init__(self, view: DispatchView) -> None:
        self.view = view
        self.graph: Any = None
        self.seq = -1
        self.missed = False

    def hear(self, messages: list[Any]) -> None:
        """Take in what it is told."""
        for message in messages:
            if message["kind"] == "graph":
                self.graph, self.seq, self.missed = message, message["seq"], False
            elif message["kind"] == "delta":
                self.missed = self.missed or message["seq"] != self.seq + 1
                self.seq = message["seq"]
                for tally in message["tallies"]:
                    self.graph["tallies"][tally["group"]] = tally
                self.graph["state"] = message["state"]

    def ask(self, kind: str, **fields: Any) -> list[Any]:
        """Ask for something, and hear the answer."""
        request: Any = {"kind": kind, "view": self.view.id, **fields}
        messages: list[Any] = self.view.handle(request)
        self.hear(messages)
        return messages
