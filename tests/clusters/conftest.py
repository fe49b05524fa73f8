"""Clusters that modules share: of processes on this machine, of two hosts with no file in common, and of Slurm."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clusters.daskcluster import Cluster
from tests.clusters.machines import Machine
from tests.clusters.network import Network
from tests.clusters.slurm import Slurm


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers on the loopback address."""
    machine = Machine(tmp_path_factory.mktemp("cluster"))
    cluster = Cluster(machine, machine)
    for name in ("one", "two"):
        cluster.worker(name)
    yield cluster.ready()
    cluster.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A network without hosts: what this machine's tests write is hidden from those that come to it."""
    home = Path(os.environ["JUPYTER_FLOW_STORE"]).parent
    network = Network(tmp_path_factory.mktemp("network"), [home, tmp_path_factory.getbasetemp()])
    yield network
    network.close()


@pytest.fixture(scope="module")
def apart(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and a worker on one host, a worker on another; neither has the kernel's files, nor the other's."""
    hosts = [network.host(f"host-{name}") for name in "ab"]
    cluster = Cluster(Machine(tmp_path_factory.mktemp("client")), hosts[0])
    for name, host in zip("ab", hosts, strict=True):
        cluster.worker(name, host)
    yield cluster.ready()
    cluster.close()


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """A Slurm of one node."""
    slurm = Slurm(tmp_path_factory.mktemp("slurm"))
    environment = pytest.MonkeyPatch()
    for name, value in slurm.environment.items():
        environment.setenv(name, value)
    yield slurm
    environment.undo()
    slurm.close()
