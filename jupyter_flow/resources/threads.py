"""Threads of the kernel as workers. Daemon threads of our own: a pool's would be joined at exit, and hold it up."""

import logging
import os
import threading
import time
from typing import Any

from ..model.events import COMPLETED, FAILED, Record
from ..model.printed import Seen
from ..model.vault import VAULT
from ..worker import capture
from ..worker.failures import unstored
from ..worker.messages import Member
from ..worker.threadrunner import ThreadRunner
from ..worker.times import Times
from .base import Claim, Services, Work
from .slots import Slot

LOG = logging.getLogger("jupyter_flow")
SWEEP = 0.002  # seconds a finish may lie with a thread that has gone on to something long
SLOW_SWEEP = 0.02
LONG = 2_000_000  # ns


class ThreadResource:
    """The threads that all thread executors share."""

    stops = False

    def __init__(self, id: str, kind: str, services: Services, workers: int, custom: Any = None) -> None:
        self.id, self.kind, self.workers = id, kind, workers
        self._queue, self._store = services.queue, services.store
        self._folder = services.folder
        self._runner = ThreadRunner(services.store.blobs, custom)
        self._fixed = kind == "inline"
        self._most: int | None = getattr(custom, "workers", None)
        self._slots: list[Slot] = []
        self._idle: list[Slot] = []
        self._given_up: list[Slot] = []  # of `stop`, while their electrons still run
        self._count = 0
        self._busy = threading.Event()
        self._sweeper: threading.Thread | None = None
        self._closed = False

    # what the dispatcher calls ------------------------------------------------------------------

    def want(self, workers: int | None) -> None:
        """(lock) Grow, if need be."""
        if workers is not None and not self._fixed:
            self.workers = max(self.workers, workers)

    @property
    def present(self) -> int:
        """How many may run at once: an executor of somebody's own says so."""
        return min(self.workers, self._most or self.workers)

    @property
    def running(self) -> int:
        """How many electrons run now."""
        return sum(slot.current is not None for slot in self._slots)

    @property
    def given_up(self) -> int:
        """How many threads still run what was cancelled or timed out."""
        return len(self._given_up)

    def pids(self) -> list[int]:
        """This process."""
        return [os.getpid()] if self._slots else []

    def kick(self) -> None:
        """(lock) There is work. Electrons of microseconds are not worth waking a second thread for."""
        if len(self._slots) > len(self._idle) and self._queue.trivial(self):
            return
        self._wake()

    def _wake(self) -> None:
        if self._idle:
            self._idle.pop().wake.release()
        elif len(self._slots) < self.workers and not self._closed:
            self._count += 1
            name = f"jupyter-flow-{self.id}-{self._count}"
            try:
                self._watch()
                slot = Slot(self.serve, name, self.register(name), self._folder)
                slot.thread.start()
            except RuntimeError:  # no more threads to be had, or the process ends: the ones there are go on
                LOG.exception("no thread could be started for %s", self.id)
            else:
                self._slots.append(slot)

    def stop(self, work: Work, attempts: frozenset[tuple[int, int]]) -> None:
        """Give up on the threads that run these: replaced, for they cannot be stopped; their values are dropped."""
        retired = []
        with self._queue.lock:
            for slot in list(self._slots):
                if slot.claim is None or slot.claim.work is not work:
                    continue
                slot.discard(attempts)
                current = slot.current
                if current is not None and current[:2] in attempts:
                    self._retire(slot)
                    retired.append((slot, slot.version, slot.streams))
        for slot, version, streams in retired:
            self._runner.give_up(work, version, streams)
            self._post(slot)  # what it had done before stands

    def _retire(self, slot: Slot) -> None:
        assert slot.claim is not None
        slot.retired = True
        slot.thread.name += " (given up)"
        self._slots.remove(slot)
        self._given_up.append(slot)
        slot.claim.work.returned(slot.drain())
        self._queue.release(slot.claim)
        self.kick()

    def witness(self, work: Work, node: int) -> Seen:
        """The thread that runs a node, and what that has printed and displayed."""
        for slot in list(self._slots):
            claim, current, streams = slot.claim, slot.current, slot.streams
            if claim is None or claim.work is not work or current is None or current[0] != node:
                continue
            if slot.current is current:  # else the streams are those of what it runs by now
                stdout, stderr = (VAULT.masked_bytes(capture.written(streams, which)) or None for which in (0, 1))
                shown = capture.displayed(streams)
                return Seen(slot.number, stdout, stderr, shown and VAULT.masked_bytes(shown))
        return Seen()

    def register(self, name: str) -> int:
        """The store's number for a thread."""
        number: int = self._store.add_worker(self.id, "thread", os.getpid(), name)
        return number

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        self._runner.forget(work.number)

    def close(self) -> None:
        """Let idle threads go; busy ones are daemons, and end with the process."""
        with self._queue.lock:
            self._closed = True
            for slot in self._slots:
                slot.wake.release()
                if slot.claim is None:
                    slot.begun.remove()
        self._busy.set()

    # a thread's life ----------------------------------------------------------------------------

    def serve(self, slot: Slot) -> None:
        """Work while there is work, then wait."""
        while not self._closed and not slot.retired:
            with self._queue.lock:
                claim = self._queue.claim(self, self.workers - self._taken())
                if claim is None:
                    self._idle.append(slot)
                else:
                    slot.claim, slot.incomplete = claim, False
                    slot.members.extend(claim.members)
                    if self._queue.waiting(self):
                        self.kick()
            if claim is None:
                slot.wake.acquire()
            else:
                try:
                    self._work(slot, claim)
                except Exception:  # a mistake of ours must not take the thread, and its share, with it
                    LOG.exception("a thread that runs electrons met an error, and goes on")
                self._through(slot, claim)
        if slot.retired:
            with self._queue.lock:
                self._given_up.remove(slot)
            slot.begun.remove()

    def _taken(self) -> int:
        """(lock) The workers that claims hold."""
        return sum(slot.claim.cores for slot in self._slots if slot.claim is not None)

    def _work(self, slot: Slot, claim: Claim) -> None:
        if not self._busy.is_set():
            self._busy.set()
        while True:
            try:
                member = slot.members.popleft()
            except IndexError:
                break
            self._run(slot, claim, member)
            if slot.retired:
                break
        self._post(slot)

    def _through(self, slot: Slot, claim: Claim) -> None:
        with self._queue.lock:
            if not slot.retired:
                claim.work.returned(slot.drain())
                slot.claim = None
                self._queue.release(claim)

    def _run(self, slot: Slot, claim: Claim, member: Member) -> None:
        work, node, attempt = claim.work, member[0], member[1]
        if slot.incomplete and not self._runner.ready(work, member, slot.objects):
            with self._queue.lock:
                work.returned([(node, attempt)])
            return
        times, slot.told = Times.now(), False
        streams = slot.streams = capture.NOTHING.copy()
        if attempt > 1:
            self._warn(work, node, streams)
        slot.version, slot.since = member[2], times.began
        slot.current = (node, attempt, times.start)
        try:
            slot.begun.note(work.number, node, attempt, times.start)
            record, value = self._runner.run(work, member, times, slot.number, slot.objects, streams)
        except BaseException as error:  # what surrounds the electron: its log, the place for its output
            failure, number = unstored(error), slot.number
            record, value = Record(node, attempt, FAILED, times.start, times.end(), number, failure=failure), None
        slot.current = None
        if record[2] == COMPLETED:
            slot.objects[node] = value
        else:
            slot.incomplete = True
        slot.done.append(record)

    def _warn(self, work: Work, node: int, streams: capture.Streams) -> None:
        """An earlier attempt was given up, or is about to be: it may not have come to its end."""
        for slot in (*self._slots, *self._given_up):
            claim, current = slot.claim, slot.current
            if claim is not None and claim.work is work and current is not None and current[0] == node:
                capture.note(streams, f"attempt {current[1]} was given up, and still runs beside this one")

    def _post(self, slot: Slot) -> None:
        with slot.posting:
            done, slot.done = slot.done, []
            claim = slot.claim  # after the line above: until that is told, its thread does not take another
            if done and claim is not None:
                claim.work.finished(done, slot.objects)
        if not slot.members and slot.current is None:
            slot.objects = {}

    # the sweeper --------------------------------------------------------------------------------

    def _watch(self) -> None:
        """(lock) Raises RuntimeError where no thread is to be had."""
        if self._sweeper is None:
            sweeper = threading.Thread(target=self._sweep, name=f"jupyter-flow-{self.id}-sweeper", daemon=True)
            sweeper.start()
            self._sweeper = sweeper
        self._busy.set()

    def _sweep(self) -> None:
        """Post what threads hold back, say what has been running for a while, and share out what waits behind it."""
        pause = SWEEP
        while not self._closed:
            self._busy.wait()
            time.sleep(pause)
            busy = [slot for slot in list(self._slots) if slot.claim is not None]
            if not busy:
                self._busy.clear()
                if not self._needed():
                    continue
                self._busy.set()
            found = [self._seen(slot) for slot in busy]
            pause = SWEEP if any(found) else min(SLOW_SWEEP, pause * 1.5)

    def _needed(self) -> bool:
        """Whether there is something to watch after all; what no thread could be started for, is tried again."""
        with self._queue.lock:
            starved = not self._slots and bool(self._queue.waiting(self))
            if starved:
                self._wake()
        return starved or any(slot.claim is not None for slot in list(self._slots))

    def _seen(self, slot: Slot) -> bool:
        try:
            return self._look(slot)
        except Exception:
            LOG.exception("the thread that watches electrons met an error, and goes on")
            return False

    def _look(self, slot: Slot) -> bool:
        claim, current = slot.claim, slot.current
        if claim is None or current is None or time.monotonic_ns() - slot.since < LONG:
            return bool(slot.members)
        held = bool(slot.done)
        if held:
            self._post(slot)
        with self._queue.lock:
            if slot.claim is not claim:
                return held
            if not slot.told and slot.current is current:
                slot.told = True
                claim.work.started(*current)
            if slot.members and (self._idle or len(self._slots) < self.workers):
                claim.work.returned(slot.drain())
                held = True
            if self._queue.waiting(self):
                self._wake()  # it was thought to be short, and holds up what waits
        return held
