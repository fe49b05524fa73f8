"""Electrons for clusters, and what tests ask of a dispatch."""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from tests.clusters.daskcluster import Cluster

LARGE = 3_000_000  # bytes: far more than travels within a record


@jf.electron
def where() -> tuple[str, int]:
    """The machine and the process."""
    return socket.gethostname(), os.getpid()


@jf.electron
def plus(*numbers: float) -> float:
    return sum(numbers)


@jf.electron
def total(numbers: list[float]) -> float:
    return sum(numbers)


@jf.electron
def large(byte: int, size: int = LARGE) -> bytes:
    return bytes([byte]) * size


@jf.electron
def join(parts: list[bytes]) -> bytes:
    return b"".join(parts)


@jf.electron
def length(value: bytes) -> int:
    return len(value)


@jf.electron
def counted(file: str, value: Any, seconds: float = 0.0) -> Any:
    """One byte in a file of the machine it runs on, for each time it runs."""
    with Path(file).open("ab") as counter:
        counter.write(b"x")
    time.sleep(seconds)
    return value


@jf.electron
def counted_large(file: str) -> bytes:
    """The same, for a large value."""
    with Path(file).open("ab") as counter:
        counter.write(b"x")
    return bytes(LARGE)


@jf.electron
def stands(folder: str) -> str:
    """Says who it is, and waits until the test opens the gate."""
    mark = Path(folder, "standing.new")
    mark.write_text(str(os.getpid()))
    mark.rename(Path(folder, "standing"))
    while not Path(folder, "gate").exists():
        time.sleep(0.01)
    return folder


def on(cluster: Cluster, **settings: Any) -> DaskExecutor:
    """An executor for a cluster."""
    return DaskExecutor(cluster.address, security=cluster.security, **settings)


def begin(executor: Any, workflow: Callable[..., Any], *args: Any) -> jf.DispatchId:
    """Dispatch a function that calls electrons, all of them on that executor."""
    return jf.dispatch(jf.lattice(executor=executor)(workflow))(*args)


def run(executor: Any, workflow: Callable[..., Any], *args: Any) -> jf.Result:
    """The same, when it has ended."""
    return jf.get_result(begin(executor, workflow, *args), wait=True, timeout=60)


def states(result: jf.Result) -> list[str]:
    """The status of each node."""
    return [str(node.status) for node in result.nodes]
