"""How values look: within bounds, whatever they are."""

import io
from base64 import b64decode
from collections import namedtuple
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from jupyter_flow.model.cellvalues import CellValues
from jupyter_flow.worker import looks
from jupyter_flow.worker.looks import CELL, COLUMNS, ITEMS, PICTURE, ROWS, TEXT, look

matplotlib.use("agg")


class Rich:
    def __init__(self, **reprs: Any) -> None:
        for name, value in reprs.items():
            setattr(self, f"_repr_{name}_", lambda value=value: value)


class Angry:
    def __repr__(self) -> str:
        raise ValueError("no")


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (2.5, "2.5"), (None, "None"), (True, "True"), (1j, "1j")])
def test_numbers_are_their_repr(value: object, text: str) -> None:
    assert look(value)["text"] == text


def test_a_text_is_shown_as_it_is_up_to_a_limit() -> None:
    assert look("a\nb") == {"type": "str", "note": "3 characters", "text": "a\nb", "rows": [], "shown": []}
    assert len(look("x" * 10**6)["text"]) == TEXT + 1


def test_text_that_utf8_cannot_hold_is_shown_all_the_same() -> None:
    assert look("\ud800")["text"] == "?"


def test_a_huge_number_is_told_by_its_size() -> None:
    assert look(1 << 50_000)["note"] == "a whole number of 50,001 bits"


def test_bytes_are_shown_by_their_beginning() -> None:
    assert look(b"\x00ab")["text"] == r"b'\x00ab'"
    assert len(look(bytes(10**6))["text"]) <= TEXT + 1


def test_an_array_is_shown_with_shape_and_type() -> None:
    found = look(np.zeros((1000, 30)))
    assert found["note"] == "1,000 × 30 · float64 · 240 kB"
    assert "..." in found["text"]
    assert found["type"] == "numpy.ndarray"


def test_an_array_without_axes_is_one_value() -> None:
    assert look(np.array(3))["note"] == "one value · int64 · 8 bytes"


def test_a_data_frame_is_a_table_with_its_heading_first() -> None:
    found = look(pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}, index=["p", "q"]))
    assert found["rows"] == [["", "a", "b"], ["p", "1", "x"], ["q", "2", "y"]]
    assert found["note"].startswith("2 rows × 2 columns · ")


def test_a_large_data_frame_is_cut() -> None:
    rows = look(pd.DataFrame(np.zeros((1000, 100))))["rows"]
    assert (len(rows), len(rows[0])) == (ROWS + 1, COLUMNS + 1)


def test_a_long_cell_is_cut() -> None:
    assert len(look(pd.DataFrame({"a": ["x" * 1000]}))["rows"][1][1]) == CELL + 1


def test_columns_of_one_name_are_all_shown() -> None:
    assert look(pd.DataFrame([[1, 2]], columns=["a", "a"]))["rows"][1] == ["0", "1", "2"]


def test_a_series_is_a_table() -> None:
    assert look(pd.Series([1.5], name="s"))["rows"] == [["", "s"], ["0", "1.5"]]


def test_an_image_is_a_picture_within_bounds() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (3000, 3000, 3), dtype=np.uint8)
    found = look(Image.fromarray(noise))
    (shown,) = found["shown"]
    data = b64decode(shown["data"])
    assert len(data) <= PICTURE
    assert max(Image.open(io.BytesIO(data)).size) < 3000
    assert found["note"] == "3,000 × 3,000 pixels · RGB, shown smaller"


@pytest.mark.parametrize("mode", ["1", "L", "RGBA", "CMYK", "F", "I"])
def test_an_image_of_any_mode_is_a_picture(mode: str) -> None:
    assert look(Image.new(mode, (3, 2)))["shown"][0]["mime"] == "image/png"


def test_a_figure_is_a_picture() -> None:
    figure = Figure()
    figure.subplots().plot([1, 2])
    assert look(figure)["shown"][0]["mime"] == "image/png"


def test_an_object_with_rich_displays_shows_them() -> None:
    found = look(Rich(html="<b>x</b>", svg="<svg/>", png=b"1"))
    assert [shown["mime"] for shown in found["shown"]] == ["image/svg+xml", "image/png", "text/html"]


def test_a_display_that_is_too_large_is_left_out_and_told() -> None:
    found = look(Rich(html="x" * 10**6))
    assert found["shown"] == []
    assert found["note"] == "its text/html of 1 MB is too large to show"


def test_a_container_is_told_item_by_item() -> None:
    found = look({"a": 1, "b": np.zeros((2, 3)), "c": pd.DataFrame({"x": [1]})})
    assert found["text"].splitlines() == ["'a': 1", "'b': ndarray(2 × 3 · float64)", "'c': DataFrame(1 × 1)"]
    assert found["note"] == "3 items"


def test_a_large_container_is_cut() -> None:
    lines = look(list(range(10**6)))["text"].splitlines()
    assert len(lines) == ITEMS + 1
    assert lines[-1] == "… and 999,950 more"


def test_a_named_tuple_has_its_names() -> None:
    assert look(namedtuple("Point", "x y")(1, 2))["text"] == "x = 1\ny = 2"


def test_what_a_cell_made_is_told_by_name() -> None:
    assert look(CellValues({"model": 3}))["text"] == "'model': 3"


def test_a_container_that_holds_itself_is_told() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert "..." in look(loop)["text"]


def test_a_repr_that_raises_is_told() -> None:
    assert "whose repr raised ValueError: no" in look(Angry())["text"]
    assert "Angry" in look([Angry()])["text"]


def test_a_long_repr_is_cut() -> None:
    made = type("Long", (), {"__repr__": lambda self: "y" * 10**6})()
    assert len(look(made)["text"]) == TEXT + 1


def test_everything_is_text_that_json_can_hold() -> None:
    for value in [object(), Angry, looks, {1: {2}}, range(3), np.float32(1), Rich(html=3)]:
        assert isinstance(look(value)["text"], str)
