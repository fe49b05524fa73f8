"""How connections and clusters begin and end."""

import os
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from jupyter_flow.resources.dask.resource import DaskResource
from tests.kernel_deaths import Kernel, until

from .conftest import Cluster

Run = Callable[..., Any]
Eventually = Callable[..., None]


@jf.electron
def same(value: Any) -> Any:
    return value


@jf.electron
def wait_for(file: str) -> str:
    Path(file).touch()
    while not os.path.exists(f"{file}.go"):
        time.sleep(0.01)
    return file


ALERT = b"\x15"  # the kind of record by which TLS says no


def heard_from(host: str, port: int) -> bytes:
    """What somebody without a certificate is told there."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), 5) as plain, context.wrap_socket(plain) as tls:
            tls.settimeout(5)
            tls.send(b"hello")
            return tls.recv(1)
    except OSError:
        return b""


def told_in_plain(host: str, port: int) -> bytes:
    """The first byte that somebody is told who does without TLS: of an alert, if anything."""
    try:
        with socket.create_connection((host, port), 5) as plain:
            plain.sendall(b"hello" * 100)
            return plain.recv(1)
    except OSError:
        return b""


def embedded() -> Any:
    return next(r for r in jf.session().dispatcher.resources if r.kind == "dask" and r._address is None)


def test_a_hundred_executors_that_name_one_scheduler_have_one_connection(run: Run, cluster: Cluster) -> None:
    from distributed import Client

    port = cluster.address.rpartition(":")[2]
    spellings = [
        cluster.address,
        f"localhost:{port}",
        f"127.0.0.1:{port}",
        str(cluster.file),
        f"tcp://localhost:{port}",
    ]
    electrons = [jf.electron(executor=DaskExecutor(spellings[i % 5], retries=i))(lambda x: x) for i in range(99)]

    with Client(cluster.address, set_as_default=False) as mine:

        @jf.lattice
        def flow() -> list[Any]:
            return [
                electron(i) for i, electron in enumerate([*electrons, jf.electron(executor=DaskExecutor(mine))(abs)])
            ]

        assert run(flow).result == list(range(100))
        clients = mine.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.client_comms))
    assert [name for name in clients if name != mine.id] == [
        name for name in clients if name.startswith("Client-jupyter-flow")
    ]
    assert len(clients) == 2
    resources = [r for r in jf.session().dispatcher.resources if r.kind == "dask"]
    assert sum(r._address == cluster.address for r in resources) == 1  # type: ignore[attr-defined]


def test_nobody_without_the_certificate_gets_anywhere(run: Run) -> None:
    @jf.lattice(executor=DaskExecutor())
    def flow() -> Any:
        return same(1)

    assert run(flow).result == 1
    of_ours = [embedded()._embedded.process.pid, *embedded().pids()]
    listening = [
        connection.laddr
        for pid in of_ours
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    for address in listening:
        assert address.ip == "127.0.0.1"
        assert heard_from(*address) == b""
        assert told_in_plain(*address) in (b"", ALERT)


def test_a_scheduler_that_dies_costs_what_ran_and_the_next_dispatch_says_so(
    run: Run, tmp_path: Path, eventually: Eventually
) -> None:
    cluster = Cluster(tmp_path)
    big = DaskExecutor(cluster.address)

    @jf.lattice(executor=big)
    def flow(file: str) -> None:
        same(wait_for(file))

    try:
        id = jf.dispatch(flow)(str(tmp_path / "held"))
        eventually(lambda: jf.get_result(id).nodes[0].status == "RUNNING", 60)
        cluster.scheduler.kill()
        outcome = jf.get_result(id, wait=True)
        assert [str(node.status) for node in outcome.nodes] == ["FAILED", "SKIPPED"]
        assert outcome.nodes[0].error.kind == "worker_lost"
        assert cluster.address in outcome.nodes[0].error.message
        again = run(flow, str(tmp_path / "again"))
        assert "cannot be used" in again.nodes[0].error.message
        assert not (tmp_path / "again").exists()
    finally:
        cluster.close()


def test_a_scheduler_that_died_while_nothing_ran_is_looked_for_again_when_there_is_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    queue = SimpleNamespace(lock=threading.Lock(), waiting=lambda resource: 1)
    services = jf.session().dispatcher.resources._services._replace(queue=queue, folder=str(tmp_path))
    resource = DaskResource("dask-x", services, DaskExecutor("tcp://127.0.0.1:1"))
    resource._connection = SimpleNamespace(alive=False, close=lambda: None)  # type: ignore[assignment]
    looked: list[bool] = []
    monkeypatch.setattr(resource, "_connect", lambda: looked.append(True))
    resource._turn([])  # there is no other: nothing lies with it that would be looked at again
    assert resource._opening or looked


def test_a_cluster_of_the_sessions_own_that_dies_is_followed_by_another(
    run: Run, tmp_path: Path, eventually: Eventually
) -> None:
    @jf.lattice(executor=DaskExecutor())
    def flow(file: str) -> Any:
        return wait_for(file)

    id = jf.dispatch(flow)(str(tmp_path / "held"))
    eventually(lambda: jf.get_result(id).nodes[0].status == "RUNNING", 60)
    os.kill(embedded()._embedded.process.pid, signal.SIGKILL)
    outcome = jf.get_result(id, wait=True)
    assert outcome.nodes[0].error.kind == "worker_lost"
    (tmp_path / "more.go").touch()
    assert run(flow, str(tmp_path / "more")).result == str(tmp_path / "more")


SCRIPT = """
    from jupyter_flow.executor import DaskExecutor
    signal.signal(signal.SIGINT, lambda *_: None)

    @jf.electron
    def quick(i):
        mark(f"quick {i}")
        return i

    @jf.electron
    def slow():
        mark("slow")
        open("running", "w").write("yes")
        subprocess.Popen(["sleep", "100"])
        time.sleep(100)

    @jf.lattice(executor=DaskExecutor())
    def flow():
        slow()
        for i in range(5):
            quick(i)

    id = jf.dispatch(flow)()
    open("id", "w").write(id)
    while sum(node.status == "COMPLETED" for node in jf.get_result(id).nodes) < 5:
        time.sleep(0.01)
    open("done", "w").write("yes")
    time.sleep(100)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kernel, str, float]:
    """A kernel that was interrupted again and again while its cluster started and ran, and then killed."""
    kernel = Kernel(SCRIPT, tmp_path_factory.mktemp("kernel"))
    id = kernel.note("id")
    for _ in range(20):
        os.killpg(kernel.process.pid, signal.SIGINT)
        time.sleep(0.1)
    kernel.note("running")
    os.killpg(kernel.process.pid, signal.SIGINT)
    kernel.note("done")
    kernel.process.kill()
    began = time.monotonic()
    until(lambda: not kernel.left(), None)
    return kernel, id, time.monotonic() - began


def test_interrupts_of_the_kernel_leave_its_cluster_alone(killed: tuple[Kernel, str, float]) -> None:
    kernel, _, _ = killed
    assert kernel.marks() == {f"quick {i}": 1 for i in range(5)} | {"slow": 1}


def test_a_cluster_ends_with_its_kernel_within_five_seconds(killed: tuple[Kernel, str, float]) -> None:
    assert killed[2] < 5


def test_what_ran_on_it_when_the_kernel_died_is_in_doubt_and_the_rest_stands(killed: tuple[Kernel, str, float]) -> None:
    outcome = jf.get_result(killed[1])
    assert [str(node.status) for node in outcome.nodes] == ["INTERRUPTED"] + ["COMPLETED"] * 5
    assert [node.output for node in outcome.nodes[1:]] == list(range(5))
