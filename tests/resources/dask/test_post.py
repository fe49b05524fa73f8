"""Word from a worker to a kernel."""

import io
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from jupyter_flow.model.events import COMPLETED, Record
from jupyter_flow.resources.dask.post import BEGUN, ENDED, PRINTED, THROUGH, Post
from jupyter_flow.worker import capture
from jupyter_flow.worker.payload import LONGEST_INLINE


def worker(sent: list[tuple[Any, ...]]) -> Any:
    """One whose loop has its turn at once, or never, as far as timers go."""
    loop = SimpleNamespace(add_callback=lambda call, *args: call(*args), call_later=lambda *_: None)
    stream = SimpleNamespace(send=lambda message: sent.extend(pickle.loads(message["news"])))
    return SimpleNamespace(loop=loop, batched_stream=stream)


def test_word_that_comes_while_other_word_leaves_is_not_lost() -> None:
    sent: list[tuple[Any, ...]] = []
    post = Post(worker(sent), "kernel")
    record = Record(0, 1, COMPLETED, 1, 2, 0)

    class Slow:
        """A record, while whose end is being told the worker's loop has its turn."""

        def __iter__(self) -> Iterator[Any]:
            post._flush()
            return iter(record)

    post.begin("key", 7, (0, 1, 0, 0, ()), 1, [None] * 4)
    post.end("key", Slow())
    post.through("key")
    assert [(item[0], item[1]) for item in sent] == [(BEGUN, "key"), (ENDED, "key"), (THROUGH, "key")]
    assert Record(*sent[1][2]) == record


def test_of_much_that_is_printed_only_the_end_is_sent_while_an_electron_runs() -> None:
    sent: list[tuple[Any, ...]] = []
    post = Post(worker(sent), "kernel")
    streams = capture.NOTHING.copy()
    post.begin("key", 7, (0, 1, 0, 0, ()), 1, streams)
    streams[0] = io.StringIO()
    for line in ("first\n", "x" * 1_000_000, "\nlast"):
        streams[0].write(line)
        post._look()
    post._look()  # there is nothing new
    told = [item[4] for item in sent if item[0] == PRINTED]
    assert [len(text) for text in told] == [6, LONGEST_INLINE, LONGEST_INLINE]
    assert told[-1].endswith(b"x\nlast")
