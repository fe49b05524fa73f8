"""Word from a worker to a kernel: small messages, many in one."""

import pickle
from collections import deque
from contextlib import suppress
from typing import Any

from distributed.comm import CommClosedError

from ...worker import capture
from ...worker.messages import Member
from ...worker.payload import LONGEST_INLINE

PAUSE = 0.005  # seconds that word of an electron may wait for company; the end of a batch waits for nothing
LOOK = 0.2  # seconds between two looks at what a running electron has printed

BEGUN, ENDED, PRINTED, THROUGH, BACK = range(5)


class Post:
    """Word to one kernel. Its messages leave from the worker's own thread."""

    def __init__(self, worker: Any, kernel: str) -> None:
        self._worker, self._kernel = worker, kernel
        self._news: deque[tuple[Any, ...]] = deque()  # added to by threads that run electrons
        self._timed = False
        self._running: dict[str, tuple[int, int, capture.Streams, list[int]]] = {}
        self._looking = False

    def begin(self, key: str, number: int, member: Member, start: int, streams: capture.Streams) -> None:
        """A member begins. number: of the place it runs at."""
        self._running[key] = member[0], member[1], streams, [0, 0, 0]
        self._news.append((BEGUN, key, number, member[0], member[1], start))
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

    def back(self, key: str, nodes: list[int] | None) -> None:
        """These of a batch do not begin here, and can go elsewhere. None: all of it."""
        self._news.append((BACK, key, nodes))
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
        for key, (node, attempt, streams, seen) in list(self._running.items()):
            displays = capture.displayed(streams)
            sizes = [*(capture.amount(streams, which) for which in (0, 1)), len(displays or b"")]
            if sizes != seen:
                same = sizes[2] == seen[2]  # nobody needs them twice
                seen[:] = sizes
                texts = [capture.lately(streams, which, LONGEST_INLINE) for which in (0, 1)]
                self._news.append((PRINTED, key, node, attempt, *texts, None if same else displays))
        self._flush()
        self._looking = bool(self._running)
        if self._looking:
            self._worker.loop.call_later(LOOK, self._look)

    def _flush(self) -> None:
        news = [self._news.popleft() for _ in range(len(self._news))]
        if news:
            data = pickle.dumps(_terse(news), 5)
            with suppress(CommClosedError):  # the scheduler has gone: nobody is there to be told
                self._worker.batched_stream.send({"op": "jupyter-flow-news", "kernel": self._kernel, "news": data})


def _terse(news: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same, without the beginnings of what has ended in it."""
    ended = {(item[1], item[2][0]) for item in news if item[0] == ENDED}
    return [item for item in news if item[0] != BEGUN or (item[1], item[3]) not in ended]
