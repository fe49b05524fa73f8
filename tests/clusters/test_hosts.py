"""Workflows over two hosts that share no file with the kernel: data flows, and values come back."""

from pathlib import Path
from typing import Any

import pytest

import jupyter_flow as jf
from tests.clusters.daskcluster import Cluster
from tests.clusters.flows import (
    LARGE,
    begin,
    counted_large,
    join,
    large,
    length,
    on,
    plus,
    run,
    stands,
    states,
    total,
    where,
)
from tests.clusters.machines import Machine, eventually
from tests.clusters.network import Network

pytestmark = pytest.mark.slow


def spread(n: int) -> object:
    return [where() for _ in range(n)], total([plus(k, 1) for k in range(n)])


def flowing(n: int) -> object:
    parts = [large(k) for k in range(n)]
    return length(join(parts)), parts[0], total([length(part) for part in parts])


def test_electrons_run_on_both_hosts_and_their_values_come_back(apart: Cluster) -> None:
    result = run(on(apart), spread, 40)
    result.raise_for_status()
    places, sum_ = result.result
    assert {host for host, _ in places} == {"host-a", "host-b"}
    assert sum_ == sum(range(1, 41))
    for node, (host, pid) in zip(result.nodes, places, strict=False):
        assert (node.host, node.pid) == (host, pid)


def test_large_values_flow_between_the_hosts_and_are_read_in_the_kernel(apart: Cluster) -> None:
    result = run(on(apart), flowing, 6)
    result.raise_for_status()
    assert result.result == (6 * LARGE, bytes(LARGE), 6 * LARGE)
    assert len({node.host for node in result.nodes if node.name == "large"}) == 2
    assert states(result) == ["COMPLETED"] * len(result.nodes)


@jf.electron
def after(value: bytes, opened: str) -> int:
    return len(value)


def held_up(folder: str) -> Any:
    """A large value, one who needs it only when a gate is opened, and somebody who does not need it."""
    made = counted_large(f"{folder}/count")
    return after(made, stands(folder)), plus(1, 2)


def test_a_value_outlives_the_host_that_made_it_and_is_not_made_again(network: Network, tmp_path: Path) -> None:
    hosts = [network.host(f"host-{name}") for name in "cde"]  # a scheduler's, two workers'
    cluster = Cluster(Machine(tmp_path / "client"), hosts[0])
    for host in hosts[1:]:
        cluster.worker(host.name, host)
    id = begin(on(cluster.ready()), held_up, "/tmp")
    eventually(lambda: [states(jf.get_result(id))[node] for node in (0, 3)] == ["COMPLETED"] * 2)
    eventually(lambda: any(host.file("/tmp/standing").exists() for host in hosts))
    (stand,) = (host for host in hosts if host.file("/tmp/standing").exists())
    (made,) = (host for host in hosts if host.file("/tmp/count").exists())
    assert stand is not made
    made.off()
    stand.file("/tmp/gate").touch()
    result = jf.get_result(id, wait=True, timeout=60)
    assert states(result) == ["COMPLETED"] * 4
    assert result.nodes[0].output == bytes(LARGE)
    assert result.nodes[2].output == LARGE
    assert not stand.file("/tmp/count").exists()  # nobody has made it again
    assert result.nodes[3].output == 3
    cluster.close()
