"""A kernel, and a front end that looks on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PATIENCE = 60  # seconds until a missing message is a failure
VIEW = "application/vnd.jupyter.widget-view+json"
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

    def run(self, code: str, cell: str = "") -> list[Any]:
        """Run a cell that must go well; the messages that it brought."""
        request = self._execute(code, {"cellId": cell} if cell else {})
        messages = []
        while not self._idle(message := self._next(), request):
            assert message["msg_type"] != "error", message["content"]["evalue"]
            messages.append(message)
        self._kept += messages
        return messages

    def _execute(self, code: str, metadata: dict[str, str]) -> str:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        id: str = message["header"]["msg_id"]
        return id

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


def pictures(messages: list[Any]) -> list[Any]:
    return [shown for shown in of_kind(messages, "display_data") if "image/svg+xml" in shown["data"]]


def widgets(messages: list[Any]) -> list[Any]:
    return [shown for shown in of_kind(messages, "display_data") if VIEW in shown["data"]]


@pytest.mark.parametrize("cell", ["%dispatch -o run work(gate)", "run = jf.dispatch(work)(gate)\nrun"])
def test_the_picture_follows_the_dispatch_when_its_cell_has_ended(front_end: FrontEnd, cell: str) -> None:
    messages = front_end.run(cell)
    (picture,), (value,) = pictures(messages), of_kind(messages, "execute_result")
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
    assert len(pictures(front_end.run("run"))) == 1
    front_end.run("gate.touch()")
    assert [front_end.until_drawn("COMPLETED")["msg_type"] for _ in range(2)] == ["update_display_data"] * 2
    (value,) = of_kind(front_end.run("run"), "execute_result")
    assert "image/svg+xml" in value["data"]


def test_a_widget_stands_before_the_picture(front_end: FrontEnd) -> None:
    widget, picture = of_kind(front_end.run("run = %dispatch work(gate)"), "display_data")
    assert widget["data"]["text/plain"] == "live graph of work"
    assert list(widget["data"]) == ["text/plain", VIEW]
    assert list(picture["data"]) == ["text/plain", "image/svg+xml"]
    front_end.run("gate.touch()")


def test_a_widget_has_the_last_picture_in_its_state(front_end: FrontEnd) -> None:
    messages = front_end.run("run = %dispatch work(gate)")
    opened = [content for content in of_kind(messages, "comm_open") if "snapshot" in content["data"]["state"]]
    assert [content["data"]["state"]["snapshot"]["state"]["text"] for content in opened] != []
    messages = front_end.run("gate.touch()\nrun.result()\nimport time; time.sleep(0.5)")
    sent = [content["data"] for content in of_kind(messages, "comm_msg") if content["data"]["method"] == "update"]
    (snapshot,) = [data["state"]["snapshot"] for data in sent if "snapshot" in data["state"]]
    assert snapshot["state"]["counts"][4] == 1


@pytest.mark.parametrize(
    "cell", ["%graph work(gate)", "work.build_graph(gate)", "work.build_graph(gate)\nwork", "%graph run --by executor"]
)
def test_a_graph_is_shown_live_whatever_it_is_of(front_end: FrontEnd, cell: str) -> None:
    front_end.run("gate.touch()\nrun = jf.dispatch(work)(gate)\nrun.result()")
    messages = front_end.run(cell)
    assert len(widgets(messages)) == 1
    (value,) = of_kind(messages, "execute_result")
    assert "image/svg+xml" in value["data"]


def test_a_dispatch_that_runs_is_followed_by_whatever_shows_it(front_end: FrontEnd) -> None:
    front_end.run("run = jf.dispatch(work)(gate)")
    messages = front_end.run("%graph run --by executor")
    assert (len(widgets(messages)), len(pictures(messages))) == (1, 1)
    (value,) = of_kind(messages, "execute_result")
    assert value["data"]["text/plain"].startswith("dispatch ")
    front_end.run("gate.touch()")
    last = front_end.until_drawn("COMPLETED")
    assert last["msg_type"] == "update_display_data"
    assert 'class="n c y0"' in last["content"]["data"]["image/svg+xml"]  # in the colours that were asked for


def test_a_cell_that_is_run_again_ends_what_it_showed(front_end: FrontEnd) -> None:
    first = front_end.run("%graph work(gate)", cell="a")
    front_end.run("%graph work(gate)", cell="b")
    again = front_end.run("%graph work(gate)", cell="a")
    (closed,) = of_kind(again, "comm_close")
    assert closed["comm_id"] == widgets(first)[0]["data"][VIEW]["model_id"]
