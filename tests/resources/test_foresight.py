from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_flow.resources.foresight import FEWEST, MOST, Foresight

MS = 1_000_000  # ns


def worker_with(*costs: int, cheap: bool = False, recalled: bool = False) -> Any:
    """A worker that has batches of so much measured work, and has just begun one."""
    batches = {n: SimpleNamespace(claim=SimpleNamespace(cost=cost, cheap=cheap)) for n, cost in enumerate(costs)}
    known = sum(costs) if all(costs) else 0
    return SimpleNamespace(batches=batches, cost=known, current=None, since=0.0, recalled=recalled)


@pytest.fixture
def foresight() -> Foresight:
    return Foresight()


def test_who_waited_long_after_as_many_as_there_may_be_gets_more_the_next_time(foresight: Foresight) -> None:
    foresight.waited(MS, FEWEST, took=2 * MS)
    assert foresight.batch == 2 * FEWEST


def test_who_waited_long_after_fewer_could_not_have_had_more(foresight: Foresight) -> None:
    foresight.waited(MS, FEWEST - 1, took=2 * MS)
    assert foresight.batch == FEWEST


def test_a_batch_grows_up_to_a_limit_and_shrinks_again_when_nobody_waits(foresight: Foresight) -> None:
    for _ in range(20):
        foresight.waited(MS, foresight.batch, took=MS)
    assert foresight.batch == MOST
    for _ in range(20):
        foresight.waited(0, foresight.batch, took=MS)
    assert foresight.batch == FEWEST


def test_a_wait_that_is_neither_long_nor_short_changes_nothing(foresight: Foresight) -> None:
    foresight.waited(MS, FEWEST, took=2 * MS)
    foresight.waited(MS, 2 * FEWEST, took=20 * MS)
    assert foresight.batch == 2 * FEWEST


def test_a_clock_that_was_set_back_is_no_wait(foresight: Foresight) -> None:
    foresight.waited(-3600 * 1000 * MS, FEWEST, took=MS)
    assert foresight.batch == FEWEST
    assert not foresight.brief(worker_with(MS))


def test_what_takes_longer_has_something_behind_it_only_while_the_kernel_is_slow(foresight: Foresight) -> None:
    assert not foresight.brief(worker_with(20 * MS))
    foresight.waited(5 * MS, 1, took=20 * MS)
    assert foresight.brief(worker_with(20 * MS))
    assert not foresight.brief(worker_with(1000 * MS))
    for _ in range(50):
        foresight.waited(0, 1, took=20 * MS)
    assert not foresight.brief(worker_with(20 * MS))


def test_nothing_goes_behind_what_was_never_measured(foresight: Foresight) -> None:
    foresight.waited(5 * MS, 1, took=20 * MS)
    assert not foresight.brief(worker_with(0))
    assert not foresight.brief(worker_with(MS, 0))


def test_nothing_goes_behind_what_others_were_taken_back_from(foresight: Foresight) -> None:
    foresight.waited(5 * MS, 1, took=20 * MS)
    assert not foresight.brief(worker_with(20 * MS, recalled=True))


def test_cheap_batches_have_another_one_behind_them_from_the_start(foresight: Foresight) -> None:
    assert foresight.brief(worker_with(MS, cheap=True))
