import sys
import warnings
from typing import Any

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from jupyter_flow.worker import figures


def size(png: bytes | None) -> tuple[int, int]:
    assert png is not None
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_a_figure_is_a_picture_cut_to_what_is_in_it_at_its_own_resolution() -> None:
    figure = Figure(figsize=(4, 4), dpi=50)
    figure.add_axes((0.4, 0.4, 0.2, 0.2)).axis("off")
    small = size(figures.png(figure))
    assert max(small) < 100
    figure.dpi = 100
    assert size(figures.png(figure))[0] > 1.5 * small[0]


def test_an_empty_figure_and_anything_else_is_no_picture() -> None:
    assert figures.png(Figure()) is None
    assert figures.png("text") is None


def test_without_matplotlib_nothing_is_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure()
    assert figures.is_figure(figure)
    monkeypatch.delitem(sys.modules, "matplotlib.figure")
    assert not figures.is_figure(figure)


def test_open_figures_are_shown_in_order_and_closed_also_when_one_cannot_be() -> None:
    pyplot.switch_backend("agg")
    pyplot.close("all")
    opened = [pyplot.figure(), pyplot.figure()]
    shown: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.show_open(shown.append)
    assert shown == opened
    assert pyplot.get_fignums() == []
    pyplot.figure()
    with pytest.raises(ZeroDivisionError):
        figures.show_open(lambda figure: 1 / 0)
    assert pyplot.get_fignums() == []
