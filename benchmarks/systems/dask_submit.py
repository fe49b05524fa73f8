"""Each node given to `client.submit`, with the futures of its inputs: what one would write by hand for a Dask cluster.

The yardstick for our executor on Dask, on a cluster like the one that a session starts for itself: a process for the
scheduler, one for each worker, of one thread, on the loopback address, encrypted.
"""

import asyncio
import importlib
import multiprocessing
from collections import Counter
from multiprocessing.connection import Connection
from typing import Any

from workloads import Node, Workload

from .base import WORKERS, System


class DaskSubmit(System):
    """A client, and nothing else of Dask in this process."""

    def import_lib(self) -> None:
        """The package."""
        self.distributed: Any = importlib.import_module("distributed")

    def setup(self) -> None:
        """A scheduler, workers and a client."""
        spawning = multiprocessing.get_context("spawn")
        self.channel, theirs = spawning.Pipe()
        self.process = spawning.Process(target=cluster, args=(theirs,))
        self.process.start()
        address, security = self.channel.recv()
        self.client = self.distributed.Client(address, security=security)
        self.client.wait_for_workers(WORKERS)

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

    def scheduler(self) -> int | None:
        """The cluster's process."""
        return self.process.pid

    def teardown(self) -> None:
        """Stop the cluster."""
        self.client.close()
        self.channel.close()
        self.process.join(10)


def cluster(channel: Connection) -> None:
    """The body of the cluster's process: tells how it is reached, and goes on until nobody listens any more."""
    asyncio.run(_cluster(channel))


async def _cluster(channel: Connection) -> None:
    from distributed import LocalCluster, Security

    security = Security.temporary()
    common: Any = {"protocol": "tls", "security": security, "host": "127.0.0.1", "dashboard_address": None}
    async with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, memory_limit=0, asynchronous=True, **common
    ) as made:
        channel.send((made.scheduler_address, security))
        try:
            await asyncio.get_running_loop().run_in_executor(None, channel.recv)
        except EOFError:
            pass
