import threading

from jupyter_flow.store.latch import Latch


def test_it_is_closed_until_it_is_set_and_open_for_good() -> None:
    latch = Latch()
    assert not latch.is_set()
    assert not latch.wait(0.01)
    latch.set()
    assert latch.is_set()
    assert latch.wait()
    latch.set()
    assert latch.wait(0)


def test_all_who_wait_are_let_go() -> None:
    latch, through = Latch(), list[int]()
    waiters = [threading.Thread(target=lambda n=n: latch.wait() and through.append(n)) for n in range(8)]
    for waiter in waiters:
        waiter.start()
    latch.set()
    for waiter in waiters:
        waiter.join(10)
    assert sorted(through) == list(range(8))


def test_who_gave_up_waiting_holds_up_nobody() -> None:
    latch = Latch()
    for _ in range(3):
        latch.wait(0.001)
    latch.set()
    assert latch.wait()
