"""Looks are as far apart as they are dear."""

import threading

from jupyter_flow.model.events import COMPLETED, FAILED
from jupyter_flow.widgets.pace import Pace
from jupyter_flow.widgets.rhythm import Rhythm
from jupyter_flow.widgets.source import Source

from .scripted import fan, scripted


def test_a_look_that_had_to_wait_is_not_put_off_for_that() -> None:
    pace = Pace(0.0)
    with pace:
        threading.Event().wait(0.5)
    assert pace._due < pace_of_one_that_works()


def pace_of_one_that_works() -> float:
    """When a look is due again after one that computed for a while."""
    pace = Pace(0.0)
    with pace:
        sum(range(3_000_000))
    return pace._due


def dear(rhythm: Rhythm, source: Source) -> None:
    """Two pulses that cost much: what happened during the first is not known, and is looked for by the second."""
    rhythm._pace = Pace(1e9)
    for _ in range(2):
        assert rhythm.due(source)
        with rhythm:
            pass


def test_what_is_dear_to_tell_is_told_less_often_but_a_failure_and_an_end_at_once() -> None:
    source, facts = scripted(fan(3))
    rhythm = Rhythm()
    dear(rhythm, source)
    facts.set(0, COMPLETED)
    assert not rhythm.due(source)
    facts.set(1, FAILED)
    assert rhythm.due(source)
    assert not rhythm.due(source)
    facts.status, facts.ended = FAILED, 1
    assert rhythm.due(source)


def test_who_asks_is_answered_by_the_next_pulse() -> None:
    source, _ = scripted(fan(3))
    rhythm = Rhythm()
    dear(rhythm, source)
    assert not rhythm.due(source)
    rhythm.hurry()
    assert rhythm.due(source)


def test_a_pace_has_its_longest_pause() -> None:
    pace = Pace(1e9, longest=0.0)
    with pace:
        pass
    assert pace.due
