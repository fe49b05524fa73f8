"""Each node given to `client.submit`, with the futures of its inputs: what one would write by hand for a Dask cluster.

The yardstick for our executor on Dask, on a cluster like the one that a session starts for itself.
"""

import importlib
from collections import Counter
from typing import Any

from workloads import Node, Workload

from .base import WORKERS, System


class DaskSubmit(System):
    """Processes of one thread each on the loopback address, encrypted."""

    def import_lib(self) -> None:
        """The package."""
        self.distributed: Any = importlib.import_module("distributed")

    def setup(self) -> None:
        """A scheduler, workers and a client."""
        self.cluster = self.distributed.LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            protocol="tls",
            security=self.distributed.Security.temporary(),
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        )
        self.client = self.distributed.Client(self.cluster)

    def build(self, workload: Workload) -> Any:
        """The nodes, and how many take the output of each: the last one that does lets go of it."""
        return workload.nodes, Counter(producer for node in workload.nodes for producer in set(node.inputs))

    def run(self, built: tuple[list[Node], Counter[int]]) -> Any:
        """Submit everything, and wait for the last."""
        nodes, consumers = built[0], built[1].copy()
        outputs: list[Any] = []
        for node in nodes:
            outputs.append(self.client.submit(node.task, *node.arguments(outputs), pure=False))
            for producer in set(node.inputs):
                consumers[producer] -= 1
                if not consumers[producer]:
                    outputs[producer] = None
        return outputs[-1].result()

    def teardown(self) -> None:
        """Stop the cluster."""
        self.client.close()
        self.cluster.close()
