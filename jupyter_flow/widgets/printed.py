"""What a node has printed and displayed, as far as a page is shown of it."""

from ..model.display import Display, displays_in
from ..model.events import BlobRef, Value
from ..model.printed import Seen
from ..model.progress import Progress, progress_in
from .messages import Output, Shown
from .source import Source

TAIL = 64 * 1024  # bytes of a stream
LARGEST = 2 * 1024 * 1024  # characters of all that was displayed
READ = 64 * 1024 * 1024  # bytes of a file that is looked into
MOST = 50  # displays
PREFERRED = ("image/svg+xml", "image/png", "image/jpeg", "text/html", "text/plain")


def tail(source: Source, value: Value | None) -> Output:
    """The end of a stream."""
    data = _bytes(source, value)
    if isinstance(data, int):
        return {"text": "", "cut": data}
    cut = max(0, len(data) - TAIL)
    while cut and cut < len(data) and data[cut] & 0xC0 == 0x80:  # in the middle of a character
        cut += 1
    return {"text": bytes(data[cut:]).decode("utf-8", "replace"), "cut": cut}


def progress_of(source: Source, seen: Seen) -> Progress | None:
    """What the progress bar of a node says: tqdm's are written to standard error."""
    return progress_in(tail(source, seen.stderr)["text"]) or progress_in(tail(source, seen.stdout)["text"])


def displayed(source: Source, value: Value | None) -> list[Shown]:
    """What was displayed, each in the way that shows most."""
    data = _bytes(source, value)
    if isinstance(data, int):
        return [_instead(f"what it displayed is too large to be shown here ({data:,} bytes)")]
    shown: list[Shown] = []
    room = LARGEST
    displays = displays_in(bytes(data)) if len(data) else []
    for display in displays[:MOST]:
        one = _shown(display, room)
        room -= len(one["data"])
        shown.append(one)
    if len(displays) > MOST:
        shown.append(_instead(f"and {len(displays) - MOST} more"))
    return shown


def _shown(display: Display, room: int) -> Shown:
    large = False
    for mime in PREFERRED:
        data = _joined(display.data.get(mime))
        if data is not None and len(data) <= room:
            return {"mime": mime, "data": data}
        large = large or data is not None
    kinds = ", ".join(str(kind) for kind in display.data) or "nothing"
    return _instead(f"{kinds}: {'too large to be shown here' if large else 'not shown here'}")


def _joined(data: object) -> str | None:
    """Text as notebooks keep it, in one piece or in lines."""
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        return "".join(data)
    return data if isinstance(data, str) else None


def _instead(text: str) -> Shown:
    return {"mime": "text/plain", "data": text[:500]}


def _bytes(source: Source, value: Value | None) -> bytes | memoryview | int:
    """What was captured; of what is too large its size. Raises StoreCorruption."""
    if isinstance(value, BlobRef):
        return source.blob(value) if value.size <= READ else value.size
    return value or b""
