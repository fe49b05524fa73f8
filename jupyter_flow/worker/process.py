"""A worker process: receives batches, runs their members one by one, writes its journal."""

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections import deque
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import current_process
from pathlib import Path
from typing import NamedTuple

from ..model.pickles import redefine_classes
from ..store.blobs import FULL, Blobs, Durability
from . import displays
from .descriptors import MARKS, Kept
from .journal import JournalWriter
from .logs import Logs, mend
from .messages import Batch, Forget, Member, Message, Recall
from .orphan import die_with, end, last_words, traces
from .runner import Runner
from .shown import Shown
from .tree import MARK, adopt_orphans

BELL = b"!"
NO_SPACE = 72  # the exit code of one that has no space for its files


class About(NamedTuple):
    """What a worker is told of itself."""

    kernel: int  # the process id to die with
    key: bytes  # for its journal
    number: int  # the store's
    name: str  # what its descendants are marked with


class Worker:
    """One thread listens, the main thread works: so that what waits can be taken back while an electron runs."""

    def __init__(self, channel: Connection, prefix: str, blobs: Blobs, about: About) -> None:
        self.channel, self._kept = channel, Kept(channel.fileno(), MARKS[0])
        self.journal = JournalWriter(prefix, about.key, about.number)
        last_words.append(self.journal.last)
        traces.append(partial(mend, prefix))
        shown = Shown(f"{prefix}.shown")
        displays.install(shown)
        self.runner = Runner(self.journal, Logs(prefix), blobs, shown)
        self.inbox: queue.SimpleQueue[Batch | Forget] = queue.SimpleQueue()
        self.waiting: deque[tuple[Batch, deque[Member]]] = deque()
        self.giving = threading.Lock()  # what is given back is told before its batch is done

    def serve(self) -> None:
        """Work until the kernel is gone."""
        threading.Thread(target=self._listen, name="jupyter-flow-listener", daemon=True).start()
        while True:
            message = self.inbox.get()
            if isinstance(message, Forget):  # in its turn: batches of that run may lie before it
                self.runner.forget(message.run)
                continue
            batch, members = self.waiting[0]
            self._work(batch, members)
            with self.giving:
                self.waiting.popleft()
                self.journal.batch_done(batch.number)
            self._ring()

    def _work(self, batch: Batch, members: deque[Member]) -> None:
        self.runner.begin(batch)
        while True:
            try:
                member = members.popleft()
            except IndexError:
                return
            self.runner.run(batch.run, member)
            if self.runner.leaving or self._lost:
                end(0)  # what is left goes elsewhere

    def _listen(self) -> None:
        try:
            while True:
                message = self.channel.recv_bytes()
                if self._lost:
                    return
                self._take(pickle.loads(message))
        except (EOFError, OSError):
            if not self._lost:
                end(0)
        except BaseException:  # deaf, it would be waited for in vain
            traceback.print_exc()
            end(71)

    def _take(self, message: Message) -> None:
        if isinstance(message, Batch):
            self.waiting.append((message, deque(message.members)))
            self.inbox.put(message)
        elif isinstance(message, Forget):
            self.inbox.put(message)
        elif isinstance(message, Recall):
            self._give_back(message.most)
        else:
            self.runner.drop(message.run, message.attempts)

    def _give_back(self, count: int) -> None:
        """From the end, so that what stays never needs what leaves."""
        with self.giving:
            for batch, members in reversed(self.waiting):
                nodes: list[int] = []
                while members and count:
                    try:
                        nodes.append(members.pop()[0])
                    except IndexError:  # the main thread took the last one
                        break
                    count -= 1
                if nodes:
                    self.journal.returned(batch.run, nodes)
        self._ring()

    @property
    def _lost(self) -> bool:
        """Whether an electron closed the channel, and may have a file of its own in its place: it is the last one."""
        return self._kept.gone()

    def _ring(self) -> None:
        try:
            if self._lost:
                end(0)
            os.write(self.channel.fileno(), BELL)
        except OSError:
            end(0)


def main(channel: Connection, prefix: str, root: str, durability: Durability, about: About) -> None:
    """The body of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupt button reaches the whole process group
    os.set_inheritable(channel.fileno(), False)
    die_with(about.kernel)
    current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # else electrons could start no processes
    sys.argv = [""]
    adopt_orphans()
    os.environ[MARK] = about.name
    redefine_classes()
    try:
        Worker(channel, prefix, Blobs(Path(root), durability), about).serve()
    except OSError as error:  # of its own files: those of electrons are theirs
        if error.errno not in FULL:
            raise
        end(NO_SPACE)
