"""A worker process: receives batches, runs their members one by one, writes its journal."""

import os
import pickle
import queue
import signal
import sys
import threading
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path

from ..store.blobs import Blobs, Durability
from .journal import JournalWriter
from .logs import Logs
from .messages import Batch, Drop, Forget, Member, Message, Recall
from .orphan import die_with
from .runner import Runner

BELL = b"!"


class Worker:
    """One thread listens, the main thread works: so that what waits can be taken back while an electron runs."""

    def __init__(self, channel: Connection, prefix: str, blobs: Blobs) -> None:
        self.channel = channel
        self.journal = JournalWriter(prefix)
        self.runner = Runner(self.journal, Logs(prefix), blobs)
        self.batches: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self.waiting: deque[tuple[Batch, deque[Member]]] = deque()

    def serve(self) -> None:
        """Work until the kernel is gone."""
        threading.Thread(target=self._listen, name="jupyter-flow-listener", daemon=True).start()
        while True:
            self.batches.get()
            batch, members = self.waiting[0]
            self._work(batch, members)
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

    def _listen(self) -> None:
        while True:
            try:
                message: Message = pickle.loads(self.channel.recv_bytes())
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, Batch):
                self.waiting.append((message, deque(message.members)))
                self.batches.put(message)
            elif isinstance(message, Recall):
                self._give_back(message.most)
            elif isinstance(message, Drop):
                self.runner.drop(message.run, message.nodes)
            elif isinstance(message, Forget):
                self.runner.forget(message.run)

    def _give_back(self, count: int) -> None:
        """From the end, so that what stays never needs what leaves."""
        for batch, members in reversed(list(self.waiting)):
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

    def _ring(self) -> None:
        try:
            os.write(self.channel.fileno(), BELL)
        except OSError:
            os._exit(0)


def main(channel: Connection, prefix: str, root: str, durability: Durability, kernel: int) -> None:
    """The body of a worker process. `kernel`: the process id to die with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the interrupt button reaches the whole process group
    os.set_inheritable(channel.fileno(), False)
    die_with(kernel)
    sys.argv = [""]
    Worker(channel, prefix, Blobs(Path(root), durability)).serve()
