"""A dispatch as the store keeps it: its graph, what it was given, and the function to build it from again."""

import pickle
import uuid
from typing import Any, NamedTuple

from ..model.events import Value
from ..model.graph import TransportGraph


class Archive(NamedTuple):
    """What a later kernel needs to read a dispatch or to repeat it."""

    graph: TransportGraph
    inputs: Value | None  # the pickled (args, kwargs) of the lattice
    workflow: Value | None  # the pickled lattice


def new_id() -> str:
    """An id for a dispatch."""
    return str(uuid.uuid4())


def pack_record(graph: TransportGraph, inputs: Value | None, workflow: Value | None) -> bytes:
    """A dispatch as bytes."""
    return pickle.dumps((1, graph, inputs, workflow), 5)


def unpack_record(data: Any) -> Archive:
    """A dispatch from bytes that the store has authenticated."""
    _, graph, inputs, workflow = pickle.loads(data)
    return Archive(graph, inputs, workflow)
