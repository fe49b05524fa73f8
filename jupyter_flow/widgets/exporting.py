"""Pictures of a view to keep: as it is seen, for a file; or plain, as a notebook keeps it beside the live view."""

from ..render import draw_text
from ..render.palette import By
from .folded import drawn
from .messages import Drawing, Orientation
from .source import Source


def seen(view: str, shown: Source, by: By, opened: tuple[int, ...], orientation: Orientation, dark: bool) -> Drawing:
    """What is looked at, all of it, in the page's theme."""
    picture, folded = shown.drawing(by, opened)
    svg = drawn(picture, folded, by, orientation, dark)
    return {"kind": "drawing", "view": view, "svg": svg, "text": "", "dark": dark}


def plain(view: str, source: Source, by: By) -> Drawing:
    """The whole dispatch with nothing opened, in whichever theme the reader has."""
    picture, folded = source.drawing(by)
    text = draw_text(picture, folded.folding)
    return {"kind": "drawing", "view": view, "svg": drawn(picture, folded, by), "text": text, "dark": None}
