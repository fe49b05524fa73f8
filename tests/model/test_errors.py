import inspect
import re

import pytest

from jupyter_flow.model import errors
from jupyter_flow.model.errors import BuildError, FlowError
from jupyter_flow.model.events import STATUS_OF
from jupyter_flow.model.status import Status


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    told = set(re.findall(r"[A-Z]\w+", errors.__doc__ or "")) - {"TypeError", "LookupError", "Every"}
    found = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}
    assert told == found


@pytest.mark.parametrize("name", [name for name, _ in inspect.getmembers(errors, inspect.isclass)])
def test_every_error_is_a_flow_error_with_words(name: str) -> None:
    error = getattr(errors, name)
    assert issubclass(error, FlowError)
    assert error.__doc__


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("BuildError", TypeError), ("UnknownDispatch", LookupError), ("ElectronTimeout", TimeoutError),
        ("StoreFull", OSError), ("StoreUntrusted", PermissionError), ("WorkerLost", errors.ElectronError),
    ],
)  # fmt: skip
def test_errors_can_be_caught_as_what_python_calls_them(name: str, also: type[Exception]) -> None:
    assert issubclass(getattr(errors, name), also)


def test_a_status_is_its_own_name() -> None:
    assert Status.COMPLETED == "COMPLETED"
    assert f"{Status.FAILED} {Status.FAILED!s}" == "FAILED FAILED"
    assert {status for status in Status if not status.final} == {Status.NEW_OBJECT, Status.RUNNING}
    assert set(STATUS_OF) == set(Status)


def test_a_build_error_is_not_a_plain_type_error_by_accident() -> None:
    assert BuildError.__mro__[1:3] == (FlowError, TypeError)
