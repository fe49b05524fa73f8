"""What the electrons of a dispatch have made: values for whoever asks, objects for threads to share."""

from typing import Any

from ..model.events import BlobRef, Value
from ..model.graph import TransportGraph


class Outputs:
    """The outputs of one running dispatch.

    A large object is let go when the last electron that takes it has completed: the store has the value, and
    a chain of large steps would otherwise hold all of them at once.
    """

    def __init__(self, graph: TransportGraph) -> None:
        self.values: dict[int, Value] = {}
        self.objects: dict[int, Any] = {}
        self._graph = graph
        self._awaited: dict[int, int] = {}  # large objects: by how many electrons

    def put(self, node: int, value: Value, objects: dict[int, Any] | None, consumers: int) -> None:
        """A node has completed, with so many electrons behind it."""
        self.values[node] = value
        if self._awaited:
            self._taken(node)
        if objects is None or node not in objects:
            return
        if isinstance(value, BlobRef):
            if not consumers:
                return
            self._awaited[node] = consumers
        self.objects[node] = objects[node]

    def _taken(self, node: int) -> None:
        for producer in dict.fromkeys(self._graph.producers(node)):
            if producer in self._awaited:
                self._awaited[producer] -= 1
                if not self._awaited[producer]:
                    del self._awaited[producer], self.objects[producer]

    @property
    def weight(self) -> int:
        """How many bytes of values are held in memory."""
        return sum(len(value) for value in self.values.values() if isinstance(value, bytes))
