"""The live graph as a widget; and a kernel that answers its page while a cell blocks."""

import gc
import json
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

import jupyter_flow as jf
from jupyter_flow.model.events import COMPLETED
from jupyter_flow.widgets.hub import hub
from jupyter_flow.widgets.source import source_of, source_of_graph
from jupyter_flow.widgets.widget import VIEW, FlowGraph
from tests.waiting import until
from tests.widgets.scripted import fan, scripted
from tests.widgets.steps import work

PATIENCE = 60  # seconds until a missing message is a failure
PROMPT = 1.0  # seconds that the answer to Cancel may take: what was promised, and asserted as that
STEPS = """
import pathlib, threading, time
import jupyter_flow as jf
%load_ext jupyter_flow
@jf.electron(executor="thread")
def held(gate):
    while not pathlib.Path(gate).exists(): time.sleep(0.01)
@jf.lattice
def work(gate): return held(gate)
"""
BLOCKING = {
    "a loop in Python": "end = time.time() + 20\nwhile not run.status.final and time.time() < end: pass",
    "a wait": "jf.session().run(run).ended.wait(20)",
}


def test_a_widget_is_a_line_that_is_the_same_every_time(done: str) -> None:
    assert repr(FlowGraph(source_of(done))) == repr(FlowGraph(source_of(done))) == "live graph of work"


def test_a_bundle_is_the_view_a_line_and_the_picture_and_no_html(done: str) -> None:
    widget = FlowGraph(source_of(done))
    bundle = widget._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/plain", "image/svg+xml"}
    assert set(widget.bundle()) == {VIEW, "text/plain"}
    assert bundle["image/svg+xml"].startswith("<svg")


def test_a_widget_that_was_closed_is_forgotten_with_its_dispatch(done: str) -> None:
    widget = FlowGraph(source_of(done))
    alive = weakref.ref(widget)
    widget.close()
    del widget
    gc.collect()
    assert alive() is None


def test_the_state_has_the_picture(done: str) -> None:
    snapshot: Any = FlowGraph(source_of(done)).snapshot
    assert (snapshot["kind"], snapshot["title"], snapshot["dispatch"]) == ("graph", "work", done)


def test_the_state_has_the_end_when_it_is_told_so(running: Any) -> None:
    widget = FlowGraph(source_of(running.id))
    running.let_go()
    widget.finish()
    snapshot: Any = widget.snapshot
    assert snapshot["state"]["ended"] is not None


def test_the_state_has_the_picture_of_a_large_graph_too() -> None:
    widget = FlowGraph(source_of_graph(fan(2000)))
    assert widget.snapshot == {}  # it is folded while the cell goes on
    until(lambda: widget.snapshot)
    snapshot: Any = widget.snapshot
    assert (snapshot["kind"], snapshot["nodes"]) == ("graph", 2002)


def test_the_state_of_a_large_graph_has_the_end_however_soon_that_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    errands: list[Any] = []
    monkeypatch.setattr(hub(), "errand", lambda lane, call: errands.append(call) or True)
    source, facts = scripted(fan(2000))
    widget = FlowGraph(source)
    for node in range(2002):
        facts.set(node, COMPLETED)
    facts.end()
    widget.finish()
    facts.now[:] = bytes(len(facts.now))  # what is looked at later is not kept
    for errand in errands:
        errand()
    snapshot: Any = widget.snapshot
    assert snapshot["state"]["counts"][COMPLETED] == sum(sum(t["counts"]) for t in snapshot["tallies"]) == 2002
    assert [t["counts"][COMPLETED] for t in snapshot["tallies"]] == [1, 2000, 1]


def test_a_saved_picture_is_bounded_whatever_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = FlowGraph(source_of_graph(knotted(1600)))
    until(lambda: widget.snapshot)
    whole: Any = widget.snapshot
    assert len(whole["edges"]) > 1000
    monkeypatch.setattr("jupyter_flow.widgets.widget.LARGEST", 100_000)
    widget.finish()
    kept: Any = widget.snapshot
    assert 50_000 < len(json.dumps(kept)) <= 100_000
    assert kept["groups"] == whole["groups"]
    assert min(edge["count"] for edge in kept["edges"]) >= 1
    assert max(edge["count"] for edge in kept["edges"]) == max(edge["count"] for edge in whole["edges"])
    widget.close()


