"""What tracing needs from outside the model, in the kernel."""

from collections.abc import Callable, Sequence
from typing import Any

from ..executor.names import ExecutorNames
from ..model.events import BlobRef
from ..store.fingerprints import fingerprint
from ..store.runs import Store


class Surroundings:
    """Large values go to the store, executors come from those that have names, code is known by its digest."""

    shares_process = True

    def __init__(self, store: Store, names: ExecutorNames) -> None:
        self._store, self._names = store, names

    def keep(self, meta: bytes, buffers: Sequence[memoryview]) -> BlobRef:
        """Store a large literal."""
        return self._store.blobs.write(meta, buffers)

    def executor(self, named: Any) -> Any:
        """The executor somebody named."""
        return self._names.get_executor(named)

    def fingerprint(self, function: Callable[..., Any]) -> bytes:
        """A digest of a function's code."""
        return fingerprint(function)
