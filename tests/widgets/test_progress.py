"""How fast a dispatch goes, how long it will take, and how that is said."""

from jupyter_flow.model.events import COMPLETED, FAILED, RUNNING
from jupyter_flow.widgets.progress import Speed
from jupyter_flow.widgets.words import spoken, status_line

from .scripted import fan, scripted


def test_the_rate_is_that_of_the_last_seconds() -> None:
    speed = Speed(0.0, 0)
    for second in range(1, 61):
        speed.saw(second, 10 * second)
    for second in range(61, 121):
        speed.saw(second, 600 + 50 * (second - 60))
    assert abs((speed.rate(120.0) or 0) - 50) < 1


def test_slow_electrons_are_looked_at_for_longer() -> None:
    speed = Speed(0.0, 0)
    for many in range(1, 6):
        speed.saw(60.0 * many, many)
    assert abs((speed.rate(300.0) or 0) - 1 / 60) < 1e-9


def test_nothing_is_foretold_from_one_electron_nor_from_what_was_there_already() -> None:
    assert Speed(0.0, 0).rate(5.0) is None
    reused = Speed(0.0, 400)
    reused.saw(1.0, 401)
    assert reused.rate(1.0) is None


def test_the_time_left_is_what_remains_at_that_rate() -> None:
    source, facts = scripted(fan(8))
    facts.started -= 10 * 10**9
    for node in range(5):
        facts.set(node, COMPLETED)
    state = source.progress.state(source.facts, facts.status, facts.states())
    assert state["left"] is not None
    assert 9 < state["left"] < 12
    assert state["text"].startswith("running: 5 of 10 electrons completed")


def test_waiting_for_a_cluster_or_a_queue_counts_for_nothing_in_the_time_left() -> None:
    source, facts = scripted(fan(8))
    facts.started -= 3600 * 10**9
    assert source.progress.state(source.facts, facts.status, facts.states())["left"] is None
    facts.set(0, RUNNING)
    source.progress.state(source.facts, facts.status, facts.states())
    for node in range(5):
        facts.set(node, COMPLETED)
    left = source.progress.state(source.facts, facts.status, facts.states())["left"]
    assert left is not None
    assert left < 600, "not the hour that the queue took"


def test_the_status_line_says_what_the_counts_say() -> None:
    source, facts = scripted(fan(8))
    source.progress.state(source.facts, facts.status, facts.states())
    facts.set(0, COMPLETED)
    assert "1 of 10 electrons" in source.progress.state(source.facts, facts.status, facts.states())["text"]
    facts.set(1, FAILED)
    assert "1 failed" in source.progress.state(source.facts, facts.status, facts.states())["text"]


def test_a_dispatch_in_words() -> None:
    counts = [300, 0, 0, 8, 612, 2, 0, 78, 0]
    assert status_line(RUNNING, counts, None, 41.2, 9.0) == (
        "running: 612 of 1,000 electrons completed, 2 failed, 78 skipped, 8 running, 41 a second, about 9 seconds left"
    )
    assert status_line(COMPLETED, [0, 0, 0, 0, 1, 0, 0, 0, 0], 1.0, None, None) == "completed: 1 electron in 1 second"
    assert status_line(FAILED, [0, 0, 0, 0, 1, 1, 0, 2, 0], 65.0, None, None) == (
        "failed: 1 of 4 electrons completed, 1 failed, 2 skipped in 1 minute 5 seconds"
    )


def test_durations_in_words() -> None:
    assert [spoken(t) for t in (0.01, 0.5, 1.0, 1.3, 59.7, 125.0, 3600.0, 86399.0)] == [
        "less than a second", "0.5 seconds", "1 second", "1.3 seconds", "1 minute", "2 minutes 5 seconds", "1 hour",
        "24 hours",
    ]  # fmt: skip
