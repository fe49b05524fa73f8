from pathlib import Path

import pytest

import jupyter_flow as jf


@jf.lattice
def flow() -> int:
    return jf.electron(abs, executor="thread")(1)


@pytest.mark.parametrize("dispatched", [lambda: jf.dispatch(flow)().result(), lambda: jf.dispatch_sync(flow)()])
def test_a_warning_points_at_the_line_that_dispatches(dispatched: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jf.session()._budget, "look", lambda: "it is full")
    with pytest.warns(UserWarning, match="it is full") as told:
        dispatched()  # type: ignore[operator]
    assert Path(told[0].filename) == Path(__file__)
