"""What a graph means: its nodes, run one after another in this process, every value by way of its pickle."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jupyter_flow.executor.names import ExecutorNames
from jupyter_flow.model.events import BlobRef, Value
from jupyter_flow.model.graph import ATOM, OUTPUT, TransportGraph
from jupyter_flow.model.lattice import Lattice
from jupyter_flow.store.blobs import Blobs
from jupyter_flow.worker import envelope
from jupyter_flow.worker.payload import Payload


class Stub:
    """Surroundings for a tracer: real blobs, the kinds of executors, and a note of what was fingerprinted."""

    def __init__(self, root: Path) -> None:
        self.blobs = Blobs(root)
        self.names = ExecutorNames()
        self.asked: list[Callable[..., Any]] = []
        self.kept: list[BlobRef] = []

    def keep(self, meta: bytes, buffers: Sequence[memoryview]) -> BlobRef:
        self.kept.append(self.blobs.write(meta, buffers))
        return self.kept[-1]

    def executor(self, named: Any) -> Any:
        return self.names.get_executor(named)

    def fingerprint(self, function: Callable[..., Any]) -> bytes:
        self.asked.append(function)
        return getattr(function, "__name__", "?").encode()


class Evaluator:
    """Runs graphs."""

    def __init__(self, root: Path) -> None:
        self.outside = Stub(root)
        self.payload = Payload(self.outside.blobs)

    def __call__(self, body: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What a lattice (or its body) comes to, given these arguments."""
        lattice = body if isinstance(body, Lattice) else Lattice(body)
        return self.result(lattice.trace(args, kwargs, self.outside))

    def result(self, graph: TransportGraph) -> Any:
        """The value of a graph."""
        values = self.values(graph)
        tag, item = graph.result
        if tag == ATOM:
            return item
        if tag == OUTPUT:
            return self.payload.load(values[item])
        return self.payload.literal(item, [self.payload.load(values[node]) for node in item.refs])

    def values(self, graph: TransportGraph) -> dict[int, Value]:
        """The value of each node."""
        consumers, waiting = graph.successors()
        ready = [node for node in range(len(graph)) if not waiting[node]]
        values: dict[int, Value] = {}
        for node in ready:
            values[node] = self.payload.pack(self._value(graph, node, values))
            for consumer in consumers[node]:
                waiting[consumer] -= 1
                if not waiting[consumer]:
                    ready.append(consumer)
        assert len(ready) == len(graph)
        return values

    def _value(self, graph: TransportGraph, node: int, values: dict[int, Value]) -> Any:
        version = graph.versions[graph.version[node]]
        before, after, function = self.payload.function(version.code)
        args, kwargs = self.payload.arguments(graph.kinds[node], graph.calls[node], values)
        if version.kind != "sublattice":
            return envelope.call(function, before, after, args, kwargs)
        blobs = self.payload.blobs
        return self.result(
            envelope.build(version.name, function, (before, after), version.options, args, kwargs, blobs)
        )
