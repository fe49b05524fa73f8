"""Text in pictures: how wide it is, what of it is shown, and how it is escaped.

Names come from users and may hold anything. `clean` is what every text goes through
before it reaches a terminal or an SVG; `escape` comes last, in SVG only.
"""

# Advance widths of Helvetica in 1/1000 em for the characters 32..126 (Adobe's font metrics);
# Arial and Liberation Sans have the same.
_HELVETICA = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD = 1.07  # how much wider semi-bold letters are

# Code points of East Asian and emoji blocks: as wide as high. Own ranges, because Python's
# tables change from version to version and the picture must not.
_WIDE = ((0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F),
         (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1FAFF), (0x20000, 0x3FFFD))  # fmt: skip
_ZERO = ((0x300, 0x36F), (0x200B, 0x200D), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# Marks that turn the direction of the text around them, and separators that break lines.
_TURNING = {0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF}
_BREAKING = {0x9, 0xA, 0xB, 0xC, 0xD, 0x85, 0x2028, 0x2029}
_MARKUP = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;", ord("'"): "&#39;"}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text in pixels, at a font size in pixels."""
    units = sum([_units(ord(c)) for c in text])
    return units * size / 1000 * (_BOLD if bold else 1.0)


def _units(code: int) -> int:
    if 32 <= code <= 126:
        return _HELVETICA[code - 32]
    if any(low <= code <= high for low, high in _ZERO):
        return 0
    if any(low <= code <= high for low, high in _WIDE):
        return 1000
    return 600


def columns(text: str) -> int:
    """The width of a line of text in a terminal, in characters."""
    return sum([{0: 0, 1000: 2}.get(_units(ord(c)) if ord(c) > 126 else 1, 1) for c in text])


def clean(text: str) -> str:
    """One line that is safe to show: no control characters, nothing that turns text around, nothing XML forbids."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([_safe(c) for c in text])


def _safe(character: str) -> str:
    code = ord(character)
    if code in _BREAKING:
        return " "
    if code in _TURNING:
        return ""
    forbidden = code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE
    return "\ufffd" if forbidden else character


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than ``room`` pixels."""
    if width(text, size, bold=bold) <= room:
        return text
    room -= width("…", size, bold=bold)
    used = 0.0
    for k, character in enumerate(text):
        used += width(character, size, bold=bold)
        if used > room:
            return text[:k].rstrip() + "…"
    return text


def cut(text: str, most: int) -> str:
    """The text, cut with an ellipsis where it has more than ``most`` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Text for XML, in an element or in a quoted attribute."""
    return text.translate(_MARKUP)


def seconds(value: float) -> str:
    """A duration as people say it: ``12 ms``, ``3.4 s``, ``2 m 05 s``, ``1 h 20 m``."""
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} m"
