"""What one electron has displayed so far: a list that later displays may change, kept within bounds.

In a worker process it is also written to a file as it grows, so that it is seen while the electron runs and
survives the worker, as what is printed does.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any

from ..model.display import encoded, joined
from ..model.vault import VAULT

MOST = 200  # displays of an electron
LARGEST = 10 * 1024 * 1024  # bytes of all of them together
REWRITE = 2 * LARGEST  # bytes after which the file is written anew: a display that is updated for hours

Owner = tuple[int, int, int]  # run, node, attempt


class Shown:
    """The displays of the electron that runs. `file`: where they are written too.

    A file begins with a line that says whose they are; each further one is a display and its place in the
    list, or says that all before were dropped.
    """

    def __init__(self, file: str | None = None) -> None:
        self.owner: Owner | None = None
        self._file = file
        self._process = os.getpid()
        self._lock = threading.Lock()  # an electron may have threads of its own
        self._reset()

    def _reset(self) -> None:
        self._items: list[bytes] = []
        self._ids: list[str | None] = []
        self._size = self._written = self._left_out = 0
        self._clear_next = False
        self.used = False  # the electron has displayed, or cleared, something

    def add(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any], id: str | None = None, update: bool = False
    ) -> None:
        """One more display; with an `id`, those that have it become the same, and with `update` none is added."""
        item = VAULT.masked_bytes(encoded(data, metadata))
        with self._lock:
            self.used = True
            if self._clear_next:
                self._clear()
            if id is not None:
                for place in [place for place, known in enumerate(self._ids) if known == id]:
                    self._put(place, item)
            if not update:
                self._append(item, id)

    def clear(self, wait: bool = False) -> None:
        """Drop what was displayed, now or when the next display comes."""
        with self._lock:
            self.used, self._clear_next = True, wait
            if not wait:
                self._clear()

    def text(self) -> bytes | None:
        """The displays as a JSON list; None for none."""
        with self._lock:
            if not self._items:
                return None
            more = [_line(f"… and {self._left_out} more: an electron keeps {MOST} displays")] if self._left_out else []
            return joined(self._items + more)

    def take(self) -> bytes | None:
        """The displays of the electron that ends here, and what comes is the next one's."""
        text = self.text()
        with self._lock:
            self._reset()
        return text

    def _append(self, item: bytes, id: str | None) -> None:
        if len(self._items) >= MOST:
            self._left_out += 1
            return
        self._items.append(b"")
        self._ids.append(id)
        self._put(len(self._items) - 1, item)

    def _put(self, place: int, item: bytes) -> None:
        size = self._size - len(self._items[place])
        if size + len(item) > LARGEST:
            item = _line(
                f"a display of {len(item) / 1e6:.1f} MB was left out: an electron keeps {LARGEST // 2**20} MB of them"
            )
        self._size = size + len(item)
        self._items[place] = item
        self._write(b"%d %b\n" % (place, item))

    def _clear(self) -> None:
        if self._items:
            self._items, self._ids, self._size, self._left_out = [], [], 0, 0
            self._write(b"clear\n")
        self._clear_next = False

    def _write(self, line: bytes) -> None:
        if self._file is None or self.owner is None or os.getpid() != self._process:
            return
        fresh = not self._written or self._written + len(line) > REWRITE
        if fresh:
            line = b"%d %d %d\n" % self.owner + b"".join(b"%d %b\n" % one for one in enumerate(self._items))
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if fresh else os.O_APPEND)
        try:
            file = os.open(self._file, flags, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except OSError:  # a full disk: the list in memory is the one that counts
            pass
        self._written = len(line) if fresh else self._written + len(line)


def written(file: str, owner: Owner) -> bytes | None:
    """The displays in the file of a worker, if they are those of this attempt."""
    try:
        with open(file, "rb") as found_there:
            if found_there.readline(100) != b"%d %d %d\n" % owner:
                return None
            *lines, _ = found_there.read().split(b"\n")  # the last is empty, or being written
    except OSError:
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        place, _, item = line.partition(b" ")
        if place == b"clear":
            found.clear()
        else:
            found[place] = item
    return joined(list(found.values())) if found else None


def _line(text: str) -> bytes:
    return encoded({"text/plain": f"[{text}]"}, {})
