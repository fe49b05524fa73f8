"""A pool behind an executor over futures: made when it is first needed, greeted, made anew when it is broken."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from typing import Any

from ..executor.futures import Pool
from ..worker.foreign import versions
from ..worker.orders import Begun, Home, Worker
from ..worker.pooled import run
from .base import Services
from .guardian import guardian

LOG = logging.getLogger("jupyter_flow")
# A function of ours would have to be imported before it is called, and where that fails most pools only say they broke.
GREET = "__import__('jupyter_flow.worker.pooled', fromlist=['greet']).greet(home)"
SAME = ("Python", "jupyter_flow")  # functions of one minor version do not run in another
ANSWER = 1.0  # seconds for a pool to say how many workers it has


class PoolError(Exception):
    """A pool cannot run electrons; the text says why, and what to do."""


class _Size:
    """How many workers a pool says it has. Asked once, on a thread: one that was shut down may never answer."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.told: int | None = None
        asking = threading.Thread(target=self._ask, name="jupyter-flow-size", daemon=True)
        asking.start()
        asking.join(ANSWER)

    def _ask(self) -> None:
        self.told = _count(self.pool, "max_workers")


class LivePool:
    """The pool itself. Called by one thread, which interrupts do not reach, nor what it starts."""

    def __init__(self, pool: Pool, mark: str) -> None:
        self._pool, self._mark = pool, mark
        self._made: Any = None
        self._size: _Size | None = None
        self._watched: set[int] = set()
        self.turn = 0  # counts those that were made one after the other
        self.shares: bool | None = None  # whether its workers see the store; None: it was not greeted yet
        self.greeting = False

    @property
    def size(self) -> int | None:
        """How many workers it says it has; None where it does not tell."""
        thing = self._made if self._pool.factory else self._pool.thing
        if thing is None:
            return None
        plain = _count(thing, "_max_workers")
        if plain is None and (self._size is None or self._size.pool is not thing):
            self._size = _Size(thing)
        return plain if plain is not None or self._size is None else self._size.told

    @property
    def owned(self) -> bool:
        """Whether the session made it, and ends it."""
        return self._pool.factory

    def limits(self, held: int, workers: int) -> str:
        """What it cannot do, and how many of so many workers are held by what was given up."""
        said = ["what runs in it cannot be stopped"]
        if self.shares is False:
            said.append("its workers do not see the store, so output is shown when an electron has ended")
        if held:
            said.append(f"{held} of its {workers} workers still run what was given up")
        return "; ".join(said)

    def greet(self, home: Home, then: Callable[["Future[Any]"], None]) -> None:
        """Ask a worker what is there; `then` is called with the future. Raises PoolError."""
        self.greeting = True
        try:
            future = self._submit(eval, GREET, {"home": tuple(home)})
        except PoolError:
            self.greeting = False
            raise
        future.add_done_callback(then)

    def greeted(self, future: "Future[Any]") -> Worker:
        """What the worker has answered. Raises PoolError where nothing can run there."""
        self.greeting = False
        try:
            told = future.result()
        except (BrokenExecutor, CancelledError, Exception) as error:
            self.broken()
            raise PoolError(self._unfit(error)) from None
        if not isinstance(told, dict):
            raise PoolError(
                f"its pool, {self._pool}, runs each call on several workers: take one that runs it once, such as "
                "load_balanced_view().executor of an ipyparallel client"
            )
        self._compare(told["versions"])
        self.shares = told["shares"]
        self._watch()
        return Worker(*told["worker"])

    def run(self, order: bytes) -> "Future[Any]":
        """Hand an order over. Raises PoolError."""
        future = self._submit(run, order)
        if self.owned:
            self._watch()
        return future

    def broken(self, turn: int | None = None) -> None:
        """It has lost its workers: one that a function makes is made anew, when it is needed."""
        if self.owned and self._made is not None and turn in (None, self.turn):
            self.turn += 1
            made, self._made, self.shares = self._made, None, None
            _end(made)

    def close(self) -> None:
        """End it, if the session has made it."""
        self.broken()
        if self._watched:
            guardian.close()

    def lost(self, error: BaseException, begun: Begun | None) -> str:
        """What an electron is told that had begun."""
        where = f" (pid {begun.worker.pid} on {begun.worker.host})" if begun is not None else ""
        further = f"; {self.how_to_go_on()}" if isinstance(error, BrokenExecutor) else ""
        return f"its pool, {self._pool}, lost it while it ran{where}: {_told(error)}{further}"

    def how_to_go_on(self) -> str:
        """What whoever has a broken pool can do."""
        if self.owned:
            return "it is made anew for what comes next"
        return (
            f"nothing more runs in a pool that has broken: make a new {self._pool} and an executor over that; or give "
            "FuturesExecutor the function that makes it, and it is made anew by itself"
        )

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        for again in (self.owned and self._made is not None, False):
            try:
                future: Future[Any] = self._get().submit(function, *arguments)
                return future
            except PoolError:
                raise
            except Exception as error:
                self.broken()
                if not again:
                    raise PoolError(self._refused(error)) from None
        raise AssertionError("unreachable")

    def _get(self) -> Any:
        if not self.owned:
            return self._pool.thing
        if self._made is None:
            try:
                made = self._pool.thing()
            except Exception as error:
                text = f"its pool could not be made: {self._pool} raised {type(error).__name__}: {error}"
                raise PoolError(text) from error
            if not callable(getattr(made, "submit", None)):
                raise PoolError(f"{self._pool} made no pool, but a {type(made).__name__}, which has no submit()")
            self._made = made
        return self._made

    def _refused(self, error: Exception) -> str:
        if isinstance(error, BrokenExecutor):
            return f"its pool, {self._pool}, is broken ({_told(error)}); {self.how_to_go_on()}"
        if "shutdown" in str(error) or "shut down" in str(error):
            return (
                f"its pool, {self._pool}, has been shut down ({_told(error)}): make a new one, and an executor over it"
            )
        return f"its pool, {self._pool}, takes no work: {_told(error)}"

    def _unfit(self, error: BaseException) -> str:
        if isinstance(error, ImportError):
            need = ", ".join(f"{name} {version}" for name, version in versions().items())
            return f"the workers of its pool, {self._pool}, lack what electrons need ({_told(error)}): install {need}"
        if isinstance(error, BrokenExecutor):
            return f"the workers of its pool, {self._pool}, do not start ({_told(error)})"
        return f"the workers of its pool, {self._pool}, run nothing ({_told(error)})"

    def _compare(self, theirs: dict[str, str]) -> None:
        ours = versions()
        for name in SAME:
            if _short(ours[name], name) != _short(theirs[name], name):
                raise PoolError(
                    f"the workers of its pool, {self._pool}, have {name} {theirs[name]}, this kernel has {ours[name]}: "
                    "functions that are sent from one to the other need the same"
                )

    def _watch(self) -> None:
        """What the session has made does not outlive the kernel, however that dies."""
        if not self.owned:
            return
        for pid in (getattr(self._made, "_processes", None) or {}).copy():
            if pid not in self._watched:
                self._watched.add(pid)
                guardian.watch(pid, self._mark)


def home_of(services: Services, pool: Pool) -> Home:
    """What the workers of a pool are told of the session."""
    store, folder = services.store, os.path.join(services.folder, f"pool-{pool.token}")
    group = os.getpgrp() if hasattr(os, "getpgrp") else 0
    names = socket.gethostname(), os.getpid(), group, pool.factory
    return Home(store.session_id, str(store.root), services.durability, pool.token, folder, *names)


def _count(pool: Any, name: str) -> int | None:
    count = getattr(pool, name, None)
    return count if isinstance(count, int) and count > 0 else None


def _short(version: str, name: str) -> str:
    return ".".join(version.split(".")[:2]) if name == "Python" else version


def _end(made: Any) -> None:
    """Shut a pool down, and end the processes that work for nobody any more."""
    processes = list((getattr(made, "_processes", None) or {}).values())
    try:
        try:
            made.shutdown(wait=False, cancel_futures=True)
        except TypeError:
            made.shutdown(wait=False)
    except Exception as error:
        LOG.warning("a pool could not be shut down: %s", _told(error))
    for process in processes:
        try:
            process.kill()
        except Exception:  # it has ended
            continue


def _told(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}".strip().rstrip(":.")
    return text if len(text) < 500 else text[:500] + "…"
