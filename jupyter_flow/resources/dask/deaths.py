"""What is told of electrons whose worker has died."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Literal

from ...model.events import Failure
from .book import Book
from .desks import Desk, Desks, told
from .handed import Handed

NANNY = 1.0  # seconds in which a nanny says how its worker ended
LOOK = 0.02  # seconds
GONE = ": it died, or its cluster let it go. What it ran had begun: it runs again only with retries="


class Undertaker:
    """Closes batches that were lost. folder: where the nannies of a cluster of our own say how workers end.

    hint: what else whoever reads of such an end ought to know.
    """

    def __init__(
        self,
        book: Book,
        desks: Desks,
        tell: Callable[[Callable[[], None]], None],
        folder: str | Literal[False],
        hint: str,
    ) -> None:
        self._book, self._desks, self._tell, self._folder, self._hint = book, desks, tell, folder, hint

    def bury(self, handed: Handed, begun: bool, until: float = 0.0) -> None:
        """A batch is lost. begun: a worker had begun with it that leaves no journal.

        A nanny may not have noticed yet how its worker ended: it is waited for a moment.
        """
        desk = self._desks.find(handed.number) if handed.current is not None else None
        cause = told(self._folder, desk.hello.pid) if self._folder and desk is not None else ""
        until = until or time.monotonic() + NANNY
        if cause or desk is None or not self._folder or time.monotonic() > until:
            self._book.lost(handed, _failure(desk, cause, self._hint), doubtful=begun)
        else:
            timer = threading.Timer(LOOK, partial(self._tell, partial(self.bury, handed, begun, until)))
            timer.daemon = True
            timer.start()


def _failure(desk: Desk | None, cause: str, hint: str) -> Failure:
    gone = f"has gone{hint or GONE}"
    if desk is None:
        return Failure("worker_lost", "WorkerLost", f"the worker that had it {gone}", "")
    text = f"its worker process (pid {desk.hello.pid}, {desk.address}) {f'{cause}{hint}' if cause else gone}"
    return Failure("worker_lost", "WorkerLost", text, "")
