"""What runs on a cluster's workers: a batch of electrons as one task, and word of each to the kernel.

The task's own result is a token: the values of its members, or references to them, for tasks that need them. What
becomes of each member goes to the kernel over the worker's stream to the scheduler, many in one message.
"""

import os
import pickle
import platform
import socket
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import distributed
from distributed.utils import sync

from ...model.events import COMPLETED, Value
from ...store.blobs import Blobs
from ...worker import capture
from ...worker.farrunner import Brought, FarDispatch, FarRunner
from ...worker.messages import Member
from ...worker.payload import nodes_in

PAUSE = 0.005  # seconds that word of an electron may wait for company; the end of a batch waits for nothing
LOOK = 0.2  # seconds between two looks at what a running electron has printed
KEPT = 16  # dispatches that a worker remembers

HELLO, BEGUN, ENDED, PRINTED, THROUGH = range(5)

Token = dict[int, Value]


class Errand(NamedTuple):
    """A batch on its way to a worker."""

    key: str  # the task's
    kernel: str  # the id of its client
    dispatch: str  # which the scheduler knows more of
    parts: int  # how much more
    alone: bool  # the worker is ours alone
    members: list[Member]
    values: dict[int, Value]


class Hello(NamedTuple):
    """Who a worker is."""

    host: str
    pid: int
    threads: int
    python: str
    name: str


def run(errand: bytes, *before: Token) -> Token:
    """The body of a task. before: the tokens of the tasks whose values it needs."""
    return _desk(distributed.get_worker()).run(pickle.loads(errand), before)


def lost(*_: Any) -> Token:
    """What is run in the place of a task that may have run before: nothing is ever done twice."""
    return {}


class Desk:
    """What this package keeps on one worker."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        self.loop = worker.loop
        self._lock = threading.Lock()
        self._dispatches: OrderedDict[str, FarDispatch] = OrderedDict()
        self._runners: dict[str, FarRunner] = {}
        self._posts: dict[str, Post] = {}

    def run(self, errand: Errand, before: tuple[Token, ...]) -> Token:
        """Run the members of a batch that have their inputs, in order."""
        post = self._post(errand.kernel)
        dispatch, runner = self._brought(errand)
        values: dict[int, Value] = dict(errand.values)
        for token in before:
            values.update(token)
        made: Token = {}
        for member in errand.members:
            if not all(node in values for node in nodes_in(member[3], member[4])):
                continue  # a producer failed
            start, streams = time.time_ns(), capture.NOTHING.copy()
            post.begin(errand.key, member, start, streams)
            record = runner.run(dispatch, member, values, start, streams)
            post.end(errand.key, record)
            if record.status == COMPLETED and record.value is not None:
                values[member[0]] = made[member[0]] = record.value
        post.through(errand.key)
        return made

    def _post(self, kernel: str) -> "Post":
        with self._lock:
            post = self._posts.get(kernel)
            if post is None:
                post = self._posts[kernel] = Post(self.worker, kernel)
            return post

    def _brought(self, errand: Errand) -> tuple[FarDispatch, FarRunner]:
        """What the errand's dispatch is; fetched from the scheduler when it is first met."""
        with self._lock:
            dispatch = self._dispatches.get(errand.dispatch)
            if dispatch is None or dispatch.parts < errand.parts:
                dispatch = self._fetch(errand.dispatch, dispatch)
            self._dispatches.move_to_end(errand.dispatch)
            return dispatch, self._runners[errand.dispatch]

    def _fetch(self, id: str, known: FarDispatch | None) -> FarDispatch:
        since = known.parts if known is not None else 0
        scheduler = self.worker.scheduler
        parts, alone = sync(self.loop, scheduler.jupyter_flow_dispatch, id=id, since=since)
        for part in parts:
            brought: Brought = pickle.loads(part)
            if known is None:
                known = self._dispatches[id] = FarDispatch(brought)
                self._runners[id] = self._runner(brought, alone)
            else:
                known.add(brought)
        assert known is not None
        while len(self._dispatches) > KEPT:
            self._runners.pop(self._dispatches.popitem(last=False)[0])
        return known

    def _runner(self, brought: Brought, alone: bool) -> FarRunner:
        same = (other for other in self._runners.values() if str(other.payload.blobs.root) == brought.root)
        return next(same, None) or FarRunner(Blobs(Path(brought.root), brought.durability), alone)


class Post:
    """Word to one kernel. Its messages leave from the worker's own thread."""

    def __init__(self, worker: Any, kernel: str) -> None:
        self._worker, self._kernel = worker, kernel
        self._news: list[tuple[Any, ...]] = [(HELLO, hello(worker))]
        self._timed = False
        self._running: dict[str, tuple[int, int, capture.Streams, list[int]]] = {}
        self._looking = False

    def begin(self, key: str, member: Member, start: int, streams: capture.Streams) -> None:
        """A member begins."""
        self._running[key] = member[0], member[1], streams, [0, 0]
        self._news.append((BEGUN, key, member[0], member[1], start))
        self._later()

    def end(self, key: str, record: Any) -> None:
        """A member has ended."""
        self._running.pop(key, None)
        self._news.append((ENDED, key, tuple(record)))
        self._later()

    def through(self, key: str) -> None:
        """A batch is through."""
        self._news.append((THROUGH, key))
        self._worker.loop.add_callback(self._flush)

    def _later(self) -> None:
        if not self._timed:
            self._timed = True
            self._worker.loop.add_callback(self._worker.loop.call_later, PAUSE, self._due)

    def _due(self) -> None:
        self._timed = False
        self._flush()
        if self._running and not self._looking:
            self._looking = True
            self._worker.loop.call_later(LOOK, self._look)

    def _look(self) -> None:
        """What runs may have printed something."""
        self._looking = False
        for key, (node, attempt, streams, seen) in list(self._running.items()):
            texts = [capture.written(streams, which) for which in (0, 1)]
            if [len(text) for text in texts] != seen:
                seen[:] = [len(text) for text in texts]
                self._news.append((PRINTED, key, node, attempt, *texts, capture.displayed(streams)))
        self._flush()
        if self._running:
            self._looking = True
            self._worker.loop.call_later(LOOK, self._look)

    def _flush(self) -> None:
        news, self._news = self._news, []
        if news:
            data = pickle.dumps(terse(news), 5)
            self._worker.batched_stream.send({"op": "jupyter-flow-news", "kernel": self._kernel, "news": data})


def terse(news: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same, without the beginnings of what has ended in it."""
    ended = {(item[1], item[2][0]) for item in news if item[0] == ENDED}
    return [item for item in news if item[0] != BEGUN or (item[1], item[2]) not in ended]


def hello(worker: Any) -> Hello:
    """Who this is."""
    return Hello(socket.gethostname(), os.getpid(), worker.state.nthreads, platform.python_version(), str(worker.name))


_desks: dict[str, Desk] = {}
_lock = threading.Lock()


def _desk(worker: Any) -> Desk:
    with _lock:
        desk = _desks.get(worker.address)
        if desk is None or desk.worker is not worker:
            desk = _desks[worker.address] = Desk(worker)
        return desk
