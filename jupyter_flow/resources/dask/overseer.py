"""What this package has on a scheduler: it passes word on, and sees to it that Dask runs nothing twice.

Dask runs a task again when the worker that ran it, or kept its result, has gone: tasks are pure. Electrons are not.
So once a task has been with a worker, there is only an empty one left in its place, and the kernel is told: it
alone knows what may run again.
"""

import asyncio
import itertools
import logging
from typing import Any

from dask._task_spec import Task
from distributed.diagnostics.plugin import SchedulerPlugin

from .envelope import lost
from .luggage import package
from .roster import Roster

LOG = logging.getLogger("jupyter_flow")
PATIENCE = 600.0  # seconds for a value to come from a kernel
UNTOUCHED = ("released", "waiting", "queued", "no-worker")  # states of a task that no worker has
PREFIX = "jf-"  # of our tasks' keys


class Overseer(SchedulerPlugin):  # type: ignore[misc]
    """One for all the kernels that use the scheduler."""

    name = "jupyter-flow"
    idempotent = True
    _count: "itertools.count[int]"  # of what kernels are asked; it is not sent along

    def __init__(self) -> None:
        self.scheduler: Any = None
        self.dispatches: dict[str, tuple[str, list[bytes]]] = {}  # id: kernel, parts
        self.awaited: dict[int, asyncio.Future[bytes]] = {}  # values that kernels were asked for
        self.roster: Any = None
        self.begun: set[str] = set()  # keys of tasks whose workers asked before they began
        self.recalled: dict[str, str] = {}  # keys of tasks that are not to run: whose they are
        self.desks: set[str] = set()  # addresses of workers that have run something

    async def start(self, scheduler: Any) -> None:
        """Answer workers and kernels from now on."""
        self.scheduler, self.roster, self._count = scheduler, Roster(scheduler), itertools.count()
        answers = self.dispatch, self.hello, self.begin, self.get, self.pull
        for question in (*answers, self.about, self.package, self.workers, self.has_page):
            scheduler.handlers[f"jupyter_flow_{question.__name__}"] = question
        scheduler.stream_handlers["jupyter-flow-news"] = self.news
        scheduler.stream_handlers["jupyter-flow-dispatch"] = self.bring
        scheduler.stream_handlers["jupyter-flow-forget"] = self.forget
        scheduler.stream_handlers["jupyter-flow-have"] = self.have
        scheduler.stream_handlers["jupyter-flow-recall"] = self.recall
        scheduler.stream_handlers["jupyter-flow-spread"] = self.spread

    # from kernels -------------------------------------------------------------------------------

    def bring(self, client: str, id: str, part: bytes) -> None:
        """One more part of what workers need to know of a dispatch."""
        self.dispatches.setdefault(id, (client, []))[1].append(part)

    def forget(self, client: str, id: str) -> None:
        """A dispatch is over."""
        self.dispatches.pop(id, None)

    def have(self, client: str, number: int, data: bytes, problem: str) -> None:
        """What a kernel was asked for."""
        future = self.awaited.pop(number, None)
        if future is not None and not future.done():
            if problem:
                future.set_exception(OSError(problem))
            else:
                future.set_result(data)

    def recall(self, client: str, key: str) -> None:
        """A task is not to begin; others may wait for it."""
        state = self.scheduler.tasks.get(key)
        if state is None:  # its graph is about to be taken in
            self.recalled[key] = client
        elif state.state in UNTOUCHED:
            state.run_spec = Task(key, lost)
            self._lost(key, state, "")
        elif state.state == "processing":
            self._ask_back(client, state)

    def spread(self, client: str, held: list[tuple[str, bool]]) -> None:
        """Workers are to give back what they have not begun of these (begun or not), as far as others are free."""
        free = [worker for worker in self.scheduler.running if len(worker.processing) < worker.nthreads]
        for key, begun in held if free and not self.scheduler.queued else ():
            state = self.scheduler.tasks.get(key)
            if state is not None and state.state == "processing" and any(suits(worker, state) for worker in free):
                worker = state.processing_on
                if begun or state.resource_restrictions or len(worker.processing) > worker.nthreads:
                    self._ask_back(client, state)

    def _ask_back(self, client: str, state: Any) -> None:
        """A worker is to give back what it has not begun of a task, which goes nowhere else from now on."""
        stealing = self.scheduler.extensions.get("stealing")
        worker = state.processing_on.address
        if worker in self.desks and state not in getattr(stealing, "in_flight", ()):
            state.run_spec = Task(state.key, lost)
            message = {"op": "jupyter-flow-recall", "kernel": client, "key": state.key}
            self.scheduler.stream_comms[worker].send(message)

    def remove_client(self, scheduler: Any, client: str) -> None:
        """A kernel has gone."""
        for id in [id for id, (owner, *_) in self.dispatches.items() if owner == client]:
            del self.dispatches[id]
        for key in [key for key, owner in self.recalled.items() if owner == client]:
            del self.recalled[key]

    async def pull(self, key: str, worker: str, digest: bytes, at: int, size: int) -> bytes:
        """A piece of what a task has made, from whom has it: the worker that ran it, at first. Raises OSError."""
        state = self.scheduler.tasks.get(key)
        holders = [worker, *(one.address for one in (state.who_has or ()) if one.address != worker)] if state else []
        for address in [one for one in holders if one in self.scheduler.workers]:
            try:
                asked = self.scheduler.rpc(address).jupyter_flow_piece(digest=digest, at=at, size=size)
                piece: bytes = await asyncio.wait_for(asked, PATIENCE)
                return piece
            except Exception:  # Dask moves what it likes to, and the worker may have gone
                LOG.debug("%s has no piece of what %s has made", address, key, exc_info=True)
        raise OSError("no worker has it any more")

    # from workers -------------------------------------------------------------------------------

    async def dispatch(self, id: str, since: int) -> list[bytes]:
        """What a worker does not know yet of a dispatch. Raises LookupError where that is over."""
        return self.dispatches[id][1][since:]

    async def about(self, worker: str, about: dict[str, Any]) -> None:
        """What a worker has; told when it joins, and when a kernel comes."""
        self.roster.tell(worker, about)
        self._workers()

    async def workers(self) -> dict[str, Any]:
        """Those that are there, for a kernel that has come."""
        return dict(self.roster.now())

    async def has_page(self) -> bool:
        """Whether the scheduler shows Dask's dashboard: it listens for web browsers in any case."""
        return bool(getattr(getattr(self.scheduler, "http_application", None), "applications", None))

    async def package(self) -> bytes:
        """This package, for a worker that lacks it."""
        return await asyncio.to_thread(package)

    async def hello(self, worker: str, kernel: str, hello: bytes) -> None:
        """Who will work for a kernel. Raises RuntimeError where it cannot."""
        self.roster.check(worker, kernel)
        self.desks.add(worker)
        self._tell(kernel, {"op": "jupyter-flow-hello", "worker": worker, "hello": hello})

    async def begin(self, key: str) -> bool:
        """Whether a worker may begin with a task: only one ever may, and only while it is to."""
        state = self.scheduler.tasks.get(key)
        if key in self.begun or state is None or state.state != "processing":
            return False
        self.begun.add(key)
        return True

    async def get(self, kernel: str, digest: bytes, at: int, size: int) -> bytes:
        """A piece of a value in a kernel's store. Raises OSError."""
        number = next(self._count)
        future = self.awaited[number] = asyncio.get_running_loop().create_future()
        self._tell(kernel, {"op": "jupyter-flow-get", "number": number, "digest": digest, "at": at, "size": size})
        try:
            return await asyncio.wait_for(future, PATIENCE)
        finally:
            self.awaited.pop(number, None)

    def news(self, worker: str, kernel: str, news: bytes) -> None:
        """Word for a kernel."""
        self._tell(kernel, {"op": "jupyter-flow-news", "worker": worker, "news": news})

    # from the scheduler -------------------------------------------------------------------------

    def add_worker(self, scheduler: Any, worker: str) -> None:
        """A worker has come."""
        self._workers()

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """A worker has gone."""
        self.roster.gone(worker)
        self.desks.discard(worker)
        self._workers()

    def _workers(self) -> None:
        now = self.roster.now()
        for client in list(self.scheduler.client_comms):
            if "jupyter-flow" in client:
                self._tell(client, {"op": "jupyter-flow-workers", **now})

    def transition(self, key: Any, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
        """A task of ours that has been with a worker is not to go to another one."""
        if type(key) is not str or not key.startswith(PREFIX):
            return
        if finish in ("memory", "forgotten"):
            self.begun.discard(key)
        state = self.scheduler.tasks.get(key)
        if state is None or finish == "forgotten":
            return
        if start == "processing" or key in self.recalled:
            state.run_spec = Task(key, lost)
        if start == "processing" and finish != "memory":
            why = str(state.exception_text or "") if finish == "erred" else ""
            self._lost(key, state, why, str(kwargs.get("worker") or ""))
        elif finish == "erred" or key in self.recalled:  # one that it takes something from could not be run
            self.recalled.pop(key, None)
            self._lost(key, state, "")

    def _lost(self, key: str, state: Any, why: str, worker: str = "") -> None:
        message = {"op": "jupyter-flow-lost", "key": key, "why": why, "begun": key in self.begun, "worker": worker}
        for kernel in list(state.who_wants or ()):
            self._tell(kernel.client_key, message)

    def _tell(self, client: str, message: dict[str, Any]) -> None:
        comm = self.scheduler.client_comms.get(client)
        if comm is not None:
            comm.send(message)


def suits(worker: Any, state: Any) -> bool:
    """Whether a worker that is free has what a task asks for, and may run it."""
    asked, allowed = state.resource_restrictions or {}, state.worker_restrictions
    enough = all(worker.resources.get(n, 0) - worker.used_resources.get(n, 0) >= asked[n] for n in asked)
    return enough and (not allowed or worker.address in allowed)
