"""A kernel, and a front end that looks on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PATIENCE = 60  # seconds until a missing message is a failure
STEPS = """
import pathlib
import jupyter_flow as jf
%load_ext jupyter_flow
gate = pathlib.Path("gate").absolute()
@jf.electron(executor="thread")
def held(gate):
    import time
    while not gate.exists(): time.sleep(0.01)
    return 5
@jf.lattice
def work(gate): return held(gate)
"""


class FrontEnd:
    """A kernel's client that keeps what it is sent."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self._kept: list[Any] = []

    def run(self, cell: str) -> list[Any]:
        """Run a cell that must go well; the messages that it brought."""
        request = self._client.execute(cell, allow_stdin=True)
        messages = []
        while not self._idle(message := self._next(), request):
            assert message["msg_type"] != "error", message["content"]["evalue"]
            messages.append(message)
        self._kept += messages
        return messages

    def until_drawn(self, text: str) -> Any:
        """The next display, or change of one, whose text says so; each is told once."""
        while True:
            message = self._kept.pop(0) if self._kept else self._next()
            if text in message["content"].get("data", {}).get("text/plain", ""):
                return message

    def _next(self) -> Any:
        return self._client.get_iopub_msg(timeout=PATIENCE)

    def _idle(self, message: Any, request: str) -> bool:
        of_ours = message["parent_header"].get("msg_id") == request
        return of_ours and message["content"].get("execution_state") == "idle"


@pytest.fixture
def front_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontEnd]:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", "0")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        shown = FrontEnd(client)
        shown.run(STEPS)
        yield shown
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def of_kind(messages: list[Any], kind: str) -> list[Any]:
    return [message["content"] for message in messages if message["msg_type"] == kind]


@pytest.mark.parametrize("cell", ["%dispatch -o run work(gate)", "run = jf.dispatch(work)(gate)\nrun"])
def test_the_picture_follows_the_dispatch_when_its_cell_has_ended(front_end: FrontEnd, cell: str) -> None:
    messages = front_end.run(cell)
    (picture,), (value,) = of_kind(messages, "display_data"), of_kind(messages, "execute_result")
    assert "RUNNING" in picture["data"]["text/plain"]
    assert list(value["data"]) == ["text/plain"]
    assert not of_kind(messages, "stream")
    front_end.run("gate.touch()")
    last = front_end.until_drawn("COMPLETED")
    assert last["msg_type"] == "update_display_data"
    assert last["content"]["transient"]["display_id"] == picture["transient"]["display_id"]
    assert "image/svg+xml" in last["content"]["data"]


def test_a_node_that_starts_is_drawn(front_end: FrontEnd) -> None:
    front_end.run("%dispatch -o run work(gate)")
    assert "image/svg+xml" in front_end.until_drawn("▶ held  running · thread")["content"]["data"]
    front_end.run("gate.touch()")


def test_a_later_cell_that_captures_its_output_does_not_catch_the_picture(front_end: FrontEnd) -> None:
    front_end.run("run = %dispatch work(gate)")
    front_end.run("%%capture caught\nimport time\ngate.touch()\nrun.result()\ntime.sleep(0.3)")
    assert front_end.until_drawn("COMPLETED")["msg_type"] == "update_display_data"


def test_each_cell_that_shows_a_dispatch_has_its_picture(front_end: FrontEnd) -> None:
    front_end.run("run = %dispatch work(gate)")
    assert len(of_kind(front_end.run("run"), "display_data")) == 1
    front_end.run("gate.touch()")
    assert [front_end.until_drawn("COMPLETED")["msg_type"] for _ in range(2)] == ["update_display_data"] * 2
    (value,) = of_kind(front_end.run("run"), "execute_result")
    assert "image/svg+xml" in value["data"]
