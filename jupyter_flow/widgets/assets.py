"""What the page is made of: the view's module and style, which are saved with a notebook, and the panes' module."""

import functools
import os
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DEVELOPED = os.environ.get("ANYWIDGET_HMR") == "1"  # somebody changes the page, and wants to see that at once


def view() -> str | Path:
    """The module of the widget; as a file only where its changes are to be seen."""
    # As text: anywidget keeps each widget alive that was ever made from a file, which it watches for its authors.
    return STATIC / "widget.js" if DEVELOPED else _text("widget.js")


def style() -> str:
    """The style sheet of the widget."""
    return _text("widget.css")


def panes() -> str:
    """The module that the page asks for when somebody wants to see more than the graph."""
    return _read("panes.js") if DEVELOPED else _text("panes.js")


@functools.cache
def _text(name: str) -> str:
    return _read(name)


def _read(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
