"""How boxes and edges are arranged: the same in a picture that stands still and in one that lives."""

from collections.abc import Sequence

from . import edges
from .boxes import Box
from .folding import Folding
from .layout import Layout, Orientation, lay_out
from .lettering import width

LABELLED = 60  # edges, up to which they carry the names of parameters


def labels_of(folding: Folding) -> list[str]:
    """What is written on the edges."""
    if len(folding.edges) > LABELLED:
        return [""] * len(folding.edges)
    return [edges.label_of(edge) for edge in folding.edges]


def arranged(boxes: Sequence[Box], folding: Folding, orientation: Orientation) -> Layout:
    """The places of the boxes, with room for what is written on the edges."""
    labels = labels_of(folding)
    rank_gap = 44.0 if any(labels) else 34.0
    if orientation == "right":
        rank_gap = 52.0 + (max([width(text, 10.0) for text in labels], default=0.0))
    return lay_out(
        [(box.width, box.height) for box in boxes],
        folding.ends,
        orientation=orientation,
        gap=26.0 if orientation == "down" else 20.0,
        rank_gap=rank_gap,
        layering=folding.layering if boxes else None,
    )
