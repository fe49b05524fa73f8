"""However many executors name a scheduler: it sees one client."""

from pathlib import Path
from typing import Any

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from tests.clusters.daskcluster import Cluster
from tests.clusters.flows import on, plus, total


def clients(dask_scheduler: Any) -> list[str]:
    """Those connected now."""
    return list(dask_scheduler.client_comms)


def resources() -> list[str]:
    return [resource.id for resource in jf.session().resources if resource.kind == "dask"]


def test_a_hundred_executors_that_name_one_scheduler_are_one_client_of_it(cluster: Cluster) -> None:
    file = str(cluster.machine.path("scheduler.json"))
    executors: list[Any] = [on(cluster, retries=n % 3, time_limit=100 + n) for n in range(98)]
    executors += [DaskExecutor(file, security=cluster.security), DaskExecutor(Path(file), security=cluster.security)]
    others = resources()
    with cluster.client() as counting:
        before = counting.run_on_scheduler(clients)

        @jf.lattice
        def flow() -> Any:
            return total([plus.with_options(executor=executor)(n, 1) for n, executor in enumerate(executors)])

        assert jf.dispatch_sync(flow)().result == sum(range(1, 101))
        assert len(counting.run_on_scheduler(clients)) - len(before) == 1
    assert len(resources()) - len(others) == 1
