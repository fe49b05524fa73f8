"""dask.delayed on worker processes of this machine, through its scheduler."""

import importlib
from typing import Any

from .base import WORKERS
from .dask_threads import DaskThreads


class DaskDistributed(DaskThreads):
    """A LocalCluster on the loopback address, without its dashboard."""

    def import_lib(self) -> None:
        """Both packages."""
        super().import_lib()
        self.distributed: Any = importlib.import_module("distributed")

    def setup(self) -> None:
        """A scheduler and workers of one thread each."""
        self.cluster = self.distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0
        )
        self.client = self.distributed.Client(self.cluster)

    def run(self, built: Any) -> Any:
        """Compute it."""
        return self.client.compute(built).result()

    def teardown(self) -> None:
        """Stop the cluster."""
        self.client.close()
        self.cluster.close()
