"""A dispatch as the store keeps it: its graph, what it was given, and the function to build it from again."""

import pickle
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from ..model.errors import DispatchError
from ..model.events import Value
from ..model.graph import TransportGraph
from ..model.pickles import holed
from ..model.vault import VAULT


class Archive(NamedTuple):
    """What a later kernel needs to read a dispatch or to repeat it."""

    graph: TransportGraph
    inputs: "Inputs | None"  # what the lattice was given
    workflow: Value | None  # the pickled lattice; None for a sublattice, and where it cannot be pickled


class Inputs(NamedTuple):
    """The arguments of a lattice, each by itself, so that a large one is the same file as where an electron uses it."""

    args: tuple[Value | None, ...]  # None: it could not be pickled
    kwargs: dict[str, Value | None]

    def load(self, load: Callable[[Value], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments. Raises DispatchError where one could not be recorded."""
        return tuple(_loaded(load, value) for value in self.args), {k: _loaded(load, v) for k, v in self.kwargs.items()}


def _loaded(load: Callable[[Value], Any], value: Value | None) -> Any:
    if value is None:
        raise DispatchError("an argument of this dispatch could not be pickled, so it is not recorded; give it again")
    return load(value)


def new_id() -> str:
    """An id for a dispatch."""
    return str(uuid.uuid4())


def pack_record(graph: TransportGraph, inputs: Inputs | None, workflow: Value | None) -> bytes:
    """A dispatch as bytes."""
    data = pickle.dumps((1, graph, inputs, workflow), 5)
    return holed(data) if VAULT.touches(data) else data


def unpack_record(data: Any) -> Archive:
    """A dispatch from bytes that the store has authenticated."""
    _, graph, inputs, workflow = pickle.loads(data)
    return Archive(graph, inputs, workflow)
