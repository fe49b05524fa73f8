"""Pictures as a page takes them: PNG within a number of bytes. Nothing here imports what draws them."""

import io
import sys
from base64 import b64encode
from typing import Any, NamedTuple

from . import figures

LARGEST_SIDE = 1600  # pixels
SMALLEST_SIDE = 64


class Raster(NamedTuple):
    """A picture and what to say of it."""

    mime: str
    base64: str
    note: str


def picture_of(thing: Any, most: int) -> Raster | None:
    """A PIL image or a matplotlib figure as PNG of at most so many bytes; None for anything else."""
    if figures.is_figure(thing):
        return _figure(thing, most)
    image: Any = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return _image(thing, most) if isinstance(image, type) and isinstance(thing, image) else None


def _figure(figure: Any, most: int) -> Raster | None:
    width, height = figure.get_size_inches()
    note = f"{width:g} × {height:g} inches"
    for _ in range(5):
        data = figures.png(figure)
        if data is None:
            return None
        if len(data) <= most:
            return Raster("image/png", b64encode(data).decode(), note)
        figure.set_dpi(figure.dpi / 2)
        note = f"{width:g} × {height:g} inches, shown coarser"
    return None


def _image(image: Any, most: int) -> Raster | None:
    width, height = image.size
    note = f"{width:,} × {height:,} pixels · {image.mode}"
    side = min(max(width, height), LARGEST_SIDE)
    while side >= min(SMALLEST_SIDE, max(width, height)):
        data = _png(image, side)
        if len(data) <= most:
            smaller = ", shown smaller" if side < max(width, height) else ""
            return Raster("image/png", b64encode(data).decode(), note + smaller)
        side = side * 2 // 3
    return None


def _png(image: Any, side: int) -> bytes:
    shown = image.copy()
    shown.thumbnail((side, side))
    if shown.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        shown = shown.convert("RGB")
    picture = io.BytesIO()
    shown.save(picture, format="PNG")
    return picture.getvalue()
