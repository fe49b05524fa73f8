import pickle
import threading
from typing import Any

import pytest

from jupyter_flow.model.pickles import loads
from jupyter_flow.worker import envelope
from jupyter_flow.worker.failures import failure_of, message_of, traceback_of, unserializable


class TwoArguments(Exception):
    def __init__(self, first: str, second: int) -> None:
        super().__init__(f"{first}:{second}")


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no message")

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Leaving(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class ExitsWhenUnpickled(Exception):
    def __reduce__(self) -> Any:
        return exit, (4,)


class Holding(Exception):
    def __init__(self) -> None:
        super().__init__("it holds a lock")
        self.lock = threading.Lock()


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_failure_has_type_message_traceback_and_the_exception_itself() -> None:
    failure = failure_of(raised(ValueError("wrong")))
    assert failure[:3] == ("raised", "ValueError", "wrong")
    assert "raise error" in failure.traceback
    assert failure.exception is not None
    exception = loads(failure.exception)
    assert type(exception) is ValueError
    assert exception.args == ("wrong",)


@pytest.mark.parametrize("error", [TwoArguments("a", 2), Holding(), ExitsWhenUnpickled("x")], ids=repr)
def test_an_exception_that_does_not_survive_the_journey_is_told_as_text(error: Exception) -> None:
    failure = failure_of(raised(error))
    # a library that teaches pickle about exceptions (tblib, which comes with Dask) may have got it across
    assert failure.exception is None or type(loads(failure.exception)) is type(error)
    assert failure.type == type(error).__name__
    assert failure.message == str(error)
    assert "raise error" in failure.traceback


@pytest.mark.parametrize("error", [Hostile(), Leaving()], ids=["hostile", "leaving"])
def test_an_exception_whose_message_raises_is_still_told(error: Exception) -> None:
    failure = failure_of(raised(error))
    assert failure.type == type(error).__name__
    assert "cannot be shown" in failure.message
    assert type(error).__name__ in failure.traceback


def test_a_message_of_megabytes_is_cut() -> None:
    failure = failure_of(raised(ValueError("x" * 10_000_000)))
    assert len(failure.message) < 20_000
    assert len(failure.traceback) < 70_000
    assert failure.exception is None


def test_frames_of_this_package_are_left_out_and_the_users_stay() -> None:
    def users_own() -> None:
        raise KeyError("deep")

    try:
        envelope.call(users_own, (), (), (), {})
    except KeyError as error:
        text = traceback_of(error)
    assert "users_own" in text
    assert "envelope.py" not in text


def test_causes_are_told_too_without_our_frames() -> None:
    def first() -> None:
        raise KeyError("cause")

    def second() -> None:
        try:
            envelope.call(first, (), (), (), {})
        except KeyError as error:
            raise ValueError("effect") from error

    try:
        second()
    except ValueError as error:
        text = traceback_of(error)
    assert "KeyError: 'cause'" in text
    assert "ValueError: effect" in text
    assert "envelope.py" not in text


def test_recursion_to_the_limit_is_told() -> None:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        failure = failure_of(error)
    assert failure.type == "RecursionError"
    assert "deeper" in failure.traceback


def test_an_output_that_cannot_be_pickled_is_named() -> None:
    try:
        pickle.dumps(threading.Lock())
    except TypeError as error:
        failure = unserializable(threading.Lock(), error)
    assert failure.kind == "result_unserializable"
    assert "lock" in failure.message


def test_the_message_of_an_ordinary_exception_is_its_text() -> None:
    assert message_of(ValueError("a", 1)) == "('a', 1)"
