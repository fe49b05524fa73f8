"""What runs on a cluster's workers: a batch of electrons as one task, and word of each to the kernel.

The task's own result is a token: the values of its members, or references to them, for tasks that need them. What
becomes of each member goes to the kernel over the worker's stream to the scheduler, many in one message; a worker that
sees the kernel's store from the kernel's machine also keeps a journal there, which outlives it.
"""

import pickle
import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, NamedTuple

import distributed
from distributed.core import Status
from distributed.utils import sync

from ...model.events import COMPLETED, BlobRef, Record, Value
from ...store.blobs import Blobs
from ...worker import capture
from ...worker.farrunner import Brought, FarDispatch, FarRunner
from ...worker.messages import Member
from ...worker.outlet import Outlet
from ...worker.payload import nodes_in
from ...worker.times import Times
from . import shelf as shelves
from .post import Post
from .recalls import Recalls
from .relay import RelayedBlobs, SharedBlobs
from .seat import Seat, shared
from .token import Token, refs_in

KEPT = 16  # dispatches that a worker remembers


class Errand(NamedTuple):
    """A batch on its way to a worker."""

    key: str  # the task's
    kernel: str  # the id of its client
    dispatch: str  # which the scheduler knows more of
    parts: int  # how much more
    run: int  # the dispatch's number
    members: list[Member]
    values: dict[int, Value]
    needs: Mapping[int, Sequence[int]]  # by member: whom it comes after besides, whose values come as tokens
    part: bytes = b""  # the last of what the scheduler knows, where it is new


def run(errand: bytes, *before: Token) -> Token:
    """The body of a task. before: the tokens of the tasks whose values it needs."""
    return _desk(distributed.get_worker()).run(pickle.loads(errand), before)


def lost(*_: Any) -> Token:
    """What is run in the place of a task that may have run before: nothing is ever done twice."""
    return Token({})


class Batch:
    """The members of an errand on their way. outlet: where they print, if one at a time does."""

    def __init__(
        self, errand: Errand, dispatch: FarDispatch, runner: FarRunner, post: Post, seat: Seat, outlet: Outlet | None
    ) -> None:
        self._errand, self._dispatch, self._runner, self._post, self._seat = errand, dispatch, runner, post, seat
        self._outlet = outlet
        self._left = deque(errand.members)
        self.made: dict[int, Value] = {}
        self.refs: list[BlobRef] = []

    def run(self, before: Sequence[Token]) -> None:
        """Run them; what they make is `made`, and what lies in files of it `refs`. before: has what they take."""
        errand = self._errand
        values: dict[int, Value] = dict(errand.values)
        for token in before:
            values.update(token.values)
        while self._left:
            try:
                member = self._left.popleft()
            except IndexError:  # given back at this moment
                break
            needed = *nodes_in(member[3], member[4]), *errand.needs.get(member[0], ())
            if not all(node in values for node in needed):
                continue  # a producer failed
            record = self._one(member, values)
            self.refs += refs_in(record)
            if record.status == COMPLETED and record.value is not None:
                values[member[0]] = self.made[member[0]] = record.value

    def give_back(self) -> None:
        """(any thread) What has not begun is not to begin here."""
        left = []
        with suppress(IndexError):
            while True:
                left.append(self._left.pop()[0])
        if left:
            self._post.back(self._errand.key, left)

    def _one(self, member: Member, values: Mapping[int, Value]) -> Record:
        errand, post, seat = self._errand, self._post, self._seat
        streams = self._outlet.streams() if self._outlet is not None else capture.NOTHING.copy()
        times = Times.now()
        seat.begin(errand.run, member, times.start)
        post.begin(errand.key, seat.number, member, times.start, streams)
        record = self._runner.run(self._dispatch, member, values, times, streams)._replace(worker=seat.number)
        seat.end(errand.run, record)
        post.end(errand.key, record)
        if self._outlet is not None:
            self._outlet.ended(record.end - record.start)
        return record


