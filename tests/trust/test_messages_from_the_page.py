"""Whatever a page says: nothing is raised, and nothing is done that it did not properly ask for."""

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_flow.notebook.panel import Panels
from jupyter_flow.session import Session
from jupyter_flow.widgets import actions
from jupyter_flow.widgets.checking import checked, fields
from jupyter_flow.widgets.hub import hub
from jupyter_flow.widgets.messages import PanelRequest
from jupyter_flow.widgets.source import source_of
from jupyter_flow.widgets.widget import FlowGraph
from tests.notebook.conftest import Notebook, bare, notebook  # noqa: F401
from tests.notebook.test_panel import Page, page, panels  # noqa: F401
from tests.widgets.conftest import done, record  # noqa: F401
from tests.widgets.test_checking import GOOD

KINDS = sorted({*fields(PanelRequest), "update", "custom", "request_state", "__class__"})
NAMES = sorted({name for known in fields(PanelRequest).values() for name in known})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [-1, 2**31, 2**63, 10**400, math.nan, math.inf, "", "\ud800", "\0", "../..", "a" * 10_000, "v", "w"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8) | st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=20,
)
ASKING = st.builds(
    lambda kind, view, more: {"kind": kind, "view": view, **more},
    st.sampled_from(KINDS) | JSON,
    st.sampled_from(["v", "w", "", "\ud800"]) | JSON,
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6),
)
ALMOST = st.builds(
    lambda kind, wrong: {"kind": kind, "view": "v", **GOOD[kind], **wrong},
    st.sampled_from(sorted(GOOD)),
    st.dictionaries(st.sampled_from(NAMES), JSON, min_size=1, max_size=2),
)
DOING = {"cancel", "rerun", "assign"}
PATIENT = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def deep(levels: int) -> Any:
    found: Any = []
    for _ in range(levels):
        found = [found]
    return found


MONSTERS = [
    deep(900),
    {"kind": deep(900), "view": "v"},
    {"kind": "show", "view": "v", **GOOD["show"], "opened": [0] * 1_000_000},
    {"kind": "search", "view": "v", "text": "x" * 10_000_000},
    {"kind": "open", "view": "v" * 1_000_000},
    {"kind": "look", "view": "v", "node": 10**1000, "input": "", "number": 0},
    {str(n): n for n in range(100_000)},
    b"\0" * 1000,
    object(),
    {"kind": "cancel", "view": "v", "node": True},
    {"kind": ["cancel"], "view": "v", "node": None},
]


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done that changes something."""
    found: list[str] = []
    for name in ("submit", "resubmit", "cancel", "start", "close"):
        monkeypatch.setattr(Session, name, lambda self, *_, name=name, **__: found.append(name) or "none")
    for name in DOING:
        monkeypatch.setitem(actions.ACTIONS, name, lambda place, request, name=name: found.append(name))
    return found


def settled() -> None:
    """Wait until the hub has served what it was given."""
    import threading

    served = threading.Event()
    hub().put(served.set)
    assert served.wait(20)


@PATIENT
@given(messages=st.lists(JSON | ASKING | ALMOST, max_size=8))
def test_a_panel_lives_and_does_only_what_it_is_properly_asked(
    page: Page, deeds: list[str], messages: list[Any]  # noqa: F811
) -> None:  # fmt: skip
    deeds.clear()
    for message in messages:
        page.ask(message)
    settled()
    proper = [checked(message, PanelRequest) for message in messages]
    asked = {request["kind"] for request in proper if request is not None}
    assert not deeds or asked & {*DOING, "cancel_dispatch"}


IMPROPER = [
    {"kind": "history"},
    {"kind": "history", "limit": 10**9},
    {"kind": "cancel_dispatch", "dispatch": "x" * 1000},
    {"kind": "resume_dispatch", "dispatch": ["x"]},
    {"kind": "cancel_cell", "cell": None},
    {"kind": "watch_panel", "visible": 1},
    {"kind": "run_stale", "cell": {}, "ran": []},
    {"kind": "run_stale", "cell": None, "ran": "all"},
]


def test_what_is_asked_of_the_panel_itself_is_checked_before_it_is_heard(
    page: Page, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    heard: list[Any] = []
    monkeypatch.setattr(Panels, "hear", lambda self, page, request: heard.append(request))
    for message in IMPROPER:
        page.ask(message)
    assert heard == [{}] * len(IMPROPER)
    page.ask({"kind": "history", "limit": 5, "besides": "x"})
    assert heard[-1] == {"kind": "history", "limit": 5}


@PATIENT
@given(frame=JSON | st.fixed_dictionaries({"content": JSON | st.fixed_dictionaries({"data": JSON})}))
def test_a_panel_lives_with_frames_that_are_none(page: Page, deeds: list[str], frame: Any) -> None:  # noqa: F811
    page._ask(frame)
    assert not deeds


@pytest.mark.parametrize("monster", range(len(MONSTERS)))
def test_what_is_huge_or_deep_is_dropped(page: Page, deeds: list[str], monster: int) -> None:  # noqa: F811
    page.ask(MONSTERS[monster])
    settled()
    assert not deeds


@PATIENT
@given(message=JSON | ASKING | ALMOST, method=st.sampled_from(["custom", "update", "request_state", "backbone"]) | JSON)
def test_a_widget_lives_and_keeps_its_state(
    done: str, deeds: list[str], caplog: pytest.LogCaptureFixture, message: Any, method: Any  # noqa: F811
) -> None:  # fmt: skip
    widget = FlowGraph(source_of(done))
    before = dict(widget.snapshot)
    envelopes = [
        {"method": method, "content": message, "state": message, "buffer_paths": message},
        {"method": "update", "state": {"snapshot": message, "_esm": "alert(1)", "layout": message}},
        message,
    ]
    for data in envelopes:
        widget._handle_msg({"content": {"data": data}, "buffers": [b"x"]})
    settled()
    assert (widget.snapshot, "alert(1)" in widget._esm) == (before, False)
    proper = checked(message)
    assert not deeds or (proper is not None and proper["kind"] in DOING)
    widget.close()
    assert not caplog.records, "in a kernel, this would be a traceback under some cell"


def test_a_view_is_not_reached_from_another_channel(done: str, deeds: list[str]) -> None:  # noqa: F811
    from tests.widgets.pages import Page as View

    one, other = View(source_of(done), "v"), View(None, "w")
    one.until("graph")
    for kind in GOOD:
        if kind not in ("open", "resync"):
            other.channel.hear({"kind": kind, "view": "v", **GOOD[kind]})
    settled()
    assert not deeds
    assert {message["kind"] for message in other.told} <= {"module"}  # our own code, of no view
    assert list(one.channel._views) == ["v"]


__all__ = ["Notebook", "Panels"]
