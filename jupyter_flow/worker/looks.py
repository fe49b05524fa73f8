"""How a value looks to a person: its type, a remark, and text, a table or pictures, all within bounds.

Whatever the value is made of may raise, lie or take for ever: this runs in a process of its own, and what it
says is text for a page that trusts none of it.
"""

import reprlib
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import islice
from typing import Any

from .failures import message_of
from .mime import bundle_of
from .rasters import picture_of

TEXT = 10_000  # characters
ROWS, COLUMNS = 50, 20
CELL = 120  # characters of a cell of a table, and of an item of a container
ITEMS = 50  # of a container
PICTURE = 512 * 1024  # bytes of a picture or a document
RICH = ("image/svg+xml", "image/png", "image/jpeg", "text/html")
UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))

Look = dict[str, Any]  # type, note, text, rows, shown: as the message `Preview` has them


def look(thing: Any) -> Look:
    """How a value looks."""
    found: Look = {"type": kind_of(thing), "note": "", "text": "", "rows": [], "shown": []}
    for way in (_plain, _table, _array, _picture, _container, _anything):
        if way(thing, found):
            break
    found["text"] = clipped(found["text"], TEXT)
    return found


def kind_of(thing: Any) -> str:
    """``pandas.DataFrame``: the type, with its package unless that is Python's or the notebook's own."""
    name = type.__dict__["__name__"].__get__(type(thing))
    package = str(type.__dict__["__module__"].__get__(type(thing))).partition(".")[0]
    return str(name) if package in ("builtins", "__main__", "") else f"{package}.{name}"


def clipped(text: str, most: int) -> str:
    """Text that is not longer than that, and UTF-8 can hold it."""
    text = text if len(text) <= most else f"{text[:most]}…"
    return text.encode("utf-8", "replace").decode()


def size_text(size: float) -> str:
    """``240 MB``."""
    return next((f"{size / unit:.3g} {name}" for unit, name in UNITS if size >= unit), f"{size:g} bytes")


# each way: whether it could --------------------------------------------------------------------------------------


