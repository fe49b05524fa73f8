"""In what order a cluster hears of a dispatch: what is to run waits for nothing that nobody asks for."""

from collections.abc import Callable
from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.executor import DaskExecutor
from jupyter_flow.resources.dask.connection import Connection
from jupyter_flow.resources.dask.handing import ALONG

Run = Callable[..., Any]
WORK, ABOUT = "update-graph", "jupyter-flow-dispatch"


@pytest.fixture
def connection(run: Run) -> Connection:
    """That of the session's own cluster, which other tests use as well."""
    assert run(lattice_of("")).result == 0
    found = [r._connection for r in jf.session().dispatcher.resources if r.kind == "dask"]  # type: ignore[attr-defined]
    assert isinstance(found[0], Connection)
    return found[0]


@pytest.fixture
def sent(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the scheduler is told from now on, in that order."""
    told: list[str] = []
    send = connection.client._send_to_scheduler

    def noting(message: Any) -> None:
        told.extend([message["op"]] * (message["op"] in (WORK, ABOUT)))
        send(message)

    monkeypatch.setattr(connection.client, "_send_to_scheduler", noting)
    return told


def lattice_of(text: str, times: int = 1) -> Any:
    """Electrons whose code is as long as a text, or a little longer."""

    @jf.electron
    def length() -> int:
        return len(text)

    @jf.lattice(executor=DaskExecutor())
    def flow() -> Any:
        return [length() for _ in range(times)][-1]

    return flow


def test_what_a_dispatch_runs_leaves_before_what_goes_along_with_it(run: Run, sent: list[str]) -> None:
    assert run(lattice_of("small")).result == 5
    assert sent == [WORK, ABOUT]


def test_what_workers_have_to_ask_for_is_there_before_they_can(run: Run, sent: list[str]) -> None:
    assert run(lattice_of("x" * ALONG, 100)).result == ALONG
    assert sent[:2] == [ABOUT, WORK]
    assert sent.count(ABOUT) == 1


def test_a_scheduler_hears_of_a_batch_that_could_not_be_sent_what_others_of_its_dispatch_need(
    connection: Connection, run: Run, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    send, failed = connection.client._graph_to_futures, False

    def failing(*args: Any, **kwargs: Any) -> Any:
        nonlocal failed
        if not failed:
            failed = True
            raise OSError("not this one")
        return send(*args, **kwargs)

    monkeypatch.setattr(connection.client, "_graph_to_futures", failing)

    @jf.electron(retries=1)
    def again() -> int:
        return 7

    assert run(jf.lattice(executor=DaskExecutor())(lambda: again())).result == 7
    assert sent == [ABOUT, WORK]


def test_no_message_waits_for_company_longer_than_batches_are_made_for(connection: Connection) -> None:
    assert connection.client.scheduler_comm.interval <= 0.001
