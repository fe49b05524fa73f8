"""What the calls of def cells do, as their badges tell it."""

from typing import Any

import pytest

import jupyter_flow as jf
from jupyter_flow.model.events import CANCELLED, COMPLETED, FAILED, RUNNING, SKIPPED
from jupyter_flow.notebook.flow.book import Function
from jupyter_flow.notebook.functions import Functions, said
from jupyter_flow.widgets.states import NUMBERS


def counts(**by_status: int) -> list[int]:
    numbers = {"waiting": 0, "running": RUNNING, "completed": COMPLETED, "failed": FAILED, "skipped": SKIPPED}
    found = [0] * NUMBERS
    for name, count in {**by_status}.items():
        found[{**numbers, "cancelled": CANCELLED}[name]] = count
    return found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (counts(waiting=3), ("waiting", "0/3", "0 of 3 calls ended")),
        (counts(waiting=6, running=1, completed=3), ("running", "3/10", "3 of 10 calls ended")),
        (counts(running=1, failed=1), ("running", "1/2", "1 of 2 calls ended, 1 failed")),
        (counts(completed=1), ("done", "", "1 call")),
        (counts(completed=8, failed=1, skipped=1), ("failed", "", "of 10 calls 1 failed, 1 skipped")),
        (counts(skipped=2), ("skipped", "", "of 2 calls 2 skipped")),
        (counts(completed=1, cancelled=1), ("cancelled", "", "of 2 calls 1 cancelled")),
    ],
)
def test_calls_in_a_word_and_in_a_sentence(given: list[int], told: tuple[str, str, str]) -> None:
    assert said(given) == told


@jf.electron(executor="thread")
def called(number: int) -> int:
    """One that fails for three."""
    if number == 3:
        raise ValueError("not this one")
    return number


@jf.electron(executor="thread")
def other(number: int) -> int:
    """Another one."""
    return number


@jf.lattice
def both(numbers: list[int]) -> Any:
    """Some calls of each."""
    return [called(number) for number in numbers], other(1)


@jf.lattice
def alone() -> Any:
    """A call of one of them."""
    return other(1)


@jf.electron(executor="thread")
@jf.lattice
def inside(number: int) -> Any:
    """A call in a sublattice."""
    return called(number)


@jf.lattice
def nested(numbers: list[int]) -> Any:
    """Calls in sublattices, one here, and some that are known when it runs."""
    return [inside(number) for number in numbers], called(1), called.map([1, 2])


def test_calls_inside_sublattices_are_all_counted_and_stay_so() -> None:
    functions, here = Functions(), {"a": Function("called", called.function.__code__.co_filename)}
    jf.get_result(jf.dispatch(nested)([3, 4, 5]), wait=True)
    (badge,) = functions.badges(here)
    assert (badge["state"], badge["text"]) == ("failed", "of 6 calls 1 failed")


def test_a_function_that_was_never_called_has_no_badge_and_its_calls_are_its_own() -> None:
    functions, file = Functions(), called.function.__code__.co_filename
    here = {"a": Function("called", file), "b": Function("called", "another cell"), "c": Function("third", file)}
    id = jf.dispatch(both)([1, 2])
    jf.get_result(id, wait=True)
    (badge,) = functions.badges(here)
    assert (badge["cell"], badge["state"], badge["text"], badge["dispatch"]) == ("a", "done", "2 calls", id)
    jf.get_result(jf.dispatch(both)([3, 4]), wait=True)
    functions._due = 0.0
    (badge,) = functions.badges(here)
    assert (badge["state"], badge["text"]) == ("failed", "of 2 calls 1 failed")
    jf.get_result(jf.dispatch(alone)(), wait=True)  # another dispatch is the last one now
    functions._due = 0.0
    assert functions.badges(here)[0]["state"] == "failed"


def test_calls_that_ended_before_anybody_looked_are_told_whatever_was_dispatched_since() -> None:
    functions, here = Functions(), {"a": Function("called", called.function.__code__.co_filename)}
    id = jf.dispatch(both)([3])
    jf.get_result(id, wait=True)
    jf.get_result(jf.dispatch(alone)(), wait=True)
    (badge,) = functions.badges(here)
    assert (badge["state"], badge["text"], badge["dispatch"]) == ("failed", "of 1 call 1 failed", id)