def _plain(thing: Any, found: Look) -> bool:
    kind = type(thing)
    if kind is str:
        found["note"], found["text"] = _count(len(thing), "character"), thing
    elif kind in (bytes, bytearray):
        found["note"], found["text"] = _count(len(thing), "byte"), repr(thing[: TEXT // 4])
    elif kind is int and thing.bit_length() > 10_000:
        found["note"] = f"a whole number of {thing.bit_length():,} bits"
    elif thing is None or kind in (int, float, complex, bool):
        found["text"] = repr(thing)
    else:
        return False
    return True


def _table(thing: Any, found: Look) -> bool:
    table = _pandas(thing) or _polars(thing)
    if table is None:
        return False
    found["rows"], found["note"] = table
    return True


Table = tuple[list[list[str]], str]


def _pandas(thing: Any) -> Table | None:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not isinstance(thing, pandas.DataFrame | pandas.Series):
        return None
    series = isinstance(thing, pandas.Series)
    note = f"{_count(len(thing), 'value' if series else 'row')}"
    note += f" · {thing.dtype}" if series else f" × {_count(thing.shape[1], 'column')}"
    size = int(thing.memory_usage(index=True) if series else thing.memory_usage(index=True).sum())
    head = thing.to_frame().iloc[:ROWS] if series else thing.iloc[:ROWS, :COLUMNS]
    titles = ["", *[_cell(name) for name in head.columns]]
    columns = [[_cell(value) for value in head.iloc[:, at]] for at in range(head.shape[1])]
    rows = [[_cell(label), *values] for label, *values in zip(head.index, *columns, strict=True)]
    return [titles, *rows], f"{note} · {size_text(size)}"


def _polars(thing: Any) -> Table | None:
    polars: Any = sys.modules.get("polars")
    if polars is None or not isinstance(thing, polars.DataFrame):
        return None
    head = thing.head(ROWS)[:, :COLUMNS]
    rows = [[_cell(value) for value in row] for row in head.rows()]
    return [list(map(_cell, head.columns)), *rows], f"{_count(thing.height, 'row')} × {_count(thing.width, 'column')}"


def _cell(value: Any) -> str:
    return clipped(str(value), CELL)


def _array(thing: Any, found: Look) -> bool:
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(thing, numpy.ndarray):
        found["note"] = f"{_shape(thing)} · {size_text(thing.nbytes)}"
        found["text"] = numpy.array2string(thing, threshold=500, edgeitems=5, max_line_width=100)
        return True
    if _has_shape(thing):  # a tensor, a sparse matrix
        found["note"], found["text"] = _shape(thing), repr(thing)
        return True
    return False


def _has_shape(thing: Any) -> bool:
    shape = getattr(thing, "shape", None)
    return isinstance(shape, tuple) and all(isinstance(side, int) for side in shape) and hasattr(thing, "dtype")


def _shape(thing: Any) -> str:
    sides = " × ".join(f"{side:,}" for side in thing.shape)
    return clipped(f"{sides or 'one value'} · {thing.dtype}", CELL)


def _picture(thing: Any, found: Look) -> bool:
    data = picture_of(thing, PICTURE)
    if data is None:
        return False
    found["note"] = clipped(data.note, CELL)
    found["shown"] = [{"mime": data.mime, "data": data.base64}]
    return True


def _container(thing: Any, found: Look) -> bool:
    if isinstance(thing, Mapping):
        lines = [f"{_brief(key)}: {_brief(value)}" for key, value in islice(thing.items(), ITEMS)]
    elif isinstance(thing, list | tuple | Set) and not hasattr(thing, "_repr_mimebundle_"):
        lines = [_brief(item) for item in islice(thing, ITEMS)]
    else:
        return False
    found["note"] = _count(len(thing), "item")
    more = [f"… and {len(thing) - ITEMS:,} more"] if len(thing) > ITEMS else []
    fields: Sequence[str] = getattr(thing, "_fields", ())
    if fields and len(fields) == len(thing):
        lines = [f"{name} = {line}" for name, line in zip(fields, lines, strict=False)]
    found["text"] = "\n".join(lines + more)
    return True


def _anything(thing: Any, found: Look) -> bool:
    bundle, _ = bundle_of(thing, include={*RICH, "text/plain"})
    left_out = []
    for mime in RICH:
        data = bundle.get(mime)
        if not isinstance(data, str):
            continue
        if _size(mime, data) > PICTURE:
            left_out.append(f"its {mime} of {size_text(_size(mime, data))} is too large to show")
        else:
            found["shown"].append({"mime": mime, "data": data})
    found["note"] = "; ".join(left_out)
    found["text"] = str(bundle.get("text/plain", ""))
    return True


def _size(mime: str, data: str) -> int:
    return len(data) * 3 // 4 if mime in ("image/png", "image/jpeg") else len(data.encode("utf-8", "replace"))


# items -----------------------------------------------------------------------------------------------------------


class _Brief(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = 6
        self.maxstring = self.maxother = self.maxlong = CELL

    def repr1(self, x: Any, level: int) -> str:
        """A large thing inside a container by its type and shape."""
        for told in (_brief_table, _brief_array):
            text = told(x)
            if text:
                return text
        return super().repr1(x, level)


def _brief_table(thing: Any) -> str:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not isinstance(thing, pandas.DataFrame | pandas.Series):
        return ""
    return f"{type(thing).__name__}({' × '.join(map(str, thing.shape))})"


def _brief_array(thing: Any) -> str:
    return f"{type(thing).__name__}({_shape(thing)})" if _has_shape(thing) and len(thing.shape) else ""


def _brief(thing: Any) -> str:
    return clipped(told_by(lambda: _Brief().repr(thing), thing).replace("\n", " "), 2 * CELL)


def told_by(tell: Callable[[], str], thing: Any) -> str:
    """What `tell` says; if that raises, a line that says so."""
    try:
        return tell()
    except Exception as error:
        return f"<{kind_of(thing)}, whose repr raised {type(error).__name__}: {clipped(message_of(error), CELL)}>"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
