"""A dispatch as the store keeps it: its graph, what it was given, and the function to build it from again."""

import io
import pickle
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..executor import BaseExecutor
from ..executor.base import Executor
from ..executor.custom import Elsewhere
from ..executor.settings import described, restored
from ..model.concealing import without
from ..model.errors import DispatchError, StoreCorruption
from ..model.events import Value
from ..model.graph import TransportGraph
from ..model.pickles import holed
from ..model.vault import VAULT
from ..store.records import RunRow
from ..store.runs import Store


class Archive(NamedTuple):
    """What a later kernel needs to read a dispatch or to repeat it."""

    graph: TransportGraph
    inputs: "Inputs | None"  # what the lattice was given
    workflow: Value | None  # the pickled lattice; None for a sublattice, and where it cannot be pickled
    continues: "Continues | None" = None
    executors: Mapping[str, Value] = MappingProxyType({})  # those that had a name, pickled


class Continues(NamedTuple):
    """The earlier dispatch that one takes over from."""

    id: str
    anew: tuple[int, ...]  # nodes of it that are computed again


class Inputs(NamedTuple):
    """The arguments of a lattice, each by itself, so that a large one is the same file as where an electron uses it."""

    args: tuple[Value | None, ...]  # None: it could not be pickled
    kwargs: dict[str, Value | None]

    def load(self, load: Callable[[Value], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments. Raises DispatchError where one could not be recorded."""
        return tuple(_loaded(load, value) for value in self.args), {k: _loaded(load, v) for k, v in self.kwargs.items()}

    def concealed(self) -> "Inputs":
        """The same without what turned out to be secret when the lattice gave it a name that says so."""
        return Inputs(tuple(map(without, self.args)), {k: without(v) for k, v in self.kwargs.items()})


def _loaded(load: Callable[[Value], Any], value: Value | None) -> Any:
    if value is None:
        raise DispatchError("an argument of this dispatch could not be pickled, so it is not recorded; give it again")
    return load(value)


def new_id() -> str:
    """An id for a dispatch."""
    return str(uuid.uuid4())


def pack_record(
    graph: TransportGraph,
    inputs: Inputs | None,
    workflow: Value | None,
    continues: Continues | None = None,
    executors: Mapping[str, Value] = MappingProxyType({}),
) -> bytes:
    """A dispatch as bytes."""
    more = (tuple(continues) if continues else None, dict(executors)) if continues or executors else ()
    data = pickle.dumps((1, graph, inputs, workflow, *more), 5)
    return holed(data) if VAULT.touches(data) else data


def unpack_record(data: Any) -> Archive:
    """A dispatch from bytes that the store has authenticated. No code of the user's runs: values stay bytes."""
    _, graph, inputs, workflow, *more = _Records(io.BytesIO(data)).load()
    continues, executors = more or (None, {})
    return Archive(graph, inputs, workflow, Continues(*continues) if continues else None, executors)


def archive_of(row: RunRow, store: Store) -> Archive:
    """The graph, inputs and workflow of a recorded dispatch. Raises StoreError."""
    data = row.graph if isinstance(row.graph, bytes) else store.blobs.read(row.graph)[0]
    return unpack_record(data)


class _Records(pickle.Unpickler):
    """Knows what a record is made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PARTS:
            return self._filled if name == "filled" else super().find_class(module, name)
        if (module, name) == (restored.__module__, restored.__name__):
            return _described
        if module.startswith("jupyter_flow.executor.") and "." not in name:
            found = super().find_class(module, name)
            if name == "_found" or (isinstance(found, type) and issubclass(found, Executor | BaseExecutor)):
                return found
        if module.startswith("jupyter_flow."):
            raise StoreCorruption(f"a record of a dispatch names {module}.{name}, which none has")
        return _unknown(name)  # an executor that somebody else wrote, or what it holds

    def _filled(self, pieces: Any, holes: Any, buffers: Any) -> Any:
        return _Records(io.BytesIO(VAULT.joined(pieces, holes)), buffers=buffers).load()


def _described(kind: type, settings: dict[str, Any], secret: dict[str, Any]) -> Any:
    """An executor whose secrets need not be known here."""
    return described(kind, settings, secret) if issubclass(kind, Executor) else kind()


def _unknown(name: str) -> type[Elsewhere]:
    """What stands for a class: its instances are descriptions, whatever they are made of."""

    class Unknown(Elsewhere):
        def __new__(cls, *_: Any, **__: Any) -> "Unknown":
            made = super().__new__(cls)
            Elsewhere.__init__(made, 0, name)
            return made

        def __init__(self, *_: Any, **__: Any) -> None:
            """Nothing of what it is given is looked at."""

        def __setstate__(self, state: Any) -> None:
            """Nor what it had."""

    return Unknown


_PARTS = {
    ("jupyter_flow.dispatch.archive", "Inputs"),
    ("jupyter_flow.model.events", "BlobRef"),
    ("jupyter_flow.model.fingerprint", "Fingerprint"),
    ("jupyter_flow.model.graph", "TransportGraph"),
    ("jupyter_flow.model.literal", "Concealed"),
    ("jupyter_flow.model.literal", "Literal"),
    ("jupyter_flow.model.options", "Options"),
    ("jupyter_flow.model.pickles", "filled"),
    ("array", "_array_reconstructor"),
    ("array", "array"),
    *(("builtins", name) for name in ("bytearray", "complex", "Ellipsis", "frozenset", "set")),
    ("copyreg", "__newobj__"),
    ("copyreg", "_reconstructor"),
    ("datetime", "timedelta"),
    *((module, name) for module in ("pathlib", "pathlib._local") for name in ("Path", "PosixPath")),
}
