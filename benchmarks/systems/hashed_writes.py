"""The least that a durable record of arrays can take: each is written to a file and hashed, once."""

import importlib
import tempfile
from typing import Any

import tasks
from workloads import Workload

from .base import System

CHUNK = 1 << 20


class HashedWrites(System):
    """No workflow at all."""

    def import_lib(self) -> None:
        """The hash that the store uses."""
        self.blake3: Any = importlib.import_module("blake3")

    def build(self, workload: Workload) -> Any:
        """One array, how often to write it, and what to return; making it is not what is measured."""
        arrays = [node for node in workload.nodes if node.task in (tasks.make_array, tasks.add_one_to_array)]
        data = memoryview(tasks.make_array(*arrays[0].constants)).cast("B")
        return data, len(arrays), workload.expected

    def run(self, built: Any) -> Any:
        """Write and hash."""
        data, times, expected = built
        for _ in range(times):
            hasher = self.blake3.blake3()
            with tempfile.TemporaryFile(buffering=0) as file:
                for at in range(0, len(data), CHUNK):
                    hasher.update(data[at : at + CHUNK])
                    file.write(data[at : at + CHUNK])
        return expected
