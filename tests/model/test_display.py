import pytest

from jupyter_flow.model.display import Display, displays_in, encoded, joined


def test_displays_are_read_as_they_were_written() -> None:
    text = joined([encoded({"text/plain": "ä\n"}, {"a": 1}), encoded({}, {})])
    assert displays_in(text) == [Display({"text/plain": "ä\n"}, {"a": 1}), Display({}, {})]
    assert displays_in(joined([])) == []


@pytest.mark.parametrize("text", [b"", b"{", b"5", b'[5, {"data": 5}, {}]', b"\xff", b"[" * 100_000])
def test_what_is_no_display_is_left_out(text: bytes) -> None:
    assert displays_in(text) == []


def test_metadata_of_another_kind_is_none() -> None:
    assert displays_in(b'[{"data": {}, "metadata": 5}]') == [Display({}, {})]


def test_a_display_shows_as_what_was_displayed() -> None:
    display = Display({"text/plain": "a table", "text/html": "<table>"}, {"m": 1})
    assert repr(display) == "a table"
    assert display._repr_mimebundle_(include=None, exclude=None) == (display.data, display.metadata)
    assert repr(Display({"image/png": ""}, {})) == "<display of image/png>"
