"""One worker process, as the kernel sees it: what it was given, what it runs, what it has written."""

import os
import pickle
import signal
import struct
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil

from ..model.events import FAILED, Failure, Record
from ..model.printed import Seen
from ..model.vault import VAULT, Shipment
from ..worker.journal import Entry, JournalReader, Started
from ..worker.messages import Batch, Code, Forget, Message
from ..worker.payload import LONGEST_INLINE, nodes_in
from ..worker.shown import written
from .base import Claim, Work

_SIGNALS = frozenset(signal.Signals)  # real-time signals have no names
FREEZING = 0.05  # seconds to wait for a stopped process to have stopped


class Outstanding:
    """A batch that a worker has not done with."""

    __slots__ = ("claim", "members")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.members = {member[0]: member[1] for member in claim.members}  # node: attempt


class WorkerProcess:
    """Sends batches, reads the journal, kills."""

    def __init__(self, number: int, process: BaseProcess, channel: Connection, prefix: str) -> None:
        self.number, self.process, self.channel, self.prefix = number, process, channel, prefix
        self.pid: int = process.pid or 0
        self._identity = _identity(self.pid)
        self.batches: dict[int, Outstanding] = {}
        self.current: Started | None = None
        self.since = 0.0  # when `current` was first seen
        self.recalled = False
        self.killed = False
        self.proved = False  # it has written something: it can work
        self._reader = JournalReader(prefix, number)
        self._out = bytearray()
        self._met: dict[int, set[int]] = {}  # run: versions it has
        self._sent = 0
        self._told = -1  # how many secrets it was told

    # giving it work -----------------------------------------------------------------------------

    def assign(self, claim: Claim) -> None:
        """Queue a batch for it."""
        self._sent += 1
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

    def flush(self) -> bool:
        """Send what the channel takes; True if something is left."""
        while self._out:
            try:
                sent = os.write(self.channel.fileno(), self._out)
            except BlockingIOError:
                return True
            except OSError:  # it is dead: its sentinel says so
                self._out.clear()
                return False
            del self._out[:sent]
        return False

    def forget(self, work: Work) -> None:
        """A dispatch is over."""
        if self._met.pop(work.number, None) is not None:
            self.send(Forget(work.number))

    # what it says -------------------------------------------------------------------------------

    def hush(self) -> None:
        """Take the bells out of the channel."""
        try:
            while os.read(self.channel.fileno(), 4096):
                continue
        except OSError:
            return

    def read(self) -> list[Entry]:
        """What it has written since the last look."""
        return self._reader.read()

    @property
    def unstarted(self) -> int:
        """How many electrons lie with it and do not run."""
        return sum(len(batch.members) for batch in self.batches.values()) - (self.current is not None)

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
        """Kill it, and what it started."""
        self.killed = True
        try:
            tree = psutil.Process(self.pid).children(recursive=True)
        except psutil.Error:
            tree = []
        for process in tree:
            try:
                process.kill()
            except psutil.Error:
                continue
        self.process.kill()

    def seen(self, started: Started) -> Seen:
        """What an attempt that runs, or did to the end, has printed and displayed."""
        stdout, stderr = self._printed("out", started.stdout_from), self._printed("err", started.stderr_from)
        return Seen(self.number, stdout, stderr, masked(written(f"{self.prefix}.shown", started[:3])))

    def loss(self, started: Started) -> Record:
        """The record of the attempt that its death ended, with what had been printed."""
        _, stdout, stderr, _ = self.seen(started)
        failure = Failure("worker_lost", "WorkerLost", f"its worker process (pid {self.pid}) {self.cause()}", "")
        node, attempt, now = started.node, started.attempt, time.time_ns()
        return Record(node, attempt, FAILED, started.start, now, self.number, None, stdout, stderr, failure)

    def cause(self) -> str:
        """How it ended."""
        self.process.join(1)
        code = self.process.exitcode
        if code is None:
            return "stopped answering"
        if code >= 0:
            return f"exited with code {code} while it ran"
        name = signal.Signals(-code).name if -code in _SIGNALS else f"signal {-code}"
        return f"was killed by {name}" + (", perhaps for want of memory" if name == "SIGKILL" else "")

    def _printed(self, stream: str, start: int) -> bytes | None:
        try:
            with open(f"{self.prefix}.{stream}", "rb") as log:
                end = log.seek(0, os.SEEK_END)
                log.seek(max(start, end - LONGEST_INLINE))  # of much that was printed the end says most
                return VAULT.masked_bytes(log.read(LONGEST_INLINE)) or None
        except OSError:
            return None

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
        """Wait until it is dead, and let go of it."""
        self.process.join(2)
        self.close()

    def close(self) -> None:
        """Let go of its channel and files."""
        self.channel.close()
        with suppress(ValueError):  # it lives yet, against all expectation
            self.process.close()
        self._reader.remove()
        for suffix in (".out", ".err", ".shown"):
            Path(self.prefix + suffix).unlink(missing_ok=True)


def masked(shown: bytes | None) -> bytes | None:
    """What was displayed, without secrets."""
    return shown and VAULT.masked_bytes(shown)


def _identity(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None
