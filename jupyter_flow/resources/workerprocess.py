"""One worker process, as the kernel sees it: what it was given, what it runs, what it has written."""

import os
import pickle
import signal
import struct
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import psutil

from ..model.errors import StoreError
from ..model.events import FAILED, Failure, Record
from ..model.printed import Seen
from ..model.sizes import size_text
from ..model.vault import VAULT, Shipment
from ..worker.entries import Entry, Started
from ..worker.journal import JournalReader, unlink_all
from ..worker.logs import mend, printed
from ..worker.memory import oom_kills
from ..worker.messages import Batch, Code, Forget, Message
from ..worker.payload import nodes_in
from ..worker.process import NO_SPACE
from ..worker.recovery import NOWHERE
from ..worker.shown import written
from ..worker.tree import kill_descendants
from .base import Claim, Work
from .holding import drain, write

_SIGNALS = frozenset(signal.Signals)  # real-time signals have no names
FREEZING = 0.05  # seconds to wait for a stopped process to have stopped


class Outstanding:
    """A batch that a worker has not done with."""

    __slots__ = ("begun", "claim", "members", "released")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.begun = 0  # when its first member was
        self.released = False  # nothing of it will run: it does not count any more
        self.members = {member[0]: member[1] for member in claim.members}  # node: attempt


