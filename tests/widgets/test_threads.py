"""A thread that is there while there is something to do, and never twice."""

import threading
from collections import deque

from jupyter_flow.widgets.threads import OnDemandThread
from tests.waiting import until


class Desk:
    """What is wished for is done by one thread; it notes which one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.wishes: deque[threading.Event] = deque()
        self.served: list[threading.Thread] = []
        self.thread = OnDemandThread("desk", self._work, self.lock)

    def wish(self) -> threading.Event:
        done = threading.Event()
        with self.lock:
            self.thread.start()
            self.wishes.append(done)
        return done

    def _work(self) -> None:
        self.served.append(threading.current_thread())
        while True:
            with self.lock:
                if not self.wishes:
                    return self.thread.end()
                done = self.wishes.popleft()
            done.set()


def ended(desk: Desk) -> bool:
    with desk.lock:
        return not desk.thread.there


def test_it_ends_when_nothing_is_left_and_the_next_wish_starts_another() -> None:
    desk = Desk()
    for count in (1, 2, 3):
        assert desk.wish().wait(30)
        until(lambda: ended(desk))
        assert len(desk.served) == count


def test_of_two_that_were_started_one_works() -> None:
    lock, release = threading.Lock(), threading.Event()
    working: list[threading.Thread] = []

    def work() -> None:
        working.append(threading.current_thread())
        release.wait(30)

    thread = OnDemandThread("one of two", work, lock)
    with lock:  # before either can say that it is there
        thread.start()
        thread.start()
    try:
        until(lambda: working and [each for each in threading.enumerate() if each.name == "one of two"] == working)
    finally:
        release.set()
    assert len(working) == 1
