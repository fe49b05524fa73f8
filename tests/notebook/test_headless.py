from collections.abc import Callable
from typing import Any

import pytest

from jupyter_flow.notebook.headless import headless


class Kernel:
    """A shell as ipykernel has it."""

    def __init__(self, metadata: dict[str, Any], stdin: bool) -> None:
        self._request = {
            "header": {"msg_type": "execute_request"},
            "metadata": metadata,
            "content": {"allow_stdin": stdin},
        }

    def get_parent(self) -> dict[str, Any]:
        return self._request


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], bool]:
    """`headless`, as it is outside pytest, which names each phase of a test anew."""

    def ask(shell: object) -> bool:
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
        return headless(shell)

    monkeypatch.delenv("JUPYTER_FLOW_HEADLESS", raising=False)
    return ask


def test_a_request_of_no_cell_that_cannot_be_asked_is_unattended(asked: Any) -> None:
    assert asked(Kernel({}, stdin=False))


@pytest.mark.parametrize("kernel", [Kernel({"cellId": "a"}, stdin=False), Kernel({}, stdin=True)])
def test_a_cell_of_a_front_end_is_attended(asked: Any, kernel: Kernel) -> None:
    assert not asked(kernel)


def test_a_terminal_is_attended(asked: Any) -> None:
    assert not asked(object())


def test_a_kernel_that_hides_its_requests_is_attended(asked: Any) -> None:
    class Odd:
        def get_parent(self) -> None:
            raise RuntimeError

    assert not asked(Odd())


def test_pytest_above_us_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTER_FLOW_HEADLESS", raising=False)
    assert headless(Kernel({"cellId": "a"}, stdin=True))


@pytest.mark.parametrize(
    ("said", "expected"), [("1", True), ("0", False), ("false", False), ("yes", True), ("run", True)]
)
def test_the_switch_decides(monkeypatch: pytest.MonkeyPatch, said: str, expected: bool) -> None:
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", said)
    assert headless(Kernel({}, stdin=False)) is expected
    assert headless(Kernel({"cellId": "a"}, stdin=True)) is expected