class WorkerProcess:
    """Sends batches, reads the journal, kills."""

    def __init__(
        self, number: int, process: BaseProcess, channel: Connection, prefix: str, mark: str, store: Any
    ) -> None:
        self.mark, self._store = mark, store
        self.number, self.process, self.channel, self.prefix = number, process, channel, prefix
        self.pid: int = process.pid or 0
        self._identity = _identity(self.pid)
        self.batches: dict[int, Outstanding] = {}
        self.current: Started | None = None
        self.ended = 0  # when the last electron was through
        self.since = 0.0  # when `current` was first seen
        self.recalled = False
        self.killed = False
        self.proved = False  # it has written something: it can work
        self.succeeded = False  # another one was started in its place
        self.leaves = False  # it has been given all that it is to run
        self._given: dict[int, int] = {}  # how many electrons, by share
        self.overdrawn = 0  # the bytes that its electron used when it was killed for that
        self._oom_kills = oom_kills()
        self._reader = JournalReader(prefix, number)
        self._out = bytearray()
        self._met: dict[int, set[int]] = {}  # run: versions it has
        self._sent = 0
        self._told = -1  # how many secrets it was told

    # giving it work -----------------------------------------------------------------------------

    def assign(self, claim: Claim) -> None:
        """Queue a batch for it."""
        self._sent += 1
        given = self._given[id(claim.share)] = self._given.get(id(claim.share), 0) + len(claim.members)
        self.leaves = self.leaves or given >= claim.share.tasks
        self.batches[self._sent] = Outstanding(claim)
        try:
            self.send(self._batch(self._sent, claim))
        except BaseException:
            del self.batches[self._sent]
            self._met.pop(claim.work.number, None)
            self._told = -1
            raise

    def _batch(self, number: int, claim: Claim) -> Batch:
        work = claim.work
        known = self._met.get(work.number)
        codes: dict[int, Code] = {}
        met = self._met.setdefault(work.number, set())
        values: dict[int, Any] = {}
        own = self.batches[number].members
        for _, _, version, kind, call in claim.members:
            if version not in met:
                met.add(version)
                codes[version] = work.code(version)
            if kind:
                for node in nodes_in(kind, call):
                    if node not in own and node not in values:
                        values[node] = work.value(node)
        setup = work.setup if known is None else None
        return Batch(number, work.number, setup, codes, claim.members, values, self._secrets())

    def _secrets(self) -> Shipment | None:
        """All that the kernel knows, where it knows more than at the last time."""
        known, self._told = self._told, VAULT.size
        return VAULT.shipment() if known != self._told else None

    def send(self, message: Message) -> None:
        """Queue a message; `flush` sends it."""
        data = pickle.dumps(message, 5)
        self._out += struct.pack("!i", len(data)) + data
        self.flush()

    def flush(self) -> None:
        """Send what the channel takes."""
        while self._out:
            try:
                sent = write(self.channel.fileno(), bytes(self._out))
            except BlockingIOError:
                return
            except OSError:  # it is dead: its sentinel says so
                self._out.clear()
                return
            del self._out[:sent]

    @property
    def clogged(self) -> bool:
        """Whether something is left to be sent when there is room."""
        return bool(self._out)

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        if self._met.pop(work.number, None) is not None:
            self.send(Forget(work.number))

    # what it says -------------------------------------------------------------------------------

    def hush(self) -> None:
        """Take the bells out of the channel."""
        drain(self.channel.fileno())

    def read(self) -> list[Entry]:
        """What it has written since the last look."""
        return self._reader.read()

    @property
    def garbled(self) -> str:
        """What is wrong with what it wrote, if anything is."""
        return self._reader.garbled

    def tidy(self) -> None:
        """What was read has been handed on: files of the journal that are through go when that is on disk."""
        through = self._reader.through()
        if through:
            self._store.then(lambda: unlink_all(through))

    @property
    def memory(self) -> int:
        """The bytes that what it has may use, one after the other; 0: nobody said."""
        return max((batch.claim.memory for batch in list(self.batches.values()) if not batch.released), default=0)

    @property
    def unstarted(self) -> int:
        """How many electrons lie with it and do not run."""
        return sum(len(batch.members) for batch in self.batches.values()) - (self.current is not None)

    @property
    def cost(self) -> int:
        """ns that all it has was measured to take; 0 where that is not known of all."""
        costs = [batch.claim.cost for batch in self.batches.values()]
        return sum(costs) if all(costs) else 0

    # its end ------------------------------------------------------------------------------------

    def freeze(self) -> bool:
        """Stop it in its tracks, so that what it runs can be looked at before it is killed. False: it is gone."""
        try:
            os.kill(self.pid, signal.SIGSTOP)
            end = time.monotonic() + FREEZING
            process = psutil.Process(self.pid)
            while process.status() != psutil.STATUS_STOPPED and time.monotonic() < end:
                time.sleep(0.0002)
        except (ProcessLookupError, psutil.Error):
            return False
        return True

    def thaw(self) -> None:
        """Let it go on."""
        try:
            os.kill(self.pid, signal.SIGCONT)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        """Kill it, and what it started, which is to start nothing more meanwhile."""
        self.killed = True
        self.freeze()
        kill_descendants(self.pid)
        self.process.kill()

    def seen(self, started: Started) -> Seen:
        """What an attempt that runs, or did to the end, has printed and displayed."""
        stdout = printed(self.prefix, "out", started.stdout_from)
        stderr = printed(self.prefix, "err", started.stderr_from)
        shown = written(f"{self.prefix}.shown", started[:3])
        return Seen(self.number, *map(masked, (stdout, stderr, shown)))

    def begun(self, batch: Outstanding) -> list[Started]:
        """What of a batch it had begun and not ended, as far as anybody can tell."""
        run, current = batch.claim.work.number, self.current
        found = {current.node: current} if current is not None and current.run == run else {}
        if self.garbled:  # all that is left may have begun, and nothing is to run twice
            left, now = batch.members.items(), time.time_ns()
            found = {node: Started(run, node, attempt, now, NOWHERE, NOWHERE) for node, attempt in left} | found
        return [started for node, started in found.items() if node in batch.members]

    def loss(self, started: Started) -> Record:
        """The record of the attempt that its death ended, with what had been printed."""
        _, stdout, stderr, _ = self.seen(started)
        failure = Failure("worker_lost", "WorkerLost", f"its worker process (pid {self.pid}) {self.cause()}", "")
        if self.overdrawn:
            failure = Failure("out_of_memory", "OutOfMemory", self._excess(started), "")
        node, attempt, now = started.node, started.attempt, max(time.time_ns(), started.start)
        return Record(node, attempt, FAILED, started.start, now, self.number, None, stdout, stderr, failure)

    def cause(self) -> str:
        """How it ended."""
        self.process.join(1)
        code = self.process.exitcode
        if self.garbled:
            return f"wrote what nobody can read into its journal ({self.garbled}), and was ended"
        if code is None:
            return "stopped answering"
        if code == NO_SPACE:
            return f"found no space left for its journal in {os.path.dirname(self.prefix)}; free some, and run it again"
        if code >= 0:
            return f"exited with code {code} while it ran"
        name = signal.Signals(-code).name if -code in _SIGNALS else f"signal {-code}"
        if name != "SIGKILL":
            return f"was killed by {name}"
        short = oom_kills() > self._oom_kills
        return "was killed by SIGKILL" + (": the system ran out of memory (it counts one more such kill)" * short)

    def _excess(self, started: Started) -> str:
        """What an electron that used too much memory is told."""
        for batch in self.batches.values():
            for node, _, version, *_ in batch.claim.members:
                if (batch.claim.work.number, node) == (started.run, started.node):
                    limit = batch.claim.work.code(version).options.memory
                    return f"it used {size_text(self.overdrawn)}, its limit is memory={limit!r}"
        return f"it used {size_text(self.overdrawn)}, more than it may"

    def make_sure(self) -> None:
        """It is said to be dead; where only the process that started it is, it dies now, before others get its work."""
        if self._identity is not None:
            with suppress(psutil.Error):
                self._identity.kill()
                self._identity.wait(1)

    @property
    def dismissed(self) -> bool:
        """Whether it was told to go, or went with the process that started it, as when a kernel is shut down.

        Then nobody is to be told that the electron failed: with the kernel gone, it was interrupted.
        """
        self.process.join(1)
        return not self.killed and self.process.exitcode in (-signal.SIGTERM, 255)

    def end(self) -> None:
        """Wait until it is dead, and let go of it. Of what it was given, its journal tells whoever asks later."""
        self.process.join(2)
        with suppress(OSError):
            mend(self.prefix)
        self.close(keep=bool(self.batches))

    def close(self, keep: bool = False) -> None:
        """Let go of its channel; of its files, once all that they told is on disk elsewhere, unless they are kept."""
        self.channel.close()
        with suppress(ValueError):  # it lives yet, against all expectation
            self.process.close()
        self._reader.close()
        if not keep:
            with suppress(StoreError):  # closed: what it has, it has; what it has not, the journal tells later
                self._store.then(self._reader.remove)


def masked(shown: bytes | None) -> bytes | None:
    """What was displayed, without secrets."""
    return shown and VAULT.masked_bytes(shown)


def _identity(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None
