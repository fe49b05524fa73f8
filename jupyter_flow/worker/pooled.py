"""What is called in somebody else's pool: the envelope around one electron, and its claim.

An order begins by its claim: a file that only one can make. So what an engine starts twice runs once, and what the
kernel has taken back never begins. Where the store is not seen there is no claim, and one has to trust the pool.
"""

import os
import pickle
import sys
import threading
from contextvars import Context as Isolated
from json import dumps, loads  # an electron may have put others into the module
from pathlib import Path
from typing import Any

from ..model.errors import StoreError
from ..model.events import COMPLETED, EXPANDED, FAILED, Failure, Record, Value
from ..model.pickles import redefine_classes
from ..model.vault import VAULT
from ..store import blobs
from . import capture, envelope
from .context import CURRENT
from .desk import Desk
from .displays import leftovers
from .failures import failure_of, unserializable, unstored
from .foreign import Here, Known, versions
from .messages import Code
from .orders import Answer, Begun, Home, Order, Worker, refs_in
from .payload import Payload
from .runner import Task
from .times import Times

MOST = 16  # pools of which a process remembers that it works for them

_here: dict[Home, Here] = {}
_process = 0
_lock = threading.Lock()


def greet(home: tuple[Any, ...]) -> dict[str, Any]:
    """The first call in a pool, in builtins only: what is here, before anything is sent that has to fit."""
    here = _at(Home(*home))
    return {"versions": versions(), "worker": tuple(here.desk().worker), "shares": here.shares}


def run(data: bytes) -> bytes:
    """Carry out an order: the answer, pickled. Raises nothing that an electron does."""
    order: Order = pickle.loads(data)
    answer = _answered(_at(order.home), order)
    return pickle.dumps(answer, 5)


def _at(home: Home) -> Here:
    global _here, _process, _lock
    if _process != os.getpid():  # a forked process has its parent's, and perhaps its lock in somebody's hands
        _process, _here, _lock = os.getpid(), {}, threading.Lock()
        VAULT.forked()
        blobs.forked()
    with _lock:
        here = _here.get(home)
        if here is None:
            here = _here[home] = Here(home)
            while len(_here) > MOST:
                del _here[next(iter(_here))]
            if not here.kernel:
                redefine_classes()
        return here


def _answered(here: Here, order: Order) -> Answer:
    desk = here.desk()
    if order.vault is not None and not here.kernel:
        VAULT.receive(order.vault)
    known = here.known(order)
    if known is None or (not here.shares and (order.shared or not _complete(order))):
        return Answer(desk.worker, here.shares, lacks=True)
    times = Times.now()
    if here.shares and not claimed(order.home.folder, order.number, Begun(desk.worker, times.start, desk.prefix)):
        return Answer(desk.worker, here.shares)
    payload = here.payload(order, known)
    try:
        record = _Attempt(known, order, payload).run(desk, times)
    except BaseException as error:  # what surrounds the electron: its files
        node, attempt = order.member[:2]
        number, failure = desk.worker.number, unstored(error)
        record = Record(node, attempt, FAILED, times.start, times.end(), number, failure=failure)
    return Answer(desk.worker, here.shares, record, False, getattr(payload.blobs, "made", {}))


def _complete(order: Order) -> bool:
    return refs_in(order.member, order.values, order.code) <= order.carried.keys()


def claimed(folder: str, number: int, begun: Begun | None) -> bool:
    """Make the claim of an order; False if somebody else has. begun: None for whoever wants it not to begin."""
    try:
        file = os.open(os.path.join(folder, f"{number:x}.claim"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    try:
        os.write(file, dumps(begun).encode())
    finally:
        os.close(file)
    return True


def claim(folder: str, number: int) -> Begun | None:
    """Who has begun an order; None if nobody has, or has got to writing it down."""
    try:
        worker, start, desk = loads(Path(folder, f"{number:x}.claim").read_bytes())
    except (OSError, ValueError, TypeError):
        return None
    return Begun(Worker(*worker), start, desk)


class _Attempt:
    """One electron, run in a thread of its pool."""

    def __init__(self, known: Known, order: Order, payload: Payload) -> None:
        self.known, self.order, self.payload = known, order, payload
        self.code: Code = known.codes[order.member[2]]

    def run(self, desk: Desk, times: Times) -> Record:
        """The record of it, with what it printed."""
        node, attempt = self.order.member[:2]
        with desk.taken((self.order.run, node, attempt), self.order.note) as streams:
            status, value, failure = Isolated().run(self._run, streams, desk.alone)
            if streams[capture.INHERITED]:
                capture.leave(streams, capture.Late(), capture.Late())
        stdout, stderr, shown = desk.printed()
        texts = self.payload.text(stdout), self.payload.text(stderr)
        displays, worker = self.payload.document(shown), desk.worker.number
        start, end = times.start, times.end()
        return Record(node, attempt, status, start, end, worker, value, *texts, failure, displays)

    def _run(self, streams: capture.Streams, alone: bool) -> tuple[int, Value | None, Failure | None]:
        node, attempt, _, kind, call = self.order.member
        CURRENT.set((self.known.setup.dispatch_id, node, attempt, self.code.place.executor))
        capture.install()
        capture.WRITING.set(streams)
        try:
            task = self._task()
            args, kwargs = self.payload.arguments(kind, call, self.order.values)
            if self.code.kind == "sublattice":
                return self._built(task, args, kwargs)
            value = envelope.call(task.function, task.before, task.after, args, kwargs)
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the electron's own business
            return FAILED, None, failure_of(error)
        finally:
            if alone and "matplotlib.pyplot" in sys.modules:
                leftovers()
        return self._packed(value)

    def _built(self, task: Task, args: Any, kwargs: Any) -> tuple[int, Value | None, Failure | None]:
        code, hooks = self.code, (task.before, task.after)
        graph = envelope.build(code.name, task.function, hooks, code.options, args, kwargs, self.payload.blobs)
        return EXPANDED, self.payload.pack(graph), None

    def _packed(self, value: Any) -> tuple[int, Value | None, Failure | None]:
        try:
            return COMPLETED, self.payload.pack(value), None
        except (OSError, StoreError) as error:
            return FAILED, None, unstored(error)
        except BaseException as error:
            return FAILED, None, unserializable(value, error)

    def _task(self) -> Task:
        version = self.order.member[2]
        task = self.known.tasks.get(version)
        if task is None or task.fresh:
            task = self.known.tasks[version] = Task(self.code, self.payload)
        return task