class Desk:
    """What this package keeps on one worker."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        self._lock = threading.Lock()
        self._dispatches: OrderedDict[str, tuple[FarDispatch, FarRunner]] = OrderedDict()
        self._runners: dict[str, FarRunner] = {}  # by kernel
        self._posts: dict[str, Post] = {}
        self._seats: dict[tuple[str, int], Seat] = {}  # by kernel and thread
        self._outlet = Outlet() if _sole(worker) else None
        self._recalls = Recalls(worker, self._post)
        worker.handlers["jupyter_flow_piece"] = self.piece

    def run(self, errand: Errand, before: tuple[Token, ...]) -> Token:
        """Run the members of a batch that have their inputs, in order."""
        with self._lock:
            dispatch, runner = self._brought(errand)
            post, seat = self._post(errand.kernel), self._seat(errand.kernel, dispatch.brought)
        if seat.journal is None and not self._ask("begin", key=errand.key):
            return Token({})
        shelf = shelves.of(self.worker)
        shelf.drop(shelf.taken())  # of what was not to be
        with self._outlet.taken() if self._outlet is not None else nullcontext(False) as alone:
            batch = Batch(errand, dispatch, runner, post, seat, self._outlet if alone else None)
            if self._recalls.begin(errand.key, batch):
                try:
                    batch.run(before)
                finally:
                    self._recalls.over(errand.key)
        seat.through()
        post.through(errand.key)
        return Token(batch.made) if seat.hello.shares else Token(batch.made, batch.refs, shelf, shelf.taken())

    async def piece(self, digest: bytes, at: int, size: int) -> bytes:
        """A part of what lies here, for the kernel. Raises OSError."""
        return shelves.of(self.worker).piece(digest, at, size)

    def _ask(self, what: str, **message: Any) -> Any:
        """Ask what we have on the scheduler."""
        return sync(self.worker.loop, getattr(self.worker.scheduler, f"jupyter_flow_{what}"), **message)

    def _post(self, kernel: str) -> Post:
        post = self._posts.get(kernel)
        return post if post is not None else self._posts.setdefault(kernel, Post(self.worker, kernel))

    def _seat(self, kernel: str, brought: Brought) -> Seat:
        """Where this thread works for a kernel; that is told who works there before anything is begun."""
        place = kernel, threading.get_ident()
        seat = self._seats.get(place)
        if seat is None:
            seat = Seat(brought, self.worker.state.nthreads)
            self._ask("hello", worker=self.worker.address, kernel=kernel, hello=pickle.dumps(seat.hello, 5))
            self._seats[place] = seat
        return seat

    def _brought(self, errand: Errand) -> tuple[FarDispatch, FarRunner]:
        """What the errand's dispatch is; fetched from the scheduler when it is first met, if it does not come along."""
        known = self._dispatches.get(errand.dispatch)
        if known is None or known[0].parts < errand.parts:
            known = self._dispatches[errand.dispatch] = self._fetched(errand, known)
        self._dispatches.move_to_end(errand.dispatch)
        while len(self._dispatches) > KEPT:
            self._dispatches.popitem(last=False)
        return known

    def _fetched(self, errand: Errand, known: tuple[FarDispatch, FarRunner] | None) -> tuple[FarDispatch, FarRunner]:
        since = known[0].parts if known is not None else 0
        along = errand.part and since == errand.parts - 1
        parts: list[bytes] = [errand.part] if along else self._ask("dispatch", id=errand.dispatch, since=since)
        for part in parts:
            brought: Brought = pickle.loads(part)
            if known is None:
                known = FarDispatch(brought), self._runner(brought, errand.kernel)
            else:
                known[0].add(brought)
        assert known is not None, "the scheduler knows as much as the kernel has told it"
        return known

    def _runner(self, brought: Brought, kernel: str) -> FarRunner:
        runner = self._runners.get(kernel)
        if runner is None:
            shelf = shelves.of(self.worker)
            blobs: Blobs = SharedBlobs(Blobs(Path(brought.root), brought.durability), shelf)
            if not shared(brought):
                blobs = RelayedBlobs(shelf, self._ask, kernel)
            runner = self._runners[kernel] = FarRunner(blobs, brought.alone)
        return runner


def _sole(worker: Any) -> bool:
    """Whether its process is there for it alone, and it runs one task after the other."""
    workers = [one for one in distributed.Worker._instances if one.status not in (Status.closed, Status.failed)]
    return workers == [worker] and worker.state.nthreads == 1 and not distributed.Scheduler._instances


_desks: dict[str, Desk] = {}
_lock = threading.Lock()


def _desk(worker: Any) -> Desk:
    with _lock:
        desk = _desks.get(worker.address)
        if desk is None or desk.worker is not worker:
            desk = _desks[worker.address] = Desk(worker)
        return desk