def knotted(nodes: int) -> Any:
    """A graph of many electrons by other names, between which there are edges without order."""
    random = Random(1)
    electrons = [jf.electron(renamed(f"step_{k:03d}_with_a_name_of_some_length")) for k in range(60)]

    def body() -> Any:
        outputs = [electrons[0](0)]
        for _ in range(nodes - 1):
            outputs.append(random.choice(electrons)(*[random.choice(outputs[-60:]) for _ in range(3)]))
        return outputs[-1]

    return jf.lattice(body).build_graph()


def renamed(name: str) -> Any:
    """A function of a name."""

    def function(*given: Any) -> Any:
        return given

    function.__name__ = function.__qualname__ = name
    return function


def test_a_graph_that_has_not_run_is_shown() -> None:
    snapshot: Any = FlowGraph(source_of_graph(work.build_graph(3)), "executor").snapshot
    assert (snapshot["by"], snapshot["can"]) == ("executor", ["assign"])


def test_the_page_changes_nothing_of_the_state(done: str) -> None:
    widget = FlowGraph(source_of(done))
    before = dict(widget.snapshot)
    widget.set_state({"snapshot": {"kind": "forged"}, "_esm": "alert(1)"})
    assert widget.snapshot == before


def test_a_widget_that_is_closed_hears_nothing(done: str) -> None:
    widget = FlowGraph(source_of(done))
    widget.close()
    widget._channel.hear({"kind": "open", "view": "v"})
    assert not widget.opened


class Kernel:
    """A kernel and a page, by the protocol that JupyterLab speaks."""

    def __init__(self, folder: Path) -> None:
        self._manager, self._client = start_new_kernel(kernel_name="python3", cwd=str(folder))
        self.subshell = self._subshell()

    def _subshell(self) -> str | None:
        self._client.kernel_info()
        reply = self._client.get_shell_msg(timeout=PATIENCE)
        if "kernel subshells" not in reply["content"].get("supported_features", []):
            return None
        self._client.control_channel.send(self._client.session.msg("create_subshell_request", {}))
        id: str = self._client.get_control_msg(timeout=PATIENCE)["content"]["subshell_id"]
        return id

    def run(self, code: str) -> list[Any]:
        """Run a cell to its end."""
        request = self._client.execute(code, allow_stdin=True)
        messages = []
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            of_ours = message["parent_header"].get("msg_id") == request
            if of_ours and message["content"].get("execution_state") == "idle":
                return messages
            assert message["msg_type"] != "error", message["content"]["evalue"]
            messages.append(message)

    def begin(self, code: str) -> None:
        """Run a cell, and do not wait."""
        self._client.execute(code, allow_stdin=True)

    def ask(self, comm: str, **request: Any) -> None:
        """Send a widget a message as JupyterLab does: over a subshell."""
        data = {"method": "custom", "content": {"view": "v", **request}}
        message = self._client.session.msg("comm_msg", {"comm_id": comm, "data": data})
        message["header"]["subshell_id"] = self.subshell
        self._client.shell_channel.send(message)

    def told(self, kind: str) -> Any:
        """The next message of a kind that a widget sends its page."""
        while True:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            content = message["content"].get("data", {})
            if message["msg_type"] == "comm_msg" and content.get("content", {}).get("kind") == kind:
                return content["content"]

    def close(self) -> None:
        """End it."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setenv("JUPYTER_FLOW_HEADLESS", "0")
    made = Kernel(tmp_path)
    made.run(STEPS)
    yield made
    made.close()


@pytest.mark.parametrize("blocking", BLOCKING)
def test_cancel_is_answered_at_once_while_a_cell_blocks(kernel: Kernel, blocking: str) -> None:
    if kernel.subshell is None:  # ipykernel 6: messages of a page wait for the cell
        return
    messages = kernel.run("run = %dispatch work('gate')")
    shown = next(m["content"]["data"] for m in messages if VIEW in m["content"].get("data", {}))
    comm = shown[VIEW]["model_id"]
    kernel.ask(comm, kind="open")
    kernel.told("graph")
    kernel.begin(f"{BLOCKING[blocking]}\nprint('ended')")
    time.sleep(0.5)  # until the cell blocks
    asked = time.monotonic()
    kernel.ask(comm, kind="cancel", node=None)
    answer = kernel.told("answer")
    assert (answer["ok"], answer["text"]) == (True, "cancelled work")
    assert time.monotonic() - asked < PROMPT
