"""Static pictures of a transport graph, without a browser: folding, layout, SVG, text."""

from .folding import FoldedEdge, Folding, fold
from .groups import Group, tally
from .layout import Layout, lay_out
from .picture import WAITING_EDGE, Picture
from .svg import draw_svg
from .text import draw_text, summary

__all__ = [
    "WAITING_EDGE",
    "FoldedEdge",
    "Folding",
    "Group",
    "Layout",
    "Picture",
    "draw_svg",
    "draw_text",
    "fold",
    "lay_out",
    "summary",
    "tally",
]
