"""The pools that executors over futures are tried on, each as its users make it."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

KINDS = ["threads", "fork", "spawn", "forkserver", "loky", "ipyparallel", "executorlib", "dask"]


@contextmanager
def pool_of(kind: str) -> Iterator[Any]:
    """A pool of two workers."""
    with {"loky": _loky, "ipyparallel": _ipyparallel, "executorlib": _executorlib, "dask": _dask}.get(
        kind, lambda: _standard(kind)
    )() as pool:
        yield pool


def _standard(kind: str) -> Any:
    if kind == "threads":
        return ThreadPoolExecutor(2)
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(kind))


@contextmanager
def _loky() -> Iterator[Any]:
    import loky

    pool = loky.ProcessPoolExecutor(2)
    yield pool
    pool.shutdown(kill_workers=True)


@contextmanager
def _ipyparallel() -> Iterator[Any]:
    import ipyparallel

    with ipyparallel.Cluster(n=2, log_level=40) as client:
        yield client.load_balanced_view().executor


@contextmanager
def _executorlib() -> Iterator[Any]:
    import executorlib

    with executorlib.SingleNodeExecutor(max_workers=2, block_allocation=True) as pool:
        yield pool


@contextmanager
def _dask() -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
        client.get_executor() as pool,
    ):
        yield pool


def blind() -> None:
    """In a worker: see nothing of the store, as on another machine."""
    from jupyter_flow.worker import foreign

    foreign.sees = lambda home: False


def blind_one(taken: Any) -> None:
    """The same in the first worker that asks."""
    with taken.get_lock():
        first, taken.value = not taken.value, 1
    if first:
        blind()


class Twice(ThreadPoolExecutor):
    """An engine that runs again what it has run, as some do when a worker is gone, and keeps the last answer."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Run it two times."""

        def twice() -> Any:
            function(*args, **kwargs)
            return function(*args, **kwargs)

        return super().submit(twice)


class Silent:
    """An engine that never says that a worker has died: each call has a process of its own."""

    def submit(self, function: Callable[..., Any], *args: Any) -> "Future[Any]":
        """Run it there."""
        future: Future[Any] = Future()
        ours, theirs = multiprocessing.Pipe()
        context: Any = multiprocessing.get_context("fork")
        process = context.Process(target=lambda: theirs.send(function(*args)))
        process.start()
        theirs.close()
        threading.Thread(target=_hear, args=(ours, future, process), daemon=True).start()
        return future


def _hear(channel: Any, future: "Future[Any]", process: Any) -> None:
    with suppress(EOFError):
        future.set_result(channel.recv())
    process.join()
