"""The threads behind all views of a kernel."""

import os
import threading
import time

import pytest

from jupyter_flow.widgets.hub import MOST, MOST_ERRANDS, Hub
from tests.interrupting import interrupted
from tests.waiting import until

PATIENCE = 30  # seconds until something that does not happen is a failure


class Counted:
    """Pulsed a number of times."""

    def __init__(self, times: int) -> None:
        self.left, self.threads = times, set[str]()

    def pulse(self) -> bool:
        self.left -= 1
        self.threads.add(threading.current_thread().name)
        return self.left > 0


@pytest.fixture
def hub() -> Hub:
    return Hub()


def test_what_is_shown_is_pulsed_until_nothing_is_to_come(hub: Hub) -> None:
    shown = Counted(3)
    hub.keep_up(shown)
    until(lambda: hub.idle)
    assert shown.left == 0


def test_all_is_pulsed_by_one_thread(hub: Hub) -> None:
    shown = [Counted(2) for _ in range(5)]
    for one in shown:
        hub.keep_up(one)
    until(lambda: hub.idle)
    assert {name for one in shown for name in one.threads} == {"jupyter_flow views"}


def test_what_raises_is_pulsed_no_more_and_others_are(hub: Hub) -> None:
    class Broken:
        def pulse(self) -> bool:
            raise RuntimeError("no")

    shown = Counted(3)
    hub.keep_up(Broken())
    hub.keep_up(shown)
    until(lambda: hub.idle)
    assert shown.left == 0


def test_what_is_asked_for_again_while_it_says_that_nothing_is_to_come_is_pulsed_again(hub: Hub) -> None:
    class Again:
        pulses = 0

        def pulse(self) -> bool:
            self.pulses += 1
            if self.pulses == 1:
                hub.keep_up(self)
            return False

    shown = Again()
    hub.keep_up(shown)
    until(lambda: hub.idle)
    assert shown.pulses == 2


def test_what_is_dropped_is_pulsed_no_more(hub: Hub) -> None:
    shown = Counted(10**9)
    hub.keep_up(shown)
    hub.drop(shown)
    until(lambda: hub.idle)


def test_requests_are_served_in_their_order_by_that_thread(hub: Hub) -> None:
    served: list[tuple[int, str]] = []
    for number in range(100):
        assert hub.put(lambda number=number: served.append((number, threading.current_thread().name)))
    until(lambda: hub.idle)
    assert served == [(number, "jupyter_flow views") for number in range(100)]


def test_a_request_does_not_wait_for_the_next_pulse(hub: Hub) -> None:
    hub.keep_up(Counted(10**9))
    served = threading.Event()
    hub.put(served.set)
    assert served.wait(PATIENCE)


def test_a_request_that_raises_stops_nothing(hub: Hub) -> None:
    served = threading.Event()
    hub.put(lambda: 1 / 0)
    hub.put(served.set)
    assert served.wait(PATIENCE)


def test_who_asks_for_too_much_is_not_heard(hub: Hub) -> None:
    gate = threading.Event()
    hub.put(lambda: gate.wait(PATIENCE))
    until(lambda: not hub._requests)
    assert [hub.put(int) for _ in range(MOST + 1)] == [True] * MOST + [False]
    gate.set()
    until(lambda: hub.idle)


def test_errands_of_a_lane_go_one_after_the_other_and_lanes_side_by_side(hub: Hub) -> None:
    gate, done = threading.Event(), []
    hub.errand("slow", lambda: gate.wait(PATIENCE))
    hub.errand("slow", lambda: done.append("slow"))
    hub.errand("quick", lambda: done.append("quick"))
    until(lambda: done == ["quick"])
    gate.set()
    until(lambda: done == ["quick", "slow"])
    until(lambda: hub.idle)


def test_a_lane_that_is_full_takes_no_more(hub: Hub) -> None:
    gate, begun = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        gate.wait(PATIENCE)

    hub.errand("slow", wait)
    assert begun.wait(PATIENCE)
    assert [hub.errand("slow", int) for _ in range(MOST_ERRANDS + 1)] == [True] * MOST_ERRANDS + [False]
    gate.set()
    until(lambda: hub.idle)


def test_errands_are_served_by_requests_while_an_errand_takes_its_time(hub: Hub) -> None:
    gate, served = threading.Event(), threading.Event()
    hub.errand("slow", lambda: gate.wait(PATIENCE))
    hub.put(served.set)
    assert served.wait(PATIENCE)
    gate.set()
    until(lambda: hub.idle)


def test_many_threads_may_ask_at_once(hub: Hub) -> None:
    served: list[int] = []

    def ask(first: int) -> None:
        for number in range(first, first + 100):
            hub.put(lambda number=number: served.append(number))
            hub.keep_up(Counted(1))

    threads = [threading.Thread(target=ask, args=(100 * k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: hub.idle)
    assert sorted(served) == list(range(800))


def test_a_forked_process_has_nothing_of_it_and_starts_afresh(hub: Hub) -> None:
    shown = Counted(10**9)
    hub.keep_up(shown)
    hub.errand("slow", lambda: time.sleep(0.2))
    pid = os.fork()
    if not pid:
        code = 1
        try:
            served = threading.Event()
            fresh = hub.idle
            hub.put(served.set)
            code = 0 if fresh and served.wait(PATIENCE) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert not hub.idle
    hub.drop(shown)
    until(lambda: hub.idle)


def test_an_interrupt_at_any_moment_of_asking_leaves_it_working() -> None:
    def ask(hub: Hub) -> None:
        hub.keep_up(Counted(1))
        hub.put(int)
        hub.errand("lane", int)

    for hub in interrupted(Hub, ask):
        done = threading.Event(), threading.Event()
        assert hub.put(done[0].set)
        assert hub.errand("lane", done[1].set)
        assert all(one.wait(PATIENCE) for one in done)
