"""Word from a worker to a kernel."""

import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from jupyter_flow.model.events import COMPLETED, Record
from jupyter_flow.resources.dask.post import BEGUN, ENDED, THROUGH, Post


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
