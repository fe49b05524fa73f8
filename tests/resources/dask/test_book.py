"""What a cluster has been given."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_flow.model.events import COMPLETED, Record
from jupyter_flow.resources.base import Claim, Share
from jupyter_flow.resources.dask.book import Book


class Work:
    """A dispatch that writes down what it is told."""

    number = 1

    def __init__(self) -> None:
        self.told: list[int] = []

    def finished(self, records: Any) -> None:
        self.told += [record.node for record in records]

    def returned(self, attempts: Any) -> None:
        self.told += [-node for node, _ in attempts]

    def needed(self, node: int) -> bool:
        return False


@pytest.fixture
def book() -> Book:
    queue = SimpleNamespace(lock=threading.Lock(), release=lambda claim: None)
    services: Any = SimpleNamespace(queue=queue, store=SimpleNamespace(blobs=None), folder="")
    desks: Any = SimpleNamespace(find=lambda number: None)
    return Book(services, "dask", True, desks, lambda command: command())


def test_however_many_have_ended_before_word_of_the_first_comes_all_are_told_in_order(book: Book) -> None:
    work: Any = Work()
    share, many = Share(SimpleNamespace(workers=None)), 2000
    for node in range(many):
        needs = {node: [node - 1]} if node else {}
        book.add(str(node), Claim(work, share, [(node, 1, 0, 0, ())], 1, False, 0, needs))
    for node in [*range(1, many), 0]:
        ended: Any = {}
        book.ended(Record(node, 1, COMPLETED, 1, 2, 0, b"value"), book.handed[str(node)], ended)
        book.tell(ended)
        book.through(str(node))
    assert work.told == list(range(many))
    assert not book.handed
