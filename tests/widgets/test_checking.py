"""What the page says is believed as far as the schema goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_flow.widgets.checking import MOST, checked, fields
from jupyter_flow.widgets.messages import PanelRequest, ViewRequest

GOOD = {
    "open": {},
    "close": {},
    "resync": {},
    "show": {"by": "status", "orientation": "down", "opened": [1, 2], "path": []},
    "select": {"node": None},
    "watch": {"panes": ["table"]},
    "table": {"sort": "node", "descending": True, "filter": "x", "offset": 0, "limit": 100},
    "range": {"start": 0.5, "end": None, "width": 800},
    "look": {"node": 1, "input": "", "number": 3},
    "search": {"text": "fit"},
    "cancel": {"node": 2},
    "rerun": {"node": 0},
    "resume": {},
    "debug": {"node": 0},
    "assign": {"node": 0, "all": True, "executor": "gpu"},
    "export": {"dark": False},
    "fetch": {},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


def message(kind: str, **fields: object) -> dict[str, object]:
    return {"kind": kind, "view": "v", **GOOD[kind], **fields}


def test_every_kind_of_the_schema_is_known() -> None:
    assert set(fields(ViewRequest)) == set(GOOD)
    assert set(GOOD) < set(fields(PanelRequest))


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_message_comes_through_as_it_is(kind: str) -> None:
    assert checked(message(kind)) == message(kind)


@pytest.mark.parametrize("kind", GOOD)
def test_what_a_message_has_besides_its_fields_is_dropped(kind: str) -> None:
    assert checked(message(kind, constructor="x", __proto__={})) == message(kind)


@pytest.mark.parametrize("kind", GOOD)
def test_a_message_that_lacks_a_field_is_none(kind: str) -> None:
    for name in message(kind):
        partial = message(kind)
        del partial[name]
        assert checked(partial) is None


@pytest.mark.parametrize(
    "wrong",
    [
        message("select", node=-1),
        message("select", node=True),
        message("select", node=1.0),
        message("select", node=2**40),
        message("select", node="1"),
        message("open", view="v" * 101),
        message("open", view=None),
        message("open", dispatch=5),
        message("show", by="colour"),
        message("show", by=["status"]),
        message("show", opened=[0] * (MOST["opened"] + 1)),
        message("show", opened="abc"),
        message("show", opened=[[1]]),
        message("watch", panes=["table"] * 11),
        message("watch", panes=["secrets"]),
        message("table", limit=10**6),
        message("table", descending=0),
        message("range", start="0"),
        message("range", start=True),
        message("range", end=float("nan")),
        message("range", end=float("inf")),
        message("range", start=-(10**400)),
        message("range", width=10**6),
        message("range", width=0.5),
        message("search", text="x" * 2000),
        {"kind": "history", "limit": 5},
        {"kind": ["open"], "view": "v"},
        {"kind": "__init__", "view": "v"},
        [],
        None,
        "open",
    ],
)
def test_a_message_that_is_wrong_is_none(wrong: object) -> None:
    assert checked(wrong) is None


def test_the_panel_may_ask_for_more() -> None:
    assert checked({"kind": "history", "limit": 50}, PanelRequest) == {"kind": "history", "limit": 50}


@given(JSON)
def test_anything_may_come_and_nothing_is_raised(anything: object) -> None:
    checked(anything)


@given(st.sampled_from(sorted(GOOD)), st.dictionaries(st.text(max_size=8), JSON, max_size=3), st.data())
def test_what_comes_through_is_of_the_schema(kind: str, more: dict[str, object], data: st.DataObject) -> None:
    mixed = message(kind, **more)
    name = data.draw(st.sampled_from(sorted(mixed)))
    mixed[name] = data.draw(JSON)
    found = checked(mixed)
    if found is not None:
        known = fields(ViewRequest)[found["kind"]]
        assert set(found) <= {"kind", *known}
        assert all(known[key][1](value) for key, value in found.items() if key != "kind")
